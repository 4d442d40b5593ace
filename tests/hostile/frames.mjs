// Hostile WebSocket frames and handshakes, each with how the server must end them.

import { frame, handshake, handshakeFields, opcode } from '../transport/conformance/peer.mjs';

const LIMIT_BYTES = 256 * 1024;
const FRAGMENTS_MAX = 64;

function closing(code, reason = Buffer.alloc(0)) {
  const body = Buffer.alloc(2);
  body.writeUInt16BE(code);
  return frame(opcode.close, Buffer.concat([body, reason]));
}

const BROKEN_UTF8 = [
  [0x80], [0xbf], [0xc0, 0xaf], [0xc1, 0xbf], [0xc3], [0xc3, 0x28], [0xe0, 0x80, 0xaf], [0xe2, 0x82], [0xed, 0xa0, 0x80],
  [0xed, 0xbf, 0xbf], [0xf0, 0x80, 0x80, 0xaf], [0xf0, 0x9f, 0x92], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80],
  [0xfe], [0xff], [0xff, 0xff, 0xff, 0xff],
].map((bytes) => Buffer.from(bytes));

// Each is a function of a Random that yields {name, bytes, codes}: after `bytes` the server
// must close with one of `codes`.
export const hostileFrames = [
  (random) => {
    const broken = random.pick(BROKEN_UTF8);
    const text = Buffer.concat([Buffer.from('{"type":"ping","t":"'), broken, Buffer.from('"}')]);
    return { name: `UTF-8 ${broken.toString('hex')}`, bytes: frame(opcode.text, text), codes: [1007] };
  },
  (random) => {
    const broken = random.pick(BROKEN_UTF8);
    const parts = [frame(opcode.text, '{"type":"chat:send","op":1,"text":"', { fin: false }),
                   frame(opcode.continuation, broken, { fin: false }), frame(opcode.continuation, '"}')];
    return { name: `UTF-8 ${broken.toString('hex')} in a fragment`, bytes: Buffer.concat(parts), codes: [1007] };
  },
  (random) => ({ name: 'binary', bytes: frame(opcode.binary, random.bytes(random.below(200))), codes: [1003] }),
  () => ({ name: 'binary that is JSON', bytes: frame(opcode.binary, '{"type":"canvas:clear","op":1}'), codes: [1003] }),
  () => ({ name: 'a frame of 1 MiB', bytes: frame(opcode.text, Buffer.alloc(1 << 20, 0x20)), codes: [1009] }),
  () => ({ name: 'a frame one byte too long', bytes: frame(opcode.text, Buffer.alloc(LIMIT_BYTES + 1, 0x20)), codes: [1009] }),
  () => {
    const half = Buffer.alloc(LIMIT_BYTES / 2 + 1, 0x20);
    const parts = [frame(opcode.text, half, { fin: false }), frame(opcode.continuation, half)];
    return { name: 'a message one byte too long', bytes: Buffer.concat(parts), codes: [1009] };
  },
  () => {
    const parts = [frame(opcode.text, '[', { fin: false })];
    for (let i = 0; i < FRAGMENTS_MAX; ++i) parts.push(frame(opcode.continuation, ' ', { fin: false }));
    return { name: 'too many fragments', bytes: Buffer.concat(parts), codes: [1008, 1009] };
  },
  (random) => {
    const length = random.pick([2n ** 32n, 2n ** 53n, 2n ** 63n - 1n]);
    return { name: `a length of ${length}`, bytes: frame(opcode.text, 'x', { length }), codes: [1009] };
  },
  () => ({ name: 'a length of 64 bits', bytes: frame(opcode.text, 'x', { length: 2n ** 63n }), codes: [1002, 1009] }),
  (random) => ({ name: 'a long form', bytes: frame(opcode.text, '{}', { lengthBytes: random.pick([2, 8]) }), codes: [1002] }),
  () => ({ name: 'not masked', bytes: frame(opcode.text, '{"type":"ping","t":1}', { mask: null }), codes: [1002] }),
  (random) => ({ name: 'reserved bits', bytes: frame(opcode.text, '{}', { rsv: 1 + random.below(7) }), codes: [1002] }),
  (random) => {
    const code = random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]);
    return { name: `opcode ${code}`, bytes: frame(code, 'x'), codes: [1002] };
  },
  () => ({ name: 'continues nothing', bytes: frame(opcode.continuation, 'x'), codes: [1002] }),
  () => ({
    name: 'a message inside a message',
    bytes: Buffer.concat([frame(opcode.text, '{', { fin: false }), frame(opcode.text, '{}')]),
    codes: [1002],
  }),
  (random) => ({
    name: 'a long control frame',
    bytes: frame(random.pick([opcode.ping, opcode.pong, opcode.close]), Buffer.alloc(126, 0x20)),
    codes: [1002],
  }),
  (random) => ({
    name: 'half a control frame',
    bytes: frame(random.pick([opcode.ping, opcode.pong, opcode.close]), '', { fin: false }),
    codes: [1002],
  }),
  () => ({ name: 'half a close code', bytes: frame(opcode.close, 'x'), codes: [1002] }),
  (random) => {
    const code = random.pick([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535]);
    return { name: `close code ${code}`, bytes: closing(code), codes: [1002] };
  },
  (random) => ({ name: 'a close reason', bytes: closing(1000, random.pick(BROKEN_UTF8)), codes: [1007] }),
];

const room = 'GET /v1/rooms/HOSTILE/ws HTTP/1.1';

