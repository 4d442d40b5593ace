// A client of the board server over a plain socket, in either dialect, so that it can misbehave.

import { BinaryDialect } from '../../examples/board_server/web/js/wire/dialects.js';
import { Peer, equal, frame, handshake, opcode } from '../transport/conformance/peer.mjs';

// Long enough for a server with sanitizers on a busy machine.
const WAIT_MS = 30_000;

const ANSWERS = new Set(['error', 'op:ack', 'op:reject', 'op:gap', 'stroke:gap', 'pong']);

export function within(promise, what, ms = WAIT_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export function brief(value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}... (${text.length} characters)` : text;
}

// How one connection writes messages and reads payloads.
const DIALECTS = {
  json: () => ({
    subprotocol: 'collab.v1.json',
    opcode: opcode.text,
    encode: (message) => [JSON.stringify(message)],
    decode: (payload) => [JSON.parse(payload.toString())].flat(),
  }),
  binary: () => {
    const dialect = new BinaryDialect();
    return {
      subprotocol: dialect.subprotocol,
      opcode: opcode.binary,
      encode: (message) => dialect.encode([message].flat()),
      decode: (payload) => dialect.decode(Uint8Array.from(payload).buffer),
    };
  },
};

export class Client {
  // What the server has answered to this client, oldest first; the caller removes it.
  answers = [];
  // What others have done, oldest first.
  events = [];
  // `{code, reason}` once the server has closed.
  closed = null;
  // Called with each payload of the server, before it is read.
  onPayload = () => {};
  #peer;
  #dialect;
  #lost = null;
  #unfinished = null;
  #isLeaving = false;
  #wake = [];

  // Opens a WebSocket for `room`; `dialect` is `json` or `binary`.
  static async open(port, room, dialect = 'json') {
    const peer = new Peer(port);
    const chosen = DIALECTS[dialect]();
    const fields = dialect === 'json' ? {} : { 'Sec-WebSocket-Protocol': chosen.subprotocol };
    await peer.send(handshake(fields, `GET /v1/rooms/${room}/ws HTTP/1.1`));
    const head = await within(peer.readHead(), 'the handshake');
    equal(head.status, 101, 'status of the handshake');
    return new Client(peer, chosen);
  }

  // Opens a WebSocket and joins; `state` is what the server told.
  static async join(port, room, name, dialect = 'json') {
    const client = await Client.open(port, room, dialect);
    client.send({ type: 'room:join', name });
    await client.until(() => client.events.some((each) => each.type === 'room:state'), 'room:state');
    client.state = client.events.find((each) => each.type === 'room:state');
    return client;
  }

  constructor(peer, dialect) {
    this.#peer = peer;
    this.#dialect = dialect;
    this.#read().catch((error) => {
      this.#lost = error;
      this.#wakeAll();
    });
  }

  async #read() {
    let payload = null;
    while (!this.closed) {
      const got = await this.#peer.readFrame('a frame of the server');
      if (got.opcode === opcode.ping) {
        this.sendBytes(frame(opcode.pong, got.payload));
      } else if (got.opcode === opcode.close) {
        const code = got.payload.length >= 2 ? got.payload.readUInt16BE() : 1005;
        this.closed = { code, reason: got.payload.subarray(2).toString() };
        this.sendBytes(frame(opcode.close, got.payload.subarray(0, 2)));
      } else if (got.opcode !== opcode.pong) {
        payload = payload === null ? got.payload : Buffer.concat([payload, got.payload]);
        if (got.fin) {
          this.onPayload(payload);
          for (const each of this.#dialect.decode(payload)) this.#take(each);
          payload = null;
        }
      }
      this.#wakeAll();
    }
  }

  // What comes in parts is one event, when all of it is there: each dialect has its own parts.
  #take(message) {
    let whole = message;
    if (message.type === 'room:chunk') {
      whole = this.#unfinished;
      (whole.elements ?? whole.restored).push(...message.elements);
      whole.removed?.push(...(message.removed ?? []));
      whole.changed?.push(...(message.changed ?? []));
    }
    this.#unfinished = message.more ? whole : null;
    if (message.more) return;
    delete whole.more;
    (ANSWERS.has(whole.type) ? this.answers : this.events).push(whole);
  }

  #wakeAll() {
    for (const wake of this.#wake.splice(0)) wake();
  }

  // Waits until `test` holds. Fails when the connection ends before.
  async until(test, what) {
    const waiting = async () => {
      while (!test()) {
        if (this.closed) throw new Error(`${what}: the server closed with ${JSON.stringify(this.closed)}`);
        if (this.#lost) throw new Error(`${what}: ${this.#lost.message}`);
        await new Promise((resolve) => this.#wake.push(resolve));
      }
    };
    await within(waiting(), what).catch((error) => {
      throw new Error(`${error.message}; answers: ${brief(this.answers)}`);
    });
  }

  // Waits for the close frame of the server and for the end.
  async untilClosed(what) {
    const waiting = async () => {
      while (!this.closed) {
        if (this.#lost) throw new Error(`${what}: ${this.#lost.message}`);
        await new Promise((resolve) => this.#wake.push(resolve));
      }
      await this.#peer.expectEnd();
      return this.closed;
    };
    return within(waiting(), what);
  }

  // All that came before this moment has been dealt with by the server once this resolves.
  async fence(t) {
    this.send({ type: 'ping', t });
    await this.until(() => this.answers.some((each) => each.type === 'pong' && each.t === t), `pong ${t}`);
    this.answers = this.answers.filter((each) => each.type !== 'pong' || each.t !== t);
  }

  // One message, or a list of them.
  send(message) {
    for (const payload of this.#dialect.encode(message)) this.sendBytes(frame(this.#dialect.opcode, payload));
  }
  // Resolves when the system has taken them.
  sendBytes(bytes) {
    return this.#peer.send(bytes);
  }

  async leave() {
    if (!this.closed && !this.#isLeaving) {
      this.#isLeaving = true;
      const code = Buffer.alloc(2);
      code.writeUInt16BE(1000);
      this.sendBytes(frame(opcode.close, code));
      await this.untilClosed('the answer to a close');
    }
    this.#peer.finish();
  }
  // Ends without a word.
  vanish() {
    this.#peer.destroy();
  }
}
