// A WebSocket client that does as it is told, right or wrong, over a plain socket.

import net from 'node:net';

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

// The key of RFC 6455, section 1.3, and the answer given there.
export const sampleKey = 'dGhlIHNhbXBsZSBub25jZQ==';
export const sampleAccept = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

export const handshakeFields = {
  Host: 'localhost',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Key': sampleKey,
  'Sec-WebSocket-Version': '13',
};

// One handshake as text. `fields` replaces default ones; null leaves one out; a list repeats it.
export function handshake(fields = {}, line = 'GET /any/path?x=1 HTTP/1.1') {
  let head = `${line}\r\n`;
  for (const [name, value] of Object.entries({ ...handshakeFields, ...fields })) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null) head += `${name}: ${one}\r\n`;
    }
  }
  return `${head}\r\n`;
}

const defaultMask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

// One frame. `lengthBytes`: 0, 2 or 8, to write a length longer than need be; `length`: what
// the header says, when that is not the truth; `mask: null` leaves it unmasked.
export function frame(code, payload = '', options = {}) {
  const body = Buffer.from(payload);
  const { fin = true, rsv = 0, mask = defaultMask } = options;
  const length = BigInt(options.length ?? body.length);
  const extension = options.lengthBytes ?? (length < 126n ? 0 : length < 65536n ? 2 : 8);
  const header = Buffer.alloc(2 + extension);
  header[0] = (fin ? 0x80 : 0) | (rsv << 4) | code;
  header[1] = mask ? 0x80 : 0;
  if (extension === 0) header[1] |= Number(length);
  if (extension === 2) {
    header[1] |= 126;
    header.writeUInt16BE(Number(length), 2);
  }
  if (extension === 8) {
    header[1] |= 127;
    header.writeBigUInt64BE(length, 2);
  }
  if (!mask) return Buffer.concat([header, body]);
  const masked = Buffer.from(body);
  for (let i = 0; i < masked.length; ++i) masked[i] ^= mask[i % 4];
  return Buffer.concat([header, mask, masked]);
}

export function closeFrame(code, reason = '') {
  const body = Buffer.alloc(2);
  body.writeUInt16BE(code);
  return frame(opcode.close, Buffer.concat([body, Buffer.from(reason)]));
}

function fail(message) {
  throw new Error(message);
}

export function equal(actual, expected, what) {
  const left = Buffer.isBuffer(actual) ? actual.toString('hex') : actual;
  const right = Buffer.isBuffer(expected) ? expected.toString('hex') : expected;
  if (left !== right) {
    const brief = (value) => String(value).slice(0, 120);
    fail(`${what}: expected ${brief(right)}, got ${brief(left)}`);
  }
}

export class Peer {
  #socket;
  #bytes = Buffer.alloc(0);
  #hasEnded = false;
  #error = null;
  #wake = () => {};

