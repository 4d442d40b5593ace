// Attacks a board server: node run.mjs --server BINARY [--seed N] [--count N]
//
// Sends COUNT hostile messages (10,000), each of which must be answered as docs/protocol.md
// says: refused by an `error` or `op:reject` that names what is wrong, or by the right close
// code or status. Meanwhile a well-behaved client draws in the same room. After each batch
// the board must be what it was and what the neighbour has drawn, and in the end the server
// must stop in good order, with no word from a sanitizer. What comes when is drawn from the
// seed; a failure prints how to repeat it.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { Peer, frame, opcode } from '../transport/conformance/peer.mjs';
import { Client, brief, within } from './client.mjs';
import { hostileFrames, hostileHandshakes } from './frames.mjs';
import { allMessages } from './messages.mjs';
import { Neighbour } from './neighbour.mjs';
import { Random } from './random.mjs';
import { Server } from './server.mjs';

const ROOM = 'HOSTILE';
const BATCH = 200;
// Messages that go together in an array stay well below the limit of a frame.
const TOGETHER_BYTES = 100_000;

const { values: flags } = parseArgs({
  options: {
    server: { type: 'string' },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '10000' },
  },
});
const seed = Number(flags.seed);
const random = new Random(seed);
const tally = new Map();
// Wrong answers, by the kind of message: the first of each.
const faults = new Map();

function count(what) {
  tally.set(what, (tally.get(what) ?? 0) + 1);
}

// ---- JSON messages

// The answer that `message` must get. Moves `state.op` when it uses the counter.
function expectation(message, state) {
  const expected = { ...message.expect, name: message.name };
  if (expected.type === 'op:reject') expected.op = state.op++;
  if (expected.type === 'op:gap') expected.have = state.op - 1;
  return expected;
}

function assertAnswer(answer, expected, text) {
  const context = `${expected.name}: ${brief(text)} was answered ${brief(answer)}`;
  assert.equal(answer.type, expected.type, context);
  for (const field of ['op', 'have', 'strokeId', 'unknown', 'committed']) {
    if (field in expected) assert.equal(answer[field], expected[field], `${field}, ${context}`);
  }
  if ('codes' in expected) assert.ok(expected.codes.includes(answer.code), `expected code ${expected.codes}, ${context}`);
  for (const says of expected.says ?? []) assert.match(answer.message ?? '', says, context);
  count(expected.type);
}

// One frame of text as it may come: whole, in fragments.
function asFrames(text) {
  if (text.length < 3 || !random.chance(20)) return [frame(opcode.text, text, { mask: random.bytes(4) })];
  const bytes = Buffer.from(text);
  const first = 1 + random.below(bytes.length - 1);
  const second = first + random.below(bytes.length - first);
  return [
    frame(opcode.text, bytes.subarray(0, first), { fin: false, mask: random.bytes(4) }),
    ...(random.chance(30) ? [frame(opcode.ping, 'between')] : []),
    frame(opcode.continuation, bytes.subarray(first, second), { fin: false, mask: random.bytes(4) }),
    frame(opcode.continuation, bytes.subarray(second), { mask: random.bytes(4) }),
  ];
}

