// Hostile frames of the binary dialect: made from good ones, and by hand.

import { BinaryDialect } from '../../examples/board_server/web/js/wire/dialects.js';
import { Author } from '../dialect/author.mjs';

export function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}
export const message = (type, body) => [type, ...varint(body.length), ...body];
const bytes = (hex) => [...Buffer.from(hex.replaceAll(' ', ''), 'hex')];

// The frames of somebody who draws on a new connection, `count` of them. The first joins.
export function goodFrames(random, count) {
  const dialect = new BinaryDialect();
  const author = new Author(random, `eve${random.below(1_000_000)}`, []);
  const frames = dialect.encode([{ type: 'room:join', name: 'Eve' }]);
  while (frames.length < count) {
    const said = author.burst().filter((each) => each.points === undefined || each.points.length <= 512);
    frames.push(...dialect.encode(said));
    // As if all had been well.
    author.hear(said.filter((each) => 'op' in each).map(({ op }) => ({ type: 'op:ack', op })));
  }
  return frames.map((frame) => [...frame]);
}

// Each makes another frame of a good one; `other` is one more good one.
const MUTATIONS = {
  flip(random, frame) {
    const copy = [...frame];
    for (let left = 1 + random.below(4); left > 0; --left) copy[random.below(copy.length)] ^= 1 << random.below(8);
    return copy;
  },
  cut: (random, frame) => frame.slice(0, random.below(frame.length)),
  splice: (random, frame, other) => [...frame.slice(0, random.below(frame.length)), ...other.slice(random.below(other.length))],
  noise: (random) => [...random.bytes(random.below(300))],
  // A message of any type with its length in order, so that the body is looked at.
  body: (random) => message(random.pick([random.below(18), random.below(256)]), [...random.bytes(random.below(60))]),
  number(random, frame) {
    const at = random.below(frame.length);
    const huge = random.pick([varint(2n ** 64n - 1n), varint(2n ** 53n), varint(2n ** 32n), [0x80, 0], Array(11).fill(0xff)]);
    return [...frame.slice(0, at), ...huge, ...frame.slice(at + 1)];
  },
  repeat(random, frame) {
    const at = random.below(frame.length);
    const part = frame.slice(at, at + 1 + random.below(20));
    return [...frame.slice(0, at), ...Array(1 + random.below(50)).fill(part).flat(), ...frame.slice(at)];
  },
  // One good message whose body ends too early although its length says so.
  shorten(random, frame) {
    const first = body(frame);
    return message(frame[0], first.slice(0, random.below(first.length + 1)));
  },
  lengthen: (random, frame) => message(frame[0], [...body(frame), ...random.bytes(random.below(40))]),
  otherwise: (random, frame) => [random.below(20), ...frame.slice(1)],
};

// The body of a frame's first message.
function body(frame) {
  let [at, length, shift] = [1, 0, 0];
  for (; frame[at] >= 128; ++at, shift += 7) length += (frame[at] & 127) << shift;
  length += frame[at] << shift;
  return frame.slice(at + 1, at + 1 + length);
}

export const mutations = Object.keys(MUTATIONS);

export function mutated(random, kind, frame, other) {
  return MUTATIONS[kind](random, frame, other);
}

// ---- By hand: each is `[name, frame, op]`; with `op` the answer may be an `op:reject` of it.

const ID = '03 0178';
const PUT = (rest, op = '01') => message(7, bytes(`${op} ${ID} ${rest}`));

