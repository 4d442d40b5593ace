// Attacks a board server in the binary dialect: node binary.mjs --server BINARY [--seed N] [--count N]
//
// 1. Frames made by hand, each wrong in one way, must be refused by `error`, or `op:reject`
//    where the counter can be read, and leave the board as it is.
// 2. COUNT frames (6,000) that were good before they were damaged: the server may take what it
//    can read, must answer in whole messages, and may close only with a code that is told for
//    it. Somebody who draws in another room must notice nothing, and in the attacked room both
//    dialects must be told the same board, with no value out of range.
// 3. The limits of every day: a text frame, a frame too long, 21 bad messages.
//
// In the end the server must stop in good order, with no word from a sanitizer.

import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';

import { ByteReader } from '../../examples/board_server/web/js/wire/byte_reader.js';
import { Peer, equal, frame, handshake, opcode } from '../transport/conformance/peer.mjs';
import { goodFrames, message, mutated, mutations, varint, wrongFrames } from './binary_frames.mjs';
import { Client, within } from './client.mjs';
import { Neighbour } from './neighbour.mjs';
import { Random } from './random.mjs';
import { Server } from './server.mjs';

const ATTACKED = 'ATTACKED';
const NEXT_DOOR = 'NEXTDOOR';
const FRAMES_PER_ATTACK = 30;
const CODES = ['internal', 'invalid_argument', 'not_found', 'permission_denied', 'resource_exhausted',
               'failed_precondition', 'unavailable'];

const { values: flags } = parseArgs({
  options: {
    server: { type: 'string' },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '6000' },
  },
});
const random = new Random(Number(flags.seed));
const tally = new Map();

function count(what) {
  tally.set(what, (tally.get(what) ?? 0) + 1);
}

// ---- One who sends bytes, and reads no more of an answer than he must

// What an answer says: `{type, code, op, t}`.
const READERS = {
  67: (body) => ({ op: body.varint(), code: CODES[body.byte()], message: body.text() }),
  86: (body) => ({ t: body.number() }),
  88: (body) => ({ code: CODES[body.byte()], message: body.text() }),
};
const NAMES = { 65: 'op:ack', 66: 'op:gap', 67: 'op:reject', 75: 'stroke:gap', 86: 'pong', 88: 'error' };

class Attacker {
  answers = [];
  closed = null;
  #peer;
  #lost = null;
  #wake = [];