// Sends all of `messages` over one connection, and checks every answer. Errors come in the
// order of their causes; what has a counter waits for the operations of others.
async function attack(port, messages) {
  const client = await Client.join(port, ROOM, 'Eve');
  const state = { op: 1 };
  const expected = [];
  const frames = [];
  for (let i = 0; i < messages.length;) {
    // Some go together, as an array; but what is no JSON spoils all of its frame.
    const together = messages[i].isRaw || !random.chance(15) ? 1 : 1 + random.below(5);
    const texts = [];
    for (let end = Math.min(i + together, messages.length), bytes = 0; i < end; ++i) {
      const text = messages[i].text(state.op);
      bytes += text.length;
      if (texts.length > 0 && (messages[i].isRaw || bytes > TOGETHER_BYTES)) break;
      expected.push({ ...expectation(messages[i], state), text });
      texts.push(text);
    }
    frames.push(...asFrames(texts.length > 1 ? `[${texts.join(',')}]` : texts[0]));
  }
  await sendInPieces(client, Buffer.concat(frames));
  await client.until(() => client.answers.length >= expected.length, `${expected.length} answers`);
  await client.fence(-1);
  assert.equal(client.answers.length, expected.length, `answers: ${brief(client.answers.slice(expected.length))}`);

  // Each kind comes in order; what tells of something durable waits, and the others do not.
  const isHeld = (each) => each.type === 'op:reject' || each.committed === true;
  const isGap = (each) => !isHeld(each) && (each.type === 'stroke:gap' || each.type === 'op:gap');
  for (const kind of [isHeld, isGap, (each) => !isHeld(each) && !isGap(each)]) {
    const answers = client.answers.filter(kind);
    const wanted = expected.filter(kind);
    wanted.forEach((each, i) => {
      try {
        assertAnswer(answers[i] ?? { type: 'nothing' }, each, each.text);
      } catch (error) {
        if (!faults.has(each.name)) faults.set(each.name, error.message);
      }
    });
    if (answers.length !== wanted.length) {
      const unknown = brief(answers.filter((each) => !expected.some((one) => one.type === each.type)));
      throw new Error(`${wanted.length} answers of a kind were expected, there are ${answers.length}; ` +
        `of a type that none should have: ${unknown}; wrong ones:\n${[...faults.values()].join('\n')}`);
    }
  }

  // What was rejected stays so: asked again, it gets the same answer, and is not done.
  if (state.op > 1) {
    const op = 1 + random.below(state.op - 1);
    const stored = client.answers.find((each) => each.type === 'op:reject' && each.op === op);
    client.answers = [];
    client.send({ type: 'canvas:clear', op });
    await client.until(() => client.answers.length > 0, 'the answer to an operation sent again');
    assert.deepEqual(client.answers, [stored]);
    count('op:reject');
  }
  if (random.chance(50)) await client.leave();
  else client.vanish();
}

// Writes what a slow or a strange network would make of `bytes`.
async function sendInPieces(client, bytes) {
  const pieces = random.pick([1, 1, 10, 300]);
  const size = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < bytes.length; at += size) await client.sendBytes(bytes.subarray(at, at + size));
}

// ---- What comes too early, and what breaks the WebSocket or the handshake

const EARLY = [
  { type: 'stroke:start', stroke: { id: 'early', tool: 'pen', color: '#000', width: 1, points: [[0, 0]] } },
  { type: 'stroke:point', strokeId: 'early', points: [[1, 1]] },
  { type: 'stroke:end', strokeId: 'early', op: 1 },
  { type: 'element:put', element: { id: 'early', kind: 'rect' }, op: 1 },
  { type: 'element:remove', ids: ['board-rect'], op: 1 },
  { type: 'canvas:clear', op: 1 },
  { type: 'operation:undo', op: 1 },
  { type: 'chat:send', text: 'early', op: 1 },
  { type: 'cursor:move', x: 0, y: 0 },
  { type: 'user:update', name: 'early' },
];
const NO_JOIN = [{}, { name: 7 }, { name: null }, { name: '' }, { name: 'x'.repeat(65) }, { name: 'Eve', color: 'red' }];

// Messages before the join are refused; after that one can still join.
async function attackEarly(port, messages) {
  const client = await Client.open(port, ROOM);
  for (let i = 0; i < messages; ++i) {
    const isJoin = random.chance(30);
    const message = isJoin ? { type: 'room:join', ...random.pick(NO_JOIN) } : random.pick(EARLY);
    client.send(message);
    await client.until(() => client.answers.length > 0, `the answer to ${brief(message)}`);
    assertAnswer(client.answers.shift(), isJoin
      ? { type: 'error', codes: ['invalid_argument'], says: [/name|color/], name: 'no join' }
      : { type: 'error', codes: ['failed_precondition'], says: [/room:join/], name: 'early' }, JSON.stringify(message));
  }
  client.send({ type: 'room:join', name: 'Eve' });
  await client.until(() => client.events.some((each) => each.type === 'room:state'), 'room:state');
  await client.leave();
}