export const wrongFrames = [
  ['type 0', message(0, [])],
  ['a type of the server', message(64, [])],
  ['type 200', message(200, [1, 2, 3])],
  ['a type alone', [16]],
  ['a length beyond the frame', [16, 5, 0]],
  ['a length of 2^64 - 1', [16, ...varint(2n ** 64n - 1n)]],
  ['a length in too many bytes', [16, 0x82, 0, 0xc0, 3]],
  ['an empty body', message(5, [])],
  ['a counter of 0', message(10, [0])],
  ['a counter in too many bytes', message(10, bytes('8100'))],
  ['no number', message(16, [3])],
  ['not a number', message(16, bytes('01 000000000000f87f'))],
  ['infinity', message(14, bytes('01 000000000000f07f 00 00'))],
  ['a cursor off the board', message(14, bytes('01 00000000d0126341 00 00'))],
  ['a cursor that is cut off', message(14, [0])],
  ['drawing 2', message(14, [0, 0, 2])],
  ['an id number of 257', message(6, varint(514))],
  ['an id number that nobody gave', message(6, [100])],
  ['number 257 for an id', message(6, [...varint(515), 1, 0x78])],
  ['an id that is no id', message(6, bytes('03 03612062'))],
  ['an id without letters', message(6, bytes('03 00'))],
  ['an id of broken UTF-8', message(6, bytes('03 02c328'))],
  ['points of nobody', message(3, bytes('00 026e6f 00'))],
  ['a run that goes on without beginning', message(3, bytes(`${ID} 00 00 00`))],
  ['a stroke without properties', message(2, bytes(ID))],
  ['live points of another version', message(2, bytes(`${ID} 00 20 00 00`))],
  ['packed points for live ones', message(2, bytes(`${ID} 00 14 00`))],
  ['a group that is cut off', message(2, bytes(`${ID} 00 10 70 ff`))],
  ['a group of 8 in one row', message(2, bytes(`${ID} 00 10 07 00`))],
  ['live points off the board', message(2, bytes(`${ID} 00 10 f8 ffffff7f 00000000 00000000 00000000`))],
  ['a pressure above 1', message(2, bytes(`${ID} 00 10 f8 00000000 00000000 01020000 00000000`))],
  ['513 points', message(2, [...bytes(`${ID} 00 10 01 40`), ...Array(64).fill([7, ...Array(8).fill(0x40)]).flat()])],
  ['a kind of 10', PUT('0a 00'), 1],
  ['a kind of the host without a name', PUT('09 00 00'), 1],
  ['a kind of the host of 63 letters', PUT(`09 3f ${'61'.repeat(63)} 00`), 1],
  ['a kind of the host of broken UTF-8', PUT('09 02c328 00'), 1],
  ['a kind of the host that is cut off', PUT('09 05 6162'), 1],
  ['locked 2', PUT('01 01 8e0102'), 1],
  ['a group of nothing', PUT('01 01 940100'), 1],
  ['a binding of a box', PUT('01 01 9c010161'), 1],
  ['custom that is no JSON', PUT('01 01 b401027b5d'), 1],
  ['custom that is no object', PUT('01 01 b401025b5d'), 1],
  ['custom of broken UTF-8', PUT('01 01 b401097b2261223a22c3287d'), 1],
  ['custom that is 13 deep', PUT(`01 01 b4014a ${'7b2264223a'.repeat(12)}7b7d${'7d'.repeat(12)}`), 1],
  ['custom of nothing but brackets', PUT(`01 01 b401ff7f ${'5b'.repeat(16_383)}`), 1],
  ['a property that nobody knows', PUT('01 01 a00600'), 1],
  ['a property of another kind', PUT('01 01 5b05'), 1],
  ['a type of value that is none', PUT('01 01 0f'), 1],
  ['a value of another type', PUT('01 01 0b00'), 1],
  ['a word of 9', PUT('01 01 5309'), 1],
  ['a word that does not fit', PUT('01 01 5305'), 1],
  ['a colour of 5 bytes', PUT('01 01 3a05 0102030405'), 1],
  ['no colour where one must be', PUT('01 01 38'), 1],
  ['an opacity of 2', PUT('01 01 218001'), 1],
  ['2^32 properties', PUT('01 8080808010'), 1],
  ['properties that are cut off', PUT('01 05 2100'), 1],
  ['text of broken UTF-8', PUT('06 01 6402c328'), 1],
  ['text longer than the message', PUT('06 01 64ff7f'), 1],
  ['an index that is none', PUT('01 01 04022020'), 1],
  ['2^32 places', PUT('04 01 758080808010'), 1],
  ['a place off the board', PUT('04 01 7501 80c8d00f 00'), 1],
  ['packed points without a length', PUT('00 00'), 1],
  ['no packed points', PUT('00 00 00'), 1],
  ['2^32 - 1 packed points', PUT('00 00 06 14ffffffff0f'), 1],
  ['packed points that are cut off', PUT('00 00 03 140301'), 1],
  ['live points for packed ones', PUT('00 00 05 1070642003'), 1],
  ['no properties to show', message(17, bytes(`${ID} 00`))],
  ['a preview of nothing there', message(17, bytes('00 026e6f 01 0900'))],
  ['a preview that is cut off', message(17, bytes(`${ID} 01 09`))],
  ['a host message without a name', message(18, bytes('00 0130'))],
  ['a host message of no JSON', message(18, bytes('0161 017b'))],
  ['a host message that is cut off', message(18, bytes('0161 055b'))],
  ['a host message of 4,097 bytes', message(18, [1, 0x61, ...varint(4099), 0x22, ...Array(4097).fill(0x31), 0x22])],
  ['a host message of brackets', message(18, [1, 0x61, ...varint(4000), ...Array(4000).fill(0x5b)])],
  ['no properties to set', message(8, bytes(`01 ${ID} 00`)), 1],
  ['points of a stroke to set', message(8, bytes('01 00 0c626f6172642d7374726f6b65 01 7500')), 1],
  ['2^40 ids to remove', message(9, bytes('01 808080808020')), 1],
  ['a scope of 3', message(11, [1, 3]), 1],
  ['a chat of nothing', message(13, [1, 0]), 1],
  ['a chat of 2,001 characters', message(13, [1, ...varint(2001), ...Array(2001).fill(0x78)]), 1],
  ['a name of 65', message(15, [1, 65, ...Array(65).fill(0x78)])],
  ['joining again', message(1, bytes('0141 00'))],
].map(([name, frame, op]) => ({ name, frame: Buffer.from(frame), op }));
