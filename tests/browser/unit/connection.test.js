// connection.test.js - back-off, heartbeat, and what a close code means.

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { makeEnvironment, turn } from './fakes.js';
import { module } from './modules.js';

const { Connection, backoffDelay } = await module('connection');
const { JsonDialect } = await module('wire/dialects');

describe('the connection', () => {
  let fake;
  let connection;
  let heard;

  beforeEach(() => {
    fake = makeEnvironment();
    heard = [];
    connection = new Connection({
      url: 'ws://h/v1/rooms/R/ws',
      environment: fake.environment,
      makeDialect: () => new JsonDialect(),
      handlers: {
        onState: ({ state }) => heard.push(state),
        onOpen: () => heard.push('open'),
        onMessage: ({ type }) => heard.push(type),
        onClose: () => heard.push('close'),
      },
    });
  });

  const last = () => fake.sockets.at(-1);

  it('offers the dialect it is given, and the binary one by itself', () => {
    connection.start();
    assert.deepEqual(last().protocols, ['collab.v1.json']);
    const { environment, sockets } = makeEnvironment();
    const handlers = { onState() {}, onOpen() {}, onMessage() {}, onClose() {} };
    new Connection({ url: 'ws://h', environment, handlers }).start();
    assert.deepEqual(sockets[0].protocols, ['collab.v1.binary']);
    assert.equal(sockets[0].binaryType, 'arraybuffer');
  });

  it('waits half a second doubling to thirty, times a random share', () => {
    assert.equal(
      backoffDelay(0, () => 1),
      500,
    );
    assert.equal(
      backoffDelay(3, () => 1),
      4_000,
    );
    assert.equal(
      backoffDelay(6, () => 1),
      30_000,
    );
    assert.equal(
      backoffDelay(50, () => 1),
      30_000,
    );
    assert.equal(
      backoffDelay(3, () => 0),
      0,
    );
  });

  it('tries again after the back-off, later each time', () => {
    connection.start();
    for (const wait of [250, 500, 1_000]) {
      const count = fake.sockets.length;
      last().drop();
      assert.equal(connection.state, 'offline');
      fake.clock.advance(wait - 1);
      assert.equal(fake.sockets.length, count);
      fake.clock.advance(1);
      assert.equal(fake.sockets.length, count + 1);
    }
  });

  it('begins the back-off anew only after ten seconds in the room', () => {
    connection.start();
    for (let i = 0; i < 4; i += 1) {
      last().drop();
      fake.clock.advance(60_000);
    }
    last().open();
    connection.joined();
    fake.clock.advance(9_000);
    last().drop();
    assert.ok(connection.retryAt - fake.clock.now() > 3_000, 'too early');
    fake.clock.advance(60_000);
    last().open();
    connection.joined();
    fake.clock.advance(10_000);
    last().drop();
    assert.equal(connection.retryAt - fake.clock.now(), 250);
  });

  it('waits at least as long as a closing server asks', () => {
    connection.start();
    last().open();
    last().say({ type: 'server:closing', retryAfter: 8_000 });
    last().drop(1001);
    assert.ok(connection.retryAt - fake.clock.now() >= 8_000);
  });

  for (const code of [1001, 1006, 1012, 1013]) {
    it(`comes back by itself after ${code}`, () => {
      connection.start();
      last().open();
      last().drop(code);
      fake.clock.advance(60_000);
      assert.equal(fake.sockets.length, 2);
    });
  }

  for (const code of [1008, 4001]) {
    it(`stays away after ${code}, says why, and returns when asked`, () => {
      connection.start();
      last().open();
      connection.noteError('the room is full');
      last().drop(code);
      assert.equal(connection.state, 'refused');
      assert.equal(connection.reason, 'the room is full');
      fake.clock.advance(3_600_000);
      assert.equal(fake.sockets.length, 1);
      connection.start();
      assert.equal(fake.sockets.length, 2);
    });
  }

  it('pings every 20 seconds and gives a silent server up after 45', async () => {
    connection.start();
    last().open();
    await turn();
    assert.equal(JSON.parse(last().sent[0]).type, 'ping');
    fake.clock.advance(40_000);
    await turn();
    assert.equal(connection.state, 'connecting');
    fake.clock.advance(20_000);
    assert.equal(connection.state, 'offline');
    assert.ok(fake.sockets[0].closed);
  });

  it('keeps a server that answers', () => {
    connection.start();
    last().open();
    connection.joined();
    for (let i = 0; i < 20; i += 1) {
      fake.clock.advance(10_000);
      last().say({ type: 'pong', t: fake.clock.now() - 5 });
    }
    assert.equal(fake.sockets.length, 1);
    assert.equal(connection.roundTrip, 5);
  });

  it('keeps a server that answers although the timers of a hidden page come late', () => {
    const { environment, clock, sockets } = makeEnvironment();
    const slow = {
      ...environment,
      setTimeout: (callback, ms) => clock.setTimeout(callback, ms + 60_000),
    };
    const handlers = { onState() {}, onOpen() {}, onMessage() {}, onClose() {} };
    const makeDialect = () => new JsonDialect();
    const hidden = new Connection({ url: 'ws://h', environment: slow, handlers, makeDialect });
    hidden.start();
    sockets[0].open();
    hidden.joined();
    for (let i = 0; i < 10; i += 1) {
      clock.advance(1);
      sockets[0].say({ type: 'pong', t: clock.now() });
      clock.advance(79_999);
    }
    assert.equal(sockets.length, 1);
  });

  it('sends all messages of one turn in one frame, in order', async () => {
    connection.start();
    last().open();
    await turn();
    last().take();
    for (const n of [1, 2, 3]) connection.send({ type: 'x', n });
    await turn();
    assert.equal(last().sent.length, 1);
    assert.deepEqual(
      last()
        .take()
        .map(({ n }) => n),
      [1, 2, 3],
    );
  });

  it('says that it cannot send', () => {
    assert.equal(connection.send({ type: 'x' }), false);
    connection.start();
    assert.equal(connection.send({ type: 'x' }), false);
    last().open();
    assert.equal(connection.send({ type: 'x' }), true);
  });

  it('makes a new connection when a frame can not be read: what it said is lost', (t) => {
    const said = t.mock.method(console, 'error', () => {});
    connection.start();
    last().open();
    heard.length = 0;
    last().onmessage({ data: '[{"type":"a"},' });
    assert.deepEqual(heard, ['close', 'offline']);
    assert.ok(fake.sockets[0].closed);
    assert.match(connection.reason, /can’t read/);
    assert.equal(said.mock.callCount(), 1);
    fake.clock.advance(60_000);
    assert.equal(fake.sockets.length, 2);
  });
});