async function breakFrames(port) {
  const { name, bytes, codes } = random.pick(hostileFrames)(random);
  const client = random.chance(50) ? await Client.join(port, ROOM, 'Eve') : await Client.open(port, ROOM);
  try {
    client.sendBytes(bytes);
    const { code } = await client.untilClosed('a close frame');
    assert.ok(codes.includes(code), `expected ${codes}, the server closed with ${code}`);
    count(`close ${code}`);
  } catch (error) {
    throw new Error(`${name}: ${error.message}`, { cause: error });
  }
  client.vanish();
}

async function breakHandshake(port) {
  const { name, bytes, statuses } = random.pick(hostileHandshakes)(random);
  const peer = new Peer(port);
  try {
    if (random.chance(10) && bytes.length < 2000) await peer.sendChopped(Buffer.from(bytes, 'latin1'), 7);
    else await peer.send(Buffer.from(bytes, 'latin1'));
    if (statuses) {
      const head = await within(peer.readHead(), 'an answer');
      assert.ok(statuses.includes(head.status), `expected ${statuses}, the server answered ${head.status}`);
      count(`HTTP ${head.status}`);
    } else {
      peer.finish();
      const head = await within(peer.readHead(), 'the end').catch((error) => {
        assert.match(error.message, /ended/);
        return { status: 'none' };
      });
      assert.notEqual(head.status, 101);
      count('handshake cut off');
    }
  } catch (error) {
    throw new Error(`handshake, ${name}: ${error.message}`, { cause: error });
  }
  peer.destroy();
}

// ---- The rules about time, with the limits that a server has by itself

async function twentyBadMessages(port) {
  const bad = frame(opcode.text, '{"type":"nonsense"}');
  const client = await Client.join(port, ROOM, 'Eve');
  client.sendBytes(Buffer.concat(Array(20).fill(bad)));
  await client.until(() => client.answers.length >= 20, '20 errors');
  await client.fence(20);
  client.answers.forEach((each) => assert.equal(each.type, 'error'));
  client.sendBytes(bad);
  assert.equal((await client.untilClosed('a close frame')).code, 1008, 'the 21st bad message in a minute');
  count('close 1008');

  const atOnce = await Client.join(port, ROOM, 'Eve');
  atOnce.send(Array(21).fill({ type: 'nonsense' }));
  assert.equal((await atOnce.untilClosed('a close frame')).code, 1008, '21 bad messages in one frame');
  count('close 1008');

  const refused = await Client.join(port, ROOM, 'Eve');
  for (let op = 1; op <= 40; ++op) refused.send({ type: 'element:set', op, id: 'nobody', props: { x: 1 } });
  await refused.until(() => refused.answers.length >= 40, '40 answers');
  await refused.fence(40);
  refused.answers.forEach((each) => assert.equal(each.code, 'not_found'));
  await refused.leave();
}

async function neverJoins(port) {
  const client = await Client.open(port, ROOM);
  assert.equal((await client.untilClosed('a close frame')).code, 4008, 'no room:join within the deadline');
  count('close 4008');
}

async function neverShakesHands(port) {
  const peer = new Peer(port);
  await peer.send('GET /v1/rooms/HOSTILE/ws HTTP/1.1\r\nHost: loc');
  const head = await within(peer.readHead(), 'an end').catch((error) => assert.match(error.message, /ended/));
  if (head) assert.equal(head.status, 408);
  peer.destroy();
  count('handshake cut off');
}

// ---- All of it

function assertBoard(before, after, drawn) {
  const names = new Set(drawn.map((each) => each.id));
  assert.equal(after.seq, before.seq + drawn.length, 'seq of the board');
  assert.deepEqual(after.elements.filter((each) => !names.has(each.id)), before.elements, 'the board');
  for (const { id, points } of drawn) {
    const there = after.elements.find((each) => each.id === id);
    assert.ok(there, `stroke ${id} of the neighbour is missing`);
    assert.deepEqual({ kind: there.kind, points: there.points, tool: there.tool, color: there.color, width: there.width },
      { kind: 'stroke', points, tool: 'brush', color: '#3e63dd', width: 4 }, `stroke ${id} of the neighbour`);
  }
}

// What 25 batches are made of; their order is drawn.
const KINDS = [...Array(20).fill('messages'), ...Array(2).fill('frames'), ...Array(2).fill('handshakes'), 'early'];

