// session.test.js - what is sent, what the answers do, and how a session comes back.

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Random } from '../../hostile/random.mjs';
import { ClientModel, ServerModel } from '../support/binary_model.js';
import { makeEnvironment, turn } from './fakes.js';
import { module } from './modules.js';

const { Session } = await module('session');
const { BinaryDialect, JsonDialect } = await module('wire/dialects');

const YOU = { userId: 'u1', clientId: 'c1', name: 'Ann', color: '#123456', role: 'editor' };
const rect = { kind: 'rect', x: 1, y: 2, width: 3, height: 4, color: '#000000', strokeWidth: 2 };
const STYLE = { tool: 'pen', color: '#000000', width: 4 };
const point = (n) => [n, n, 0.5, n];

describe('a session', () => {
  let fake;
  let session;
  let notices;

  beforeEach(async () => {
    fake = makeEnvironment();
    notices = [];
    session = new Session({
      url: 'ws://h/v1/rooms/R/ws',
      profile: { name: 'Ann', color: '#123456' },
      onBoardChange: () => {},
      makeDialect: () => new JsonDialect(),
      environment: fake.environment,
    });
    session.addEventListener('notice', ({ detail }) => notices.push(detail));
    session.start();
    await join();
  });

  const socket = () => fake.sockets.at(-1);

  async function join({
    elements = [],
    live = [],
    chat = [],
    op = 0,
    you = YOU,
    more,
    history,
  } = {}) {
    socket().open();
    await turn();
    const [hello] = socket().take();
    assert.equal(hello.type, 'room:join');
    socket().say({
      type: 'room:state',
      roomId: 'R',
      session: 's',
      op,
      you,
      seq: 1,
      users: [you],
      elements,
      live,
      chat,
      cursors: [],
      history: history ?? { canUndo: false, canRedo: false },
      ...(more && { more }),
    });
  }

  async function sent() {
    session.flush();
    await turn();
    return socket().take();
  }

  it('shows what there is to undo in the scope of the server', async () => {
    const told = { canUndo: true, canRedo: false, mine: { canUndo: false, canRedo: true } };
    await join({ history: { ...told, scope: 'mine' } });
    assert.deepEqual(session.history, { canUndo: false, canRedo: true });
    socket().say({ type: 'history:state', ...told, mine: { canUndo: true, canRedo: false } });
    await turn();
    assert.deepEqual(session.history, { canUndo: true, canRedo: false });
  });

  it('shows what there is to undo of everybody where that is the scope', async () => {
    const mine = { canUndo: false, canRedo: true };
    await join({ history: { canUndo: true, canRedo: false, mine, scope: 'room' } });
    assert.deepEqual(session.history, { canUndo: true, canRedo: false });
  });

  it('undoes in the scope that is chosen here', async () => {
    const mine = { canUndo: false, canRedo: true };
    await join({ history: { canUndo: true, canRedo: false, mine, scope: 'room' } });
    session.undo();
    session.useScope('mine');
    assert.deepEqual([session.scope, session.history], ['mine', mine]);
    session.redo();
    assert.deepEqual(
      (await sent()).map(({ type, scope }) => [type, scope]),
      [
        ['operation:undo', undefined],
        ['operation:redo', 'mine'],
      ],
    );
  });

  it('sends what belongs together in one group', async () => {
    await join({ elements: [{ id: 'r', kind: 'rect', index: 'a0', userId: 'u1', x: 0, y: 0 }] });
    session.set('r', { x: 1 }, 'g');
    session.remove(['r'], 'g');
    session.undo();
    assert.deepEqual(
      (await sent()).map(({ group }) => group),
      ['g', 'g', undefined],
    );
  });

  async function cutAndRejoin(state) {
    socket().drop();
    fake.clock.advance(60_000);
    await join({ you: { ...YOU, userId: 'u2', clientId: 'c2' }, ...state });
    return sent();
  }

  function draw(count, { end = true } = {}) {
    const stroke = session.beginStroke(STYLE);
    stroke.extend(Array.from({ length: count }, (_, i) => point(i)));
    if (end) stroke.end();
    return stroke;
  }

  it('numbers operations from the counter of the room', async () => {
    session.put({ id: 'a', ...rect });
    session.set('a', { x: 9 });
    session.remove(['a']);
    assert.deepEqual(
      (await sent()).map(({ type, op }) => [type, op]),
      [
        ['element:put', 1],
        ['element:set', 2],
        ['element:remove', 3],
      ],
    );
  });

  it('sends a stroke as it grows: start, points from where they go on, end with the count', async () => {
    const stroke = session.beginStroke(STYLE);
    stroke.extend([point(0), point(1)]);
    session.flush();
    stroke.extend([point(2)]);
    session.flush();
    stroke.end();
    const messages = await sent();
    assert.deepEqual(
      messages.map(({ type }) => type),
      ['stroke:start', 'stroke:point', 'stroke:end'],
    );
    assert.equal(messages[0].stroke.points.length, 2);
    assert.equal(messages[1].from, 2);
    assert.deepEqual([messages[2].op, messages[2].count], [1, 3]);
    assert.equal(session.board.size, 1, 'seen before any answer');
  });

  it('never sends more than 512 points in a message, nor 10,000 in a stroke', async () => {
    draw(10_700);
    const messages = await sent();
    for (const { points, stroke } of messages)
      assert.ok((points ?? stroke?.points ?? []).length <= 512);
    const ends = messages.filter(({ type }) => type === 'stroke:end');
    assert.deepEqual(
      ends.map(({ count }) => count),
      [10_000, 701],
    );
    const starts = messages.filter(({ type }) => type === 'stroke:start');
    assert.deepEqual(
      starts[1].stroke.points[0],
      point(9_999),
      'the next begins where the one before ended',
    );
  });

  it('tells what elements are about to become, seldom, and only of what the server has', async () => {
    socket().say({ type: 'element:put', element: { id: 'a', ...rect }, seq: 2, index: 'a0' });
    session.put({ id: 'own', ...rect });
    await sent();
    const changes = [
      { id: 'a', props: { x: 3 } },
      { id: 'own', props: { x: 3 } },
    ];
    session.preview(changes);
    session.preview(changes);
    assert.deepEqual(await sent(), [{ type: 'element:preview', id: 'a', props: { x: 3 } }]);
    const many = Array.from({ length: 51 }, () => changes[0]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    session.preview(many);
    assert.deepEqual(await sent(), []);
    session.preview(changes);
    assert.equal((await sent()).length, 1);
  });

  it('passes messages of hosts on, both ways', async () => {
    const heard = [];
    session.addEventListener('host', ({ detail }) => heard.push(detail));
    session.tellHost('spin', [1]);
    assert.deepEqual(await sent(), [{ type: 'host:message', name: 'spin', data: [1] }]);
    const message = { type: 'host:message', userId: 'u2', clientId: 'c2', name: 'spin', data: 0 };
    socket().say(message);
    assert.deepEqual(heard, [message]);
  });

  it('shows what others are about to do until they leave', async () => {
    socket().say({ type: 'element:put', element: { id: 'a', ...rect }, seq: 2, index: 'a0' });
    const preview = { type: 'element:preview', userId: 'u2', clientId: 'c2', id: 'a' };
    socket().say({ ...preview, props: { x: 30 } });
    assert.equal(session.board.get('a').x, 30);
    assert.equal(session.board.confirmed('a').x, 1);
    socket().say({ type: 'user:left', userId: 'u2', clientId: 'c2' });
    assert.equal(session.board.get('a').x, 1);
  });

  it('shows what somebody is about to do for 2 s, if nothing more comes', async (test) => {
    test.mock.timers.enable(['setTimeout']);
    socket().say({ type: 'element:put', element: { id: 'a', ...rect }, seq: 2, index: 'a0' });
    const preview = { type: 'element:preview', userId: 'u2', clientId: 'c2', id: 'a' };
    socket().say({ ...preview, props: { x: 30 } });
    test.mock.timers.tick(1_900);
    socket().say({ ...preview, props: { x: 40 } });
    test.mock.timers.tick(1_999);
    assert.equal(session.board.get('a').x, 40);
    test.mock.timers.tick(1);
    assert.equal(session.board.get('a').x, 1);
  });

  it('gives an acknowledged element its place and forgets the operation', async () => {
    session.put({ id: 'a', ...rect });
    await sent();
    socket().say({ type: 'op:ack', op: 1, seq: 2, time: 0, index: 'a7' });
    assert.equal(session.pending, 0);
    assert.equal(session.board.get('a').index, 'a7');
    assert.equal(session.board.get('a').userId, 'u1');
  });

  it('takes a refused operation back and says why', async () => {
    session.put({ id: 'a', ...rect });
    await sent();
    socket().say({
      type: 'op:reject',
      op: 1,
      code: 'resource_exhausted',
      message: 'the board is full',
    });
    assert.equal(session.board.size, 0);
    assert.match(notices[0], /the board is full/);
  });

  it('sends again from the gap, once for any number of reports of it', async () => {
    for (const id of ['a', 'b', 'c']) session.put({ id, ...rect });
    await sent();
    socket().say(
      { type: 'op:ack', op: 1, seq: 2 },
      { type: 'op:gap', have: 1 },
      { type: 'op:gap', have: 1 },
    );
    assert.deepEqual(
      (await sent()).map(({ op }) => op),
      [2, 3],
    );
  });

  it('sends a lost part of a stroke again, and its end', async () => {
    const stroke = draw(10);
    await sent();
    socket().say({ type: 'stroke:gap', strokeId: stroke.id, have: 4 });
    const messages = await sent();
    assert.deepEqual(
      messages.map(({ type }) => type),
      ['stroke:point', 'stroke:end'],
    );
    assert.deepEqual([messages[0].from, messages[0].points.length, messages[1].op], [4, 6, 1]);
  });

  it('sends a stroke that the server lost again from its start, also while it is drawn', async () => {
    const stroke = draw(3, { end: false });
    await sent();
    socket().say({ type: 'stroke:gap', strokeId: stroke.id, have: 0, unknown: true });
    const [start] = await sent();
    assert.equal(start.type, 'stroke:start');
    assert.equal(start.stroke.points.length, 3);
    stroke.end();
    await sent();
    socket().say({ type: 'stroke:gap', strokeId: stroke.id, have: 0, unknown: true });
    assert.deepEqual(
      (await sent()).map(({ type }) => type),
      ['stroke:start', 'stroke:end'],
    );
  });

  it('draws on while disconnected and sends it in one operation afterwards', async () => {
    socket().drop();
    const stroke = draw(5);
    assert.equal(session.board.size, 1);
    fake.clock.advance(60_000);
    await join();
    const [put] = await sent();
    assert.deepEqual(
      [put.type, put.op, put.element.id, put.element.kind],
      ['element:put', 1, stroke.id, 'stroke'],
    );
    assert.equal(put.element.points.length, 5);
  });

  it('sends a long stroke drawn offline as a live one and its end', async () => {
    socket().drop();
    draw(600);
    fake.clock.advance(60_000);
    await join();
    assert.deepEqual(
      (await sent()).map(({ type }) => type),
      ['stroke:start', 'stroke:point', 'stroke:end'],
    );
  });

  it('does not send again what the new state shows to be done', async () => {
    const stroke = draw(4);
    session.put({ id: 'a', ...rect });
    session.say('hello');
    await sent();
    const done = { id: stroke.id, kind: 'stroke', index: 'a1', points: [0, 1, 2, 3].map(point) };
    const messages = await cutAndRejoin({
      elements: [done, { id: 'a', ...rect, index: 'a2' }],
      chat: [{ userId: 'u1', name: 'Ann', text: 'hello', time: 0, seq: 3 }],
    });
    assert.deepEqual(messages, []);
    assert.equal(session.pending, 0);
    assert.equal(session.board.size, 2);
  });

  it('sends a stroke whose old self is still live under a fresh id, and removes the old one when it is committed', async () => {
    const stroke = draw(4);
    await sent();
    const old = { id: stroke.id, ...STYLE, index: 'a1', points: [0, 1].map(point) };
    const [put, ...rest] = await cutAndRejoin({ live: [{ userId: 'u1', stroke: old }] });
    assert.equal(put.type, 'element:put');
    assert.notEqual(put.element.id, stroke.id);
    assert.deepEqual(rest, []);
    assert.deepEqual(session.liveStrokes(), [], 'the old one is not shown');
    socket().say({
      type: 'stroke:end',
      userId: 'u1',
      strokeId: stroke.id,
      count: 2,
      seq: 9,
      time: 0,
    });
    const [remove] = await sent();
    assert.deepEqual([remove.type, remove.ids], ['element:remove', [stroke.id]]);
    assert.equal(session.board.size, 1);
  });

  it('replaces a stroke of which the room committed only a part', async () => {
    const stroke = draw(4);
    await sent();
    const part = { id: stroke.id, kind: 'stroke', index: 'a1', points: [0, 1].map(point) };
    const messages = await cutAndRejoin({ elements: [part] });
    assert.deepEqual(messages.map(({ type }) => type).sort(), ['element:put', 'element:remove']);
    assert.equal(session.board.size, 1);
  });

  it('goes on with a stroke in progress under a fresh id, with all its points', async () => {
    const stroke = draw(3, { end: false });
    await sent();
    const before = stroke.id;
    socket().drop();
    stroke.extend([point(3)]);
    fake.clock.advance(60_000);
    await join({ live: [{ userId: 'u1', stroke: { id: before, ...STYLE, points: [point(0)] } }] });
    const [start] = await sent();
    assert.equal(start.type, 'stroke:start');
    assert.notEqual(start.stroke.id, before);
    assert.equal(start.stroke.points.length, 4);
  });

  it('maps later operations on a stroke to its fresh id', async () => {
    const stroke = draw(4);
    session.set(stroke.id, { x: 5 });
    await sent();
    const [put, set] = await cutAndRejoin({
      live: [{ userId: 'u1', stroke: { id: stroke.id, ...STYLE, points: [point(0)] } }],
    });
    assert.equal(set.id, put.element.id);
    assert.deepEqual([put.op, set.op], [1, 2]);
  });

  it('clears, after a cut, only what was on the board when it was cleared', async () => {
    socket().say({
      type: 'element:put',
      element: { id: 'a', ...rect },
      index: 'a1',
      userId: 'u9',
      seq: 2,
    });
    session.clear();
    await sent();
    const [remove, ...rest] = await cutAndRejoin({
      elements: [
        { id: 'a', ...rect, index: 'a1' },
        { id: 'b', ...rect, index: 'a2' },
      ],
    });
    assert.deepEqual([remove.type, remove.ids], ['element:remove', ['a']]);
    assert.deepEqual(rest, []);
    assert.equal(session.board.size, 1);
  });

  it('sends an operation again after a while when the server was unavailable, with the same counter', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    session.put({ id: 'a', ...rect });
    session.flush();
    socket().take();
    socket().say({ type: 'op:reject', op: 1, code: 'unavailable', message: 'later' });
    t.mock.timers.tick(1_000);
    session.flush();
    assert.deepEqual(
      socket()
        .take()
        .map(({ op }) => op),
      [1],
    );
    assert.equal(session.board.size, 1);
  });

  it('waits for all chunks of a large board, and keeps what arrives between them for after', async () => {
    socket().drop();
    fake.clock.advance(60_000);
    await join({ elements: [{ id: 'a', ...rect, index: 'a1' }], more: true });
    socket().say({ type: 'element:remove', ids: ['b'], seq: 9 });
    assert.ok(!session.isJoined);
    socket().say({
      type: 'room:chunk',
      elements: [
        { id: 'b', ...rect, index: 'a2' },
        { id: 'c', ...rect, index: 'a3' },
      ],
      more: false,
    });
    assert.ok(session.isJoined);
    assert.deepEqual(
      session.board.ordered().map(({ id }) => id),
      ['a', 'c'],
    );
  });

  it('undoes only while connected, because the room decides what is undone', async () => {
    session.undo();
    assert.equal((await sent())[0].type, 'operation:undo');
    socket().drop();
    session.undo();
    assert.equal(session.pending, 1);
    assert.match(notices[0], /connected/);
  });

  it('knows the people, follows names, and forgets who leaves', () => {
    socket().say({ type: 'user:joined', user: { userId: 'u2', clientId: 'c2', name: 'Bob' } });
    socket().say({ type: 'user:updated', user: { userId: 'u2', clientId: 'c2', name: 'Rob' } });
    assert.equal(session.people.get('c2').name, 'Rob');
    socket().say({ type: 'user:left', userId: 'u2', clientId: 'c2' });
    assert.deepEqual([...session.people.keys()], ['c1']);
  });
});