  static async open(port) {
    const attacker = new Attacker();
    attacker.#peer = new Peer(port);
    const head = handshake({ 'Sec-WebSocket-Protocol': 'collab.v1.binary' }, `GET /v1/rooms/${ATTACKED}/ws HTTP/1.1`);
    await attacker.#peer.send(head);
    equal((await within(attacker.#peer.readHead(), 'the handshake')).status, 101, 'status of the handshake');
    attacker.#read().catch((error) => (attacker.#lost = error)).finally(() => attacker.#wakeAll());
    return attacker;
  }

  static async join(port) {
    const attacker = await Attacker.open(port);
    attacker.send([1, 5, 3, 0x45, 0x76, 0x65, 0]);
    await attacker.fence(0);
    return attacker;
  }

  send(bytes) {
    this.#peer.send(frame(opcode.binary, Buffer.from(bytes)));
  }
  sendText(text) {
    this.#peer.send(frame(opcode.text, text));
  }

  async #read() {
    while (!this.closed) {
      const { opcode: code, payload, fin } = await this.#peer.readFrame('a frame of the server');
      if (code === opcode.ping) this.#peer.send(frame(opcode.pong, payload));
      if (code === opcode.close) this.closed = { code: payload.readUInt16BE(), reason: payload.subarray(2).toString() };
      if (code === opcode.binary) {
        assert.ok(fin, 'the server sends messages in one piece');
        this.#take(payload);
      }
      this.#wakeAll();
    }
  }

  #take(payload) {
    const reader = new ByteReader(payload);
    while (reader.left > 0) {
      const type = reader.byte();
      const body = reader.part(reader.varint());
      assert.ok(type >= 64 && type <= 94, `a message of type ${type} from the server`);
      if (NAMES[type]) this.answers.push({ type: NAMES[type], ...READERS[type]?.(body) });
    }
  }

  #wakeAll() {
    for (const wake of this.#wake.splice(0)) wake();
  }

  // Waits for the answer to a ping of `t`, or for the end. False when the server has closed.
  async fence(t) {
    this.send(message(16, varint(64 * t)));
    const waiting = async () => {
      while (!this.closed && !this.answers.some((each) => each.type === 'pong' && each.t === t)) {
        if (this.#lost) throw this.#lost;
        await new Promise((resolve) => this.#wake.push(resolve));
      }
    };
    await within(waiting(), `pong ${t}`);
    this.answers = this.answers.filter((each) => each.type !== 'pong');
    return !this.closed;
  }

  // Waits for an answer that is no pong: one that tells of something durable comes later.
  async untilAnswered() {
    const waiting = async () => {
      while (!this.closed && this.answers.length === 0) {
        if (this.#lost) throw this.#lost;
        await new Promise((resolve) => this.#wake.push(resolve));
      }
    };
    await within(waiting(), 'an answer');
  }

  async untilClosed() {
    const waiting = async () => {
      while (!this.closed) {
        if (this.#lost) throw this.#lost;
        await new Promise((resolve) => this.#wake.push(resolve));
      }
      return this.closed.code;
    };
    return within(waiting(), 'a close frame');
  }

  vanish() {
    this.#peer.destroy();
  }
}

// ---- 1. By hand

async function refuseWrongFrames(server) {
  const before = await server.snapshot(ATTACKED);
  for (const { name, frame: bytes, op } of wrongFrames) {
    const attacker = await Attacker.join(server.port);
    attacker.send(bytes);
    assert.ok(await attacker.fence(1), `${name}: the server closed with ${JSON.stringify(attacker.closed)}`);
    await attacker.untilAnswered();
    const [answer, ...more] = attacker.answers;
    const context = `${name}, ${bytes.toString('hex').slice(0, 80)}, was answered ${JSON.stringify(attacker.answers)}`;
    assert.deepEqual(more, [], context);
    const isNoStroke = answer?.type === 'stroke:gap' && (bytes[0] === 3 || bytes[0] === 4);
    const isRefused = answer?.type === 'error' || isNoStroke || (answer?.type === 'op:reject' && answer.op === op);
    assert.ok(isRefused, context);
    if (answer.code) assert.ok(answer.code !== 'internal' && answer.message.length > 0, context);
    count(`by hand: ${answer.type}`);
    attacker.vanish();
  }
  const after = await server.snapshot(ATTACKED);
  assert.deepEqual(after, before, 'the board after frames that are wrong');
}

// ---- 2. Good frames, damaged

// Sends good frames and among them damaged ones. Yields how many were damaged.
async function attack(port) {
  const attacker = await Attacker.open(port);
  const frames = goodFrames(random, FRAMES_PER_ATTACK);
  let damaged = 0;
  for (let i = 0; i < frames.length && !attacker.closed; ++i) {
    if (i > 0 && random.chance(85)) {
      const kind = random.pick(mutations);
      attacker.send(mutated(random, kind, frames[i], random.pick(frames)));
      damaged += 1;
      count(`damaged: ${kind}`);
    }
    // Mostly the good one too, so that counters and numbers go on.
    if (i === 0 || random.chance(80)) attacker.send(frames[i]);
    if (random.chance(20) && !(await attacker.fence(i))) break;
  }
  if (await attacker.fence(63)) attacker.vanish();
  else assert.ok([1008, 1009].includes(attacker.closed.code), `the server closed with ${JSON.stringify(attacker.closed)}`);
  for (const { type } of attacker.answers) count(type);
  if (attacker.closed) count(`close ${attacker.closed.code}`);
  return damaged;
}

function assertInRange(elements) {
  for (const element of elements) {
    const points = element.points ?? [];
    for (const value of [element.x, element.y, element.angle]) assert.ok(Math.abs(value) <= 1e6, JSON.stringify(element));
    assert.ok(element.opacity >= 0 && element.opacity <= 1);
    assert.match(element.color, /^#[0-9a-f]{6}([0-9a-f]{2})?$/);
    assert.match(element.id, /^[A-Za-z0-9_:.-]{1,64}$/);
    assert.match(element.index, /^[0-9A-Za-z]{1,64}$/);
    for (const [x, y, pressure = 0, t = 0] of points) {
      assert.ok(Math.abs(x) <= 1e6 && Math.abs(y) <= 1e6 && Number.isInteger(x * 16) && Number.isInteger(y * 16));
      assert.ok(pressure >= 0 && pressure <= 1 && Number.isInteger(pressure * 1024) && Number.isInteger(t));
    }
  }
}

// Both dialects are told the board that there is.
async function assertBoardIsSound(server) {
  const board = await server.snapshot(ATTACKED);
  assertInRange(board.elements);
  const states = [];
  for (const dialect of ['json', 'binary']) {
    const client = await Client.join(server.port, ATTACKED, 'witness', dialect);
    states.push(client.state);
    await client.leave();
  }
  assert.deepEqual(states[0].elements, board.elements);
  assert.deepEqual(states[1].elements, board.elements);
}

async function damageFrames(server) {
  const neighbour = await Neighbour.join(server.port, NEXT_DOOR);
  await neighbour.put({ id: 'board-rect', kind: 'rect', x: 10, y: 20, width: 30, height: 40 });
  const expected = (await server.snapshot(NEXT_DOOR)).elements;
  let damaged = 0;
  while (damaged < Number(flags.count)) {
    const { id, points } = await neighbour.draw();
    for (let i = 0; i < 10; ++i) damaged += await attack(server.port);
    server.assertAlive();
    const next = (await server.snapshot(NEXT_DOOR)).elements;
    const added = next.pop();
    assert.deepEqual({ id: added.id, points: added.points }, { id, points });
    assert.deepEqual(next, expected, 'the board of the room next door');
    expected.push(added);
    await assertBoardIsSound(server);
  }
  await neighbour.leave();
  return { damaged, slowest: neighbour.slowest };
}

// ---- 3. The limits of every day

async function keepLimits(server) {
  const text = await Attacker.join(server.port);
  text.sendText('{"type":"ping","t":1}');
  assert.equal(await text.untilClosed(), 1003, 'a text frame in the binary dialect');

  const long = await Attacker.join(server.port);
  long.send(Buffer.alloc(256 * 1024 + 1, 16));
  assert.equal(await long.untilClosed(), 1009, 'a frame one byte too long');

  const bad = await Attacker.join(server.port);
  bad.send(Array(20).fill([200, 0]).flat());
  assert.ok(await bad.fence(1));
  assert.deepEqual(bad.answers.map(({ type }) => type), Array(20).fill('error'));
  bad.send([200, 0]);
  assert.equal(await bad.untilClosed(), 1008, 'the 21st bad message in a minute');

  const early = await Attacker.open(server.port);
  early.send([10, 1, 1]);
  early.send([1, 5, 3, 0x45, 0x76, 0x65, 0]);
  assert.ok(await early.fence(1), 'one can still join after an early message');
  assert.deepEqual(early.answers.map(({ type, code }) => [type, code]), [['error', 'failed_precondition']]);
  for (const each of [text, long, bad, early]) each.vanish();
}

async function withServer(limits, test) {
  const server = await Server.start(flags.server, 'memory', limits);
  try {
    const result = await test(server);
    await server.stop();
    return result;
  } catch (error) {
    // A sanitizer that ends the server is still writing when its connections end.
    await new Promise((resolve) => setTimeout(resolve, 500));
    error.message += `\nThe server said: ${server.log.slice(0, 8000)}`;
    throw error;
  } finally {
    server.child.kill('SIGKILL');
  }
}

try {
  const generous = {
    bad_messages_per_minute: 1_000_000, operations_per_second: 1_000_000, operations_burst: 1_000_000,
    previews_per_second: 1_000_000, bytes_per_second: 1_000_000_000, output_queue_bytes: 64 * 1024 * 1024,
  };
  const { damaged, slowest } = await withServer(generous, async (server) => {
    await refuseWrongFrames(server);
    return damageFrames(server);
  });
  await withServer({}, keepLimits);
  console.log(`${wrongFrames.length} wrong and ${damaged} damaged frames, seed ${flags.seed}; ` +
    `next door one waited ${Math.round(slowest)} ms at the most`);
  for (const [what, times] of [...tally].sort()) console.log(`  ${what}: ${times}`);
} catch (error) {
  console.error(error);
  console.error(`Repeat: node ${process.argv[1]} --server ${flags.server} --seed ${flags.seed} --count ${flags.count}`);
  process.exitCode = 1;
}
process.exit();