// Yields `total` hostile messages in batches: lists of `{size, run(port)}`.
function* batches(total, messages) {
  let kinds = [];
  let queue = [];
  for (let left = total; left > 0; left -= BATCH) {
    const size = Math.min(BATCH, left);
    if (kinds.length === 0) kinds = random.shuffle([...KINDS]);
    const kind = kinds.pop();
    if (kind === 'messages') {
      const batch = [];
      while (batch.length < size - 1) {
        if (queue.length === 0) queue = random.shuffle([...messages]);
        batch.push(queue.pop());
      }
      yield [{ size, run: (port) => attack(port, batch) }];
    } else if (kind === 'early') {
      yield Array.from({ length: Math.ceil(size / 20) }, () => ({ size: 20, run: (port) => attackEarly(port, 20) }));
    } else {
      yield Array.from({ length: size }, () => ({ size: 1, run: kind === 'frames' ? breakFrames : breakHandshake }));
    }
  }
}

async function main(folder) {
  const storage = `sqlite:${join(folder, 'board.db')}`;
  const server = await Server.start(flags.server, storage, {
    bad_messages_per_minute: 1_000_000, operations_per_second: 1_000_000, operations_burst: 1_000_000,
    previews_per_second: 1_000_000, bytes_per_second: 1_000_000_000, output_queue_bytes: 64 * 1024 * 1024,
  });
  try {
    const neighbour = await Neighbour.join(server.port, ROOM);
    await neighbour.put({ id: 'board-rect', kind: 'rect', x: 10, y: 20, width: 30, height: 40 });
    await neighbour.put({ id: 'board-stroke', kind: 'stroke', points: [[0, 0], [10, 10]] });
    await neighbour.begin('board-live');
    const messages = allMessages({ rect: 'board-rect', stroke: 'board-stroke', live: 'board-live' });

    let before = await server.snapshot(ROOM);
    let sent = 0;
    for (const batch of batches(Number(flags.count), messages)) {
      let isOver = false;
      const drawing = (async () => {
        const drawn = [];
        while (!isOver && drawn.length < 5) drawn.push(await neighbour.draw());
        return drawn;
      })();
      drawing.catch(() => {});
      for (const each of batch) {
        await each.run(server.port);
        sent += each.size;
      }
      isOver = true;
      const drawn = await drawing;
      server.assertAlive();
      const after = await server.snapshot(ROOM);
      assertBoard(before, after, drawn);
      before = after;
    }
    await neighbour.leave();
    await server.stop();
    assert.equal(faults.size, 0, `${faults.size} kinds of messages got a wrong answer:\n${[...faults.values()].join('\n')}\n`);

    // What was kept is undamaged: it is read again, now with the limits of every day.
    const again = await Server.start(flags.server, storage, { join_deadline: 1000, handshake_deadline: 1000 });
    try {
      const restored = await again.snapshot(ROOM);
      assert.deepEqual(restored.elements.filter((each) => each.id !== 'board-live'), before.elements, 'the board after a restart');
      await Promise.all([twentyBadMessages(again.port), neverJoins(again.port), neverShakesHands(again.port)]);
      assert.deepEqual((await again.snapshot(ROOM)).elements, restored.elements);
      await again.stop();
    } finally {
      again.child.kill('SIGKILL');
    }
    console.log(`${sent} hostile messages of ${messages.length} kinds, seed ${seed}; ` +
      `the neighbour waited ${Math.round(neighbour.slowest)} ms at the most`);
    for (const [what, times] of [...tally].sort()) console.log(`  ${what}: ${times}`);
  } catch (error) {
    // A sanitizer that ends the server is still writing when its connections end.
    await new Promise((resolve) => setTimeout(resolve, 500));
    error.message += `\nThe server said: ${server.log.slice(0, 8000)}`;
    throw error;
  } finally {
    server.child.kill('SIGKILL');
  }
}

const folder = await mkdtemp(join(tmpdir(), 'collab-hostile-'));
try {
  await main(folder);
} catch (error) {
  console.error(error);
  console.error(`Repeat: node ${process.argv[1]} --server ${flags.server} --seed ${flags.seed} --count ${flags.count}`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