describe('a session in the binary dialect', () => {
  const BOB = { userId: 'u2', clientId: 'c2', name: 'Bob', color: '#654321', role: 'editor' };
  let fake;
  let session;
  let server;
  let heard;

  beforeEach(() => {
    fake = makeEnvironment();
    session = new Session({
      url: 'ws://h/v1/rooms/R/ws',
      profile: { name: 'Ann', color: '#123456' },
      onBoardChange: () => {},
      makeDialect: () => new BinaryDialect(),
      environment: fake.environment,
    });
    session.start();
  });

  const socket = () => fake.sockets.at(-1);
  const say = (...messages) => socket().onmessage({ data: server.frame(...messages).buffer });

  async function sent() {
    session.flush();
    await turn();
    const frames = socket().sent;
    socket().sent = [];
    return frames.flatMap((frame) => heard.read(frame)).filter(({ type }) => type !== 'ping');
  }

  async function join({ elements = [], live = [], op = 0 } = {}) {
    server = new ServerModel(new Random(5));
    heard = new ClientModel();
    socket().open();
    assert.deepEqual(await sent(), [{ type: 'room:join', name: 'Ann', color: '#123456' }]);
    say({
      type: 'room:state',
      roomId: 'R',
      session: 's',
      op,
      you: YOU,
      seq: 1,
      users: [YOU, BOB],
      elements,
      live,
      cursors: [],
      history: { canUndo: false, canRedo: false },
      chat: [],
      more: false,
    });
  }

  it('draws, is acknowledged, sees it undone and sees others', async () => {
    await join();
    const stroke = session.beginStroke(STYLE);
    stroke.extend([point(1), point(2)]);
    const { id } = stroke;
    const [start] = await sent();
    assert.deepEqual(start.stroke.points, [point(1), point(2)]);
    stroke.extend([point(3)]);
    stroke.end();
    const [more, end] = await sent();
    assert.deepEqual(more, { type: 'stroke:point', strokeId: id, from: 2, points: [point(3)] });
    assert.deepEqual(end, { type: 'stroke:end', op: 1, strokeId: id, count: 3 });
    say({ type: 'op:ack', op: 1, seq: 2, time: 5, index: 'a0', makes: id });
    assert.equal(session.pending, 0);
    assert.deepEqual(session.board.get(id).points, [point(1), point(2), point(3)]);
    const place = { userId: 'u2', seq: 3, time: 6 };
    say({
      type: 'operation:undo',
      ...place,
      target: 2,
      outcome: 'applied',
      removed: [id],
      restored: [],
      changed: [],
    });
    assert.equal(session.board.size, 0);
    const theirs = { kind: 'stroke', index: 'a1', userId: 'u2', x: 0, y: 0, angle: 0, opacity: 1 };
    const whole = { id: 'b', ...theirs, color: '#654321', tool: 'brush', width: 3 };
    say(
      {
        type: 'stroke:start',
        userId: 'u2',
        clientId: 'c2',
        stroke: { ...whole, points: [point(1)] },
      },
      { type: 'stroke:point', userId: 'u2', strokeId: 'b', from: 1, points: [point(2), point(5)] },
      { type: 'stroke:end', strokeId: 'b', count: 3, ...place, seq: 4 },
    );
    assert.deepEqual(session.board.get('b'), { ...whole, points: [point(1), point(2), point(5)] });
  });

  it('begins runs anew after a gap and on a new connection', async () => {
    await join();
    const stroke = session.beginStroke(STYLE);
    stroke.extend([point(1), point(2), point(3)]);
    await sent();
    say({ type: 'stroke:gap', strokeId: stroke.id, have: 1 });
    assert.deepEqual(await sent(), [
      { type: 'stroke:point', strokeId: stroke.id, from: 1, points: [point(2), point(3)] },
    ]);
    say({ type: 'stroke:gap', strokeId: stroke.id, have: 0, unknown: true });
    assert.equal((await sent())[0].type, 'stroke:start');
    const before = stroke.id;
    socket().drop();
    fake.clock.advance(60_000);
    await join();
    const [again] = await sent();
    assert.equal(again.type, 'stroke:start');
    assert.notEqual(again.stroke.id, before);
    assert.deepEqual(again.stroke.points, [point(1), point(2), point(3)]);
  });

  it('comes back with the same board after a frame that can not be read', async (t) => {
    const said = t.mock.method(console, 'error', () => {});
    await join();
    const id = session.put({ ...rect });
    await sent();
    socket().onmessage({ data: Uint8Array.from([64, 1]).buffer });
    assert.equal(session.connection.state, 'offline');
    assert.match(session.connection.reason, /can’t read/);
    assert.equal(said.mock.callCount(), 1);
    fake.clock.advance(60_000);
    await join();
    const [again] = await sent();
    assert.deepEqual([again.type, again.element.id, again.op], ['element:put', id, 1]);
  });
});
