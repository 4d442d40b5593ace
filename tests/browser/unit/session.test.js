// session.test.js - what is sent, what the answers do, and how a session comes back.

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Random } from '../../hostile/random.mjs';
import { ClientModel, ServerModel } from '../support/binary_model.js';
import { makeEnvironment, turn } from './fakes.js';
import { module } from './modules.js';

const { Session } = await module('session');
const { JsonDialect, binaryDialects } = await module('wire/dialects');

const YOU = { userId: 'u1', clientId: 'c1', name: 'Ann', color: '#123456', role: 'editor' };
const rect = { kind: 'rect', x: 1, y: 2, width: 3, height: 4, color: '#000000', strokeWidth: 2 };
const STYLE = { tool: 'pen', color: '#000000', width: 4 };
const point = (n) => [n, n, 0.5, n];

describe('a session', () => {
  let fake;
  let session;
  let notices;
  let hello;
  let sessions;

  beforeEach(async () => {
    fake = makeEnvironment();
    notices = [];
    sessions = 0;
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
    versions = [],
  } = {}) {
    socket().open();
    await turn();
    hello = socket().take().find(({ type }) => type === 'room:join');
    sessions += 1;
    socket().say({
      type: 'room:state',
      roomId: 'R',
      session: `s${sessions}`,
      op,
      you,
      seq: 1,
      users: [you],
      elements,
      live,
      chat,
      versions,
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

  function answerPings() {
    socket().say({ type: 'pong', t: 1e9 });
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

  it('sends what is missing of a stroke once, however many reports of it come', async () => {
    const stroke = draw(10, { end: false });
    await sent();
    const gap = { type: 'stroke:gap', strokeId: stroke.id };
    socket().say({ ...gap, have: 4 }, { ...gap, have: 4 });
    stroke.extend([point(10)]);
    assert.deepEqual(
      (await sent()).map(({ from, points }) => [from, points.length]),
      [
        [4, 6],
        [10, 1],
      ],
    );
    answerPings();
    socket().say({ ...gap, have: 8 });
    assert.equal((await sent())[0].from, 8, 'what is said after the answer is new');
  });

  it('sends as a whole what the server never takes in parts', async () => {
    const stroke = draw(600, { end: false });
    await sent();
    for (let i = 0; i < 3; i += 1) {
      socket().say({ type: 'stroke:gap', strokeId: stroke.id, have: 0, unknown: true });
      answerPings();
      await sent();
    }
    stroke.end();
    const [put, ...rest] = await sent();
    assert.deepEqual([put.type, put.op, put.element.points.length], ['element:put', 1, 600]);
    assert.deepEqual(rest, []);
  });

  it('sends a stroke that the server lost again from its start, also while it is drawn', async () => {
    const stroke = draw(3, { end: false });
    await sent();
    socket().say({ type: 'stroke:gap', strokeId: stroke.id, have: 0, unknown: true });
    const [start] = await sent();
    assert.equal(start.type, 'stroke:start');
    assert.equal(start.stroke.points.length, 3);
    answerPings();
    stroke.end();
    await sent();
    socket().say({ type: 'stroke:gap', strokeId: stroke.id, have: 0, unknown: true });
    assert.deepEqual(
      (await sent()).map(({ type }) => type),
      ['element:put'],
      'whole, since that is less',
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

  it('sends an operation again after a while when the server was unavailable, with the same counter', () => {
    session.put({ id: 'a', ...rect });
    session.flush();
    socket().take();
    socket().say({ type: 'op:reject', op: 1, code: 'unavailable', message: 'later' });
    session.flush();
    assert.deepEqual(socket().take(), [], 'not at once');
    fake.clock.advance(1_000);
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
    socket().say({ type: 'element:remove', ids: ['b'], seq: 2 });
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

  it('takes chunks behind an undo for the rest of what it did', () => {
    const element = (id) => ({ id, ...rect, index: `a${id}`, userId: 'u2' });
    socket().say({
      ...{ type: 'operation:undo', userId: 'u2', seq: 2, time: 0, target: 1, outcome: 'applied' },
      ...{ removed: [], restored: [element('a')], changed: [], more: true },
    });
    socket().say({ type: 'room:chunk', elements: [element('b')], more: true });
    const rest = { removed: ['a'], changed: [{ id: 'b', props: { x: 70 } }] };
    socket().say({ type: 'room:chunk', elements: [element('c')], ...rest, more: false });
    assert.deepEqual(
      session.board.ordered().map(({ id, x }) => [id, x]),
      [
        ['b', 70],
        ['c', 1],
      ],
    );
  });

  it('knows versions that were there, that others save, and its own once that is durable', async () => {
    const saved = (name, userId, seq) => ({ seq, name, userId, time: 0 });
    await join({ versions: [saved('first', 'u2', 1)] });
    session.saveVersion('  mine  ');
    session.saveVersion(' ');
    assert.deepEqual(await sent(), [{ type: 'version:save', op: 1, name: 'mine' }]);
    assert.equal(session.versions.length, 1, 'not yet');
    socket().say({ type: 'version:save', ...saved('other', 'u2', 2) });
    socket().say({ type: 'op:ack', op: 1, seq: 3, time: 0 });
    assert.deepEqual(session.versions, [
      saved('first', 'u2', 1),
      saved('other', 'u2', 2),
      saved('mine', 'u1', 3),
    ]);
  });

  it('shows what restoring a version does when the server tells it', async () => {
    const element = { id: 'a', ...rect, index: 'a1', userId: 'u2' };
    await join({ elements: [element, { ...element, id: 'b' }] });
    session.restoreVersion(1);
    assert.deepEqual(await sent(), [{ type: 'version:restore', op: 1, seq: 1 }]);
    assert.equal(session.board.size, 2);
    socket().say(
      {
        ...{ type: 'version:restore', userId: 'u1', seq: 2, time: 0, target: 1 },
        ...{ removed: ['a'], restored: [{ ...element, id: 'c' }] },
        changed: [{ id: 'b', props: { x: 9 } }],
      },
      { type: 'op:ack', op: 1, seq: 2, time: 0 },
    );
    assert.deepEqual(
      session.board.ordered().map(({ id, x }) => [id, x]),
      [
        ['b', 9],
        ['c', 1],
      ],
    );
    assert.equal(session.pending, 0);
    socket().drop();
    session.restoreVersion(1);
    assert.equal(session.pending, 0);
    assert.match(notices.at(-1), /connected/);
  });

  it('says why a version is not restored, also when it is not there', async () => {
    session.restoreVersion(7);
    await sent();
    socket().say({ type: 'op:reject', op: 1, code: 'not_found', message: 'no version at 7' });
    assert.match(notices[0], /no version at 7/);
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
  let sessions;

  beforeEach(() => {
    sessions = 0;
    fake = makeEnvironment();
    session = new Session({
      url: 'ws://h/v1/rooms/R/ws',
      profile: { name: 'Ann', color: '#123456' },
      onBoardChange: () => {},
      makeDialect: binaryDialects(),
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

  async function join({ elements = [], live = [], op = 0, resume } = {}) {
    server = new ServerModel(new Random(5));
    heard = new ClientModel();
    socket().open();
    const [hello] = await sent();
    assert.deepEqual(hello, {
      ...{ type: 'room:join', name: 'Ann', color: '#123456' },
      ...(resume && { resume }),
    });
    sessions += 1;
    say({
      type: 'room:state',
      roomId: 'R',
      session: `s${sessions}`,
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
    say({ type: 'pong', t: 1e9, serverTime: 0 });
    say({ type: 'stroke:gap', strokeId: stroke.id, have: 0, unknown: true });
    assert.equal((await sent())[0].type, 'stroke:start');
    socket().drop();
    fake.clock.advance(60_000);
    await join({ resume: { session: 's1', seq: 1 } });
    const [again] = await sent();
    assert.equal(again.type, 'stroke:start');
    assert.equal(again.stroke.id, stroke.id);
    assert.deepEqual(again.stroke.points, [point(1), point(2), point(3)]);
  });

  it('goes on with its session: numbers of elements are known from the connection before', async () => {
    await join();
    const id = session.put({ ...rect });
    await sent();
    say({ type: 'op:ack', op: 1, seq: 2, time: 5, index: 'a0', makes: id });
    server.numbers.set(id, 2);
    socket().drop();
    fake.clock.advance(60_000);
    const { numbers } = server;
    server = new ServerModel(new Random(6));
    server.numbers = numbers;
    heard = new ClientModel();
    socket().open();
    assert.deepEqual((await sent())[0].resume, { session: 's1', seq: 2 });
    say({
      type: 'room:resumed',
      ...{ roomId: 'R', op: 1, seq: 3, you: YOU, users: [YOU], rejected: [], live: [], own: [] },
      ...{ cursors: [], history: { canUndo: true, canRedo: false }, more: false },
      events: [{ type: 'element:set', id, props: { x: 7 }, userId: 'u2', seq: 3, time: 6 }],
    });
    assert.ok(session.isJoined);
    assert.equal(session.board.get(id).x, 7);
  });

  it('comes back with the same board after a frame that can not be read', async (t) => {
    const said = t.mock.method(console, 'error', () => {});
    t.mock.method(console, 'warn', () => {});
    await join();
    const id = session.put({ ...rect });
    await sent();
    socket().onmessage({ data: Uint8Array.from([64, 1]).buffer });
    assert.equal(session.connection.state, 'offline');
    assert.match(session.connection.reason, /can’t read/);
    assert.equal(said.mock.callCount(), 1);
    fake.clock.advance(60_000);
    await join({ resume: { session: 's1', seq: 0 } });
    const [again] = await sent();
    assert.deepEqual([again.type, again.element.id, again.op], ['element:put', id, 1]);
  });
});