  constructor(port) {
    this.#socket = net.connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    this.#socket.on('data', (data) => {
      this.#bytes = this.#bytes.length ? Buffer.concat([this.#bytes, data]) : data;
      this.#wake();
    });
    this.#socket.on('end', () => {
      this.#hasEnded = true;
      this.#wake();
    });
    this.#socket.on('error', (error) => {
      this.#error = error;
      this.#wake();
    });
  }

  // Writes; resolves when the system has taken it.
  send(bytes) {
    return new Promise((resolve) => this.#socket.write(bytes, () => resolve()));
  }

  // Writes each byte by itself.
  async sendChopped(bytes, size = 1) {
    for (let at = 0; at < bytes.length; at += size) {
      await this.send(bytes.subarray(at, at + size));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #until(test, what) {
    while (!test()) {
      if (this.#error) fail(`${what}: ${this.#error.message}`);
      if (this.#hasEnded) fail(`${what}: the connection ended`);
      await new Promise((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async read(count, what) {
    await this.#until(() => this.#bytes.length >= count, what);
    const taken = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  // The head of an HTTP response: { status, fields: Map of lower-case name to list }.
  async readHead() {
    let end = -1;
    await this.#until(() => (end = this.#bytes.indexOf('\r\n\r\n')) >= 0, 'a response');
    const [line, ...lines] = this.#bytes.subarray(0, end).toString('latin1').split('\r\n');
    this.#bytes = this.#bytes.subarray(end + 4);
    const match = /^HTTP\/1\.1 (\d{3}) /.exec(line) ?? fail(`a status line: got ${line}`);
    const fields = new Map();
    for (const one of lines) {
      const colon = one.indexOf(':');
      const name = one.slice(0, colon).toLowerCase();
      fields.set(name, [...(fields.get(name) ?? []), one.slice(colon + 1).trim()]);
    }
    return { status: Number(match[1]), fields };
  }

  async readBody(head) {
    const length = Number(head.fields.get('content-length')?.[0] ?? fail('no Content-Length'));
    return (await this.read(length, 'a body')).toString();
  }

  // Expects a response of `status`.
  async expectStatus(status) {
    const head = await this.readHead();
    equal(head.status, status, 'status');
    return head;
  }

  // Expects a response of `status`, and then the end of the connection.
  async expectRefusal(status) {
    const head = await this.expectStatus(status);
    equal(head.fields.get('connection')?.[0], 'close', 'Connection');
    await this.readBody(head);
    await this.expectEnd();
    return head;
  }

  // One frame of the server: whole, unmasked, in the shortest form.
  async readFrame(what = 'a frame') {
    const first = await this.read(2, what);
    equal(first[0] & 0x70, 0, `${what}: reserved bits`);
    equal(first[1] & 0x80, 0, `${what}: mask bit`);
    let length = BigInt(first[1] & 0x7f);
    if (length === 126n) {
      length = BigInt((await this.read(2, what)).readUInt16BE());
      if (length < 126n) fail(`${what}: the length is not in its shortest form`);
    } else if (length === 127n) {
      length = (await this.read(8, what)).readBigUInt64BE();
      if (length < 65536n) fail(`${what}: the length is not in its shortest form`);
    }
    const payload = await this.read(Number(length), what);
    return { fin: (first[0] & 0x80) !== 0, opcode: first[0] & 0x0f, payload };
  }

  async expectFrame(code, payload, what = 'a frame') {
    const got = await this.readFrame(what);
    equal(got.opcode, code, `${what}: opcode`);
    equal(got.fin, true, `${what}: FIN`);
    equal(got.payload, Buffer.from(payload), `${what}: payload`);
  }

  // Expects a close frame with `code` (null: without a code), and then the end.
  async expectClose(code) {
    const got = await this.readFrame('a close frame');
    equal(got.opcode, opcode.close, 'a close frame: opcode');
    equal(got.fin, true, 'a close frame: FIN');
    if (code === null) {
      equal(got.payload.length, 0, 'a close frame: payload');
    } else {
      if (got.payload.length < 2) fail(`a close frame: no code, expected ${code}`);
      equal(got.payload.readUInt16BE(), code, 'a close frame: code');
      new TextDecoder('utf-8', { fatal: true }).decode(got.payload.subarray(2));
    }
    await this.expectEnd();
    return got.payload.subarray(2).toString();
  }

  // Expects that the server ends the connection in order, without another byte.
  async expectEnd() {
    while (!this.#hasEnded) {
      if (this.#error) fail(`an orderly end: ${this.#error.message}`);
      await new Promise((resolve) => {
        this.#wake = resolve;
      });
    }
    equal(this.#bytes.length, 0, 'bytes after the end');
  }

  // Shows that the connection is well: a message comes back, and nothing before it.
  async expectWell(text = 'still here') {
    await this.send(frame(opcode.text, text));
    await this.expectFrame(opcode.text, text, 'the last echo');
  }

  pause() {
    this.#socket.pause();
  }
  resume() {
    this.#socket.resume();
  }
  finish() {
    this.#socket.end();
  }
  destroy() {
    this.#socket.destroy();
  }
}

// A peer whose handshake is done.
export async function open(port, fields = {}) {
  const peer = new Peer(port);
  await peer.send(handshake(fields));
  const head = await peer.readHead();
  equal(head.status, 101, 'status of the handshake');
  return peer;
}