// Each is a function of a Random that yields {name, bytes, statuses}: the server must answer
// with one of `statuses` and end. No statuses: the handshake is cut off, and whatever is
// answered, it may not be 101.
export const hostileHandshakes = [
  (random) => {
    const whole = handshake({}, room);
    return { name: 'cut off', bytes: whole.slice(0, random.below(whole.length - 1)) };
  },
  (random) => {
    const first = Buffer.from([random.pick([0x00, 0x01, 0x16, 0x7f, 0x80, 0xff])]);
    return { name: 'noise', bytes: Buffer.concat([first, random.bytes(random.below(2000))]), statuses: [400] };
  },
  (random) => {
    const bytes = Buffer.from(handshake({}, room));
    bytes[random.below(bytes.length)] = random.pick([0x00, 0x01, 0x0b, 0x7f]);
    return { name: 'a control character', bytes, statuses: [400, 404, 426] };
  },
  (random) => {
    const name = random.pick(['x'.repeat(65), 'a%20b', 'a.b', 'a:b', '', '%00', '..', 'a/b', '%', 'r~', 'x'.repeat(8000)]);
    return { name: `room '${name}'`, bytes: handshake({}, `GET /v1/rooms/${name}/ws HTTP/1.1`), statuses: [404] };
  },
  (random) => {
    const path = random.pick(['/v1/rooms/HOSTILE', '/v1/rooms/HOSTILE/', '/v1/rooms/HOSTILE/ws/', '/v2/rooms/HOSTILE/ws',
                              '/v1/rooms/HOSTILE/WS', '/../../etc/passwd', '//', '/v1/rooms//ws', '/ws']);
    return { name: `path ${path}`, bytes: handshake({}, `GET ${path} HTTP/1.1`), statuses: [404] };
  },
  (random) => ({
    name: 'a path out of the page',
    bytes: `GET ${random.pick(['/../flags.cpp', '/..%2fflags.cpp', '/js/../../main.cpp', '/%2e%2e/main.cpp', '/js/'])} HTTP/1.1\r\n` +
      'Host: localhost\r\nConnection: close\r\n\r\n',
    statuses: [400, 404],
  }),
  (random) => ({
    name: 'a method',
    bytes: handshake({ 'Content-Length': '0' }, room.replace('GET', random.pick(['POST', 'PUT', 'DELETE', 'OPTIONS']))),
    statuses: [400, 405],
  }),
  (random) => ({
    name: 'a method for health',
    bytes: `${random.pick(['POST', 'PUT', 'DELETE'])} /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    statuses: [405],
  }),
  (random) => ({ name: 'no such method', bytes: handshake({}, room.replace('GET', random.pick(['BREW', 'get', 'GETX']))), statuses: [400, 405] }),
  (random) => ({
    name: 'a version of HTTP',
    bytes: handshake({}, room.replace('1.1', random.pick(['1.0', '0.9', '2.0', '1.2', '9.9', '11', '']))),
    statuses: [400],
  }),
  (random) => {
    const field = random.pick(['Host', 'Connection', 'Sec-WebSocket-Key']);
    return { name: `no ${field}`, bytes: handshake({ [field]: null }, room), statuses: [400] };
  },
  (random) => {
    const field = random.pick(['Host', 'Sec-WebSocket-Key']);
    const value = handshakeFields[field];
    return { name: `two ${field}`, bytes: handshake({ [field]: [value, value] }, room), statuses: [400] };
  },
  (random) => ({
    name: 'a key',
    bytes: handshake({ 'Sec-WebSocket-Key': random.pick(['', 'x', '=', 'A'.repeat(24), 'dGhlIHNhbXBsZSBub25jZQ', '\xff\xfe']) }, room),
    statuses: [400],
  }),
  (random) => ({
    name: 'a version of the protocol',
    bytes: handshake({ 'Sec-WebSocket-Version': random.pick(['8', '14', '', 'x', '13, 13', '0013']) }, room),
    statuses: [426],
  }),
  () => ({ name: 'no Upgrade', bytes: handshake({ Upgrade: null, Connection: 'close' }, room), statuses: [400, 426] }),
  (random) => ({
    name: 'an origin',
    bytes: handshake({ Origin: random.pick(['http://evil.example', 'null', 'http://localhost.evil.example', 'x']) }, room),
    statuses: [403],
  }),
  (random) => ({ name: 'a long head', bytes: handshake({ 'X-Long': 'x'.repeat(20_000 + random.below(80_000)) }, room), statuses: [431] }),
  (random) => {
    const many = Object.fromEntries(Array.from({ length: 200 + random.below(500) }, (_, i) => [`X-${i}`, 'x']));
    return { name: 'many fields', bytes: handshake(many, room), statuses: [431] };
  },
  () => ({ name: 'a folded line', bytes: handshake({ 'X-Folded': 'a\r\n b' }, room), statuses: [400] }),
  () => ({ name: 'a space before the colon', bytes: handshake({ 'X-Odd ': 'x' }, room), statuses: [400] }),
  () => ({ name: 'no carriage returns', bytes: handshake({}, room).replaceAll('\r\n', '\n'), statuses: [400] }),
  () => ({
    name: 'a smuggled body',
    bytes: handshake({ 'Content-Length': '5', 'Transfer-Encoding': 'chunked' }, room) + '0\r\n\r\n',
    statuses: [400],
  }),
  (random) => ({
    name: 'a content length',
    bytes: handshake({ 'Content-Length': random.pick(['-1', '99999999999999999999', '1e3', '0x5', '5 5']) }, room),
    statuses: [400],
  }),
];
