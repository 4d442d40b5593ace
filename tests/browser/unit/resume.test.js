// resume.test.js - how a session comes back after a cut: what the rules of docs/protocol.md,
// "Coming back", say of every operation and every stroke.

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { makeEnvironment, turn } from './fakes.js';
import { module } from './modules.js';

const { Session } = await module('session');
const { JsonDialect } = await module('wire/dialects');
const { boardDigest } = await module('digest');

const YOU = { userId: 'u1', clientId: 'c1', name: 'Ann', color: '#123456', role: 'editor' };
const BOB = { userId: 'u2', clientId: 'c2', name: 'Bob', color: '#654321', role: 'editor' };
const rect = { kind: 'rect', x: 1, y: 2, width: 3, height: 4, color: '#000000', strokeWidth: 2 };
const STYLE = { tool: 'pen', color: '#000000', width: 4 };
const point = (n) => [n, n, 0.5, n];
const points = (from, to) => Array.from({ length: to - from }, (_, i) => point(from + i));

describe('a session that was cut off', () => {
  let fake;
  let session;
  let notices;

  beforeEach(async () => {
    fake = makeEnvironment();
    notices = [];
    session = open();
    session.start();
    await connect();
    say(state());
  });

  function open(more = {}) {
    const opened = new Session({
      url: 'ws://h/v1/rooms/R/ws',
      profile: { name: 'Ann', color: '#123456' },
      onBoardChange: () => {},
      makeDialect: () => new JsonDialect(),
      environment: fake.environment,
      ...more,
    });
    opened.addEventListener('notice', ({ detail }) => notices.push(detail));
    return opened;
  }

  const socket = () => fake.sockets.at(-1);
  const say = (...messages) => socket().say(...messages);
  const types = (messages) => messages.map(({ type }) => type);

  async function sent() {
    session.flush();
    await turn();
    return socket().take();
  }

  /** The page is connected; what it asks for. */
  async function connect() {
    socket().open();
    const [hello, ...rest] = await sent();
    assert.equal(hello.type, 'room:join');
    assert.deepEqual(rest, [], 'nothing before the answer');
    return hello;
  }

  const cut = (code) => socket().drop(code);

  async function reconnect() {
    fake.clock.advance(60_000);
    return connect();
  }

  const state = (more = {}) => ({
    type: 'room:state',
    ...{ roomId: 'R', session: 's1', op: 0, you: YOU, seq: 5, users: [YOU, BOB], elements: [] },
    ...{ live: [], cursors: [], chat: [], history: { canUndo: false, canRedo: false } },
    ...more,
  });

  const resumed = (more = {}) => ({
    type: 'room:resumed',
    ...{ roomId: 'R', seq: 5, op: 0, rejected: [], you: YOU, users: [YOU, BOB], live: [] },
    ...{ own: [], cursors: [], history: { canUndo: true, canRedo: false }, events: [] },
    ...{ more: false, ...more },
  });

  const by = (userId, seq) => ({ userId, seq, time: 0 });
  const put = (id, userId, seq, more = {}) => ({
    type: 'element:put',
    element: { id, ...rect, ...more },
    index: `a${String(seq).padStart(2, '0')}`,
    ...by(userId, seq),
  });

  function draw(count, { end = true } = {}) {
    const stroke = session.beginStroke(STYLE);
    stroke.extend(points(0, count));
    if (end) stroke.end();
    return stroke;
  }

  const ids = () => session.board.ordered().map(({ id }) => id);

  // ---- the session goes on

  it('asks to go on from the last event or ack that it has got', async () => {
    say(put('b', 'u2', 6));
    session.put({ id: 'a', ...rect });
    await sent();
    say({ type: 'op:ack', op: 1, seq: 7, time: 0, index: 'a7' });
    cut();
    const hello = await reconnect();
    assert.deepEqual(hello.resume, { session: 's1', seq: 7 });
  });

  it('is told what it missed, in order, and shows it', async () => {
    say(put('b', 'u2', 6));
    cut();
    await reconnect();
    say(
      resumed({
        seq: 9,
        events: [
          { type: 'element:set', id: 'b', props: { x: 9 }, ...by('u2', 7) },
          put('c', 'u2', 8),
        ],
        more: true,
      }),
    );
    assert.ok(!session.isJoined);
    say({
      type: 'room:events',
      events: [{ type: 'element:remove', ids: ['c'], ...by('u2', 9) }],
      more: false,
    });
    assert.ok(session.isJoined);
    assert.deepEqual(ids(), ['b']);
    assert.equal(session.board.get('b').x, 9);
    assert.equal(session.seq, 9);
    say(put('d', 'u2', 10));
    assert.deepEqual(ids(), ['b', 'd']);
  });

  it('sends what the server has not taken again, with the same counters', async () => {
    for (const id of ['a', 'b', 'c']) session.put({ id, ...rect });
    await sent();
    cut();
    await reconnect();
    say(resumed({ seq: 6, op: 1, events: [{ ...put('a', 'u1', 6), op: 1 }] }));
    assert.deepEqual(
      (await sent()).map(({ type, op, element }) => [type, op, element.id]),
      [
        ['element:put', 2, 'b'],
        ['element:put', 3, 'c'],
      ],
    );
    assert.equal(session.pending, 2);
    assert.equal(session.board.confirmed('a').index, 'a06');
  });

  it('takes back what was rejected meanwhile, and says why', async () => {
    session.put({ id: 'a', ...rect });
    session.put({ id: 'b', ...rect });
    session.say('hello');
    await sent();
    cut();
    await reconnect();
    const chat = { type: 'chat:message', name: 'Ann', text: 'hello', ...by('u1', 7) };
    say(
      resumed({
        seq: 7,
        op: 3,
        rejected: [{ op: 1, code: 'resource_exhausted', message: 'the board is full' }],
        events: [{ ...put('b', 'u1', 6), op: 2 }, { ...chat, op: 3 }],
      }),
    );
    assert.deepEqual(await sent(), []);
    assert.deepEqual(ids(), ['b']);
    assert.match(notices.join(), /the board is full/);
    assert.equal(session.chat.length, 1);
    assert.equal(session.pending, 0);
  });

  it('goes on in the middle of a stroke, from the points that the server has', async () => {
    const stroke = draw(6, { end: false });
    await sent();
    cut();
    stroke.extend(points(6, 9));
    await reconnect();
    say(resumed({ own: [{ strokeId: stroke.id, have: 4 }] }));
    assert.deepEqual(await sent(), [
      { type: 'stroke:point', strokeId: stroke.id, from: 4, points: points(4, 9) },
    ]);
    stroke.end();
    const [end] = await sent();
    assert.deepEqual([end.type, end.op, end.count], ['stroke:end', 1, 9]);
  });

  it('goes on with a stroke that ended while it was away', async () => {
    const stroke = draw(6, { end: false });
    await sent();
    cut();
    stroke.extend(points(6, 8));
    stroke.end();
    await reconnect();
    say(resumed({ own: [{ strokeId: stroke.id, have: 6 }] }));
    const [rest, end] = await sent();
    assert.deepEqual([rest.from, rest.points], [6, points(6, 8)]);
    assert.deepEqual([end.type, end.op, end.count], ['stroke:end', 1, 8]);
  });

  it('begins a stroke again that the server has lost, under the same id', async () => {
    const stroke = draw(6, { end: false });
    await sent();
    cut();
    await reconnect();
    say(resumed());
    const [start] = await sent();
    assert.deepEqual([start.type, start.stroke.id], ['stroke:start', stroke.id]);
    assert.equal(start.stroke.points.length, 6);
  });

  it('knows the points of an own stroke whose end was taken', async () => {
    const stroke = draw(6);
    await sent();
    cut();
    await reconnect();
    const end = { type: 'stroke:end', strokeId: stroke.id, count: 6, index: 'a8', op: 1 };
    say(resumed({ seq: 6, op: 1, events: [{ ...end, ...by('u1', 6) }] }));
    assert.deepEqual(await sent(), []);
    const element = session.board.confirmed(stroke.id);
    assert.deepEqual([element.index, element.userId], ['a8', 'u1']);
    assert.deepEqual(element.points, points(0, 6));
  });

  it('draws the rest of a stroke that the room has ended as a new one, from the last point on', async () => {
    const stroke = draw(6, { end: false });
    await sent();
    cut();
    const before = stroke.id;
    stroke.extend(points(6, 8));
    await reconnect();
    const end = { type: 'stroke:end', strokeId: before, count: 4, index: 'a8' };
    say(resumed({ seq: 6, events: [{ ...end, ...by('u1', 6) }] }));
    const [start] = await sent();
    assert.equal(start.type, 'stroke:start');
    assert.notEqual(start.stroke.id, before);
    assert.deepEqual(start.stroke.points, points(3, 8));
    assert.deepEqual(session.board.get(before).points, points(0, 4));
  });

  it('does so too when it hears of that by a gap, and with what was done to the stroke since', async () => {
    const stroke = draw(600);
    const { id } = stroke;
    session.set(id, { x: 5 });
    await sent();
    const end = { type: 'stroke:end', strokeId: id, count: 550, index: 'a8', ...by('u1', 6) };
    say(end, { type: 'stroke:gap', strokeId: id, have: 550, committed: true });
    const [rest, set, also] = await sent();
    assert.deepEqual([rest.type, rest.op], ['element:put', 1]);
    assert.deepEqual(rest.element.points, points(549, 600));
    assert.deepEqual([set.op, set.id, also.op], [2, id, 3]);
    assert.deepEqual([also.id, also.props], [rest.element.id, { x: 5 }]);
  });

  it('counts an operation that has nothing left to do', async () => {
    const stroke = draw(600);
    await sent();
    const end = { type: 'stroke:end', strokeId: stroke.id, count: 600, index: 'a8' };
    say({ ...end, ...by('u1', 6) }, { type: 'stroke:gap', strokeId: stroke.id, have: 600, committed: true });
    assert.deepEqual(await sent(), [{ type: 'element:remove', op: 1, ids: [] }]);
    assert.deepEqual(ids(), [stroke.id]);
  });

  it('tells the name that was chosen meanwhile', async () => {
    cut();
    session.introduce({ name: 'Anna', color: '#123456' });
    await reconnect();
    say(resumed());
    assert.deepEqual(await sent(), [{ type: 'user:update', name: 'Anna', color: '#123456' }]);
    assert.equal(session.you.name, 'Anna');
  });

  it('cancels at the server what was given up meanwhile', async () => {
    const stroke = draw(6, { end: false });
    await sent();
    cut();
    stroke.cancel();
    await reconnect();
    say(resumed({ own: [{ strokeId: stroke.id, have: 6 }] }));
    assert.deepEqual(await sent(), [{ type: 'stroke:cancel', strokeId: stroke.id }]);
  });

  it('clears, of what others have drawn since, nothing', async () => {
    say(put('b', 'u2', 6));
    session.clear();
    await sent();
    cut();
    await reconnect();
    say(resumed({ seq: 7, events: [put('c', 'u2', 7)] }));
    assert.deepEqual(await sent(), [{ type: 'element:remove', op: 1, ids: ['b'] }]);
    assert.deepEqual(ids(), ['c']);
  });

  it('clears a large board in parts that are undone together', async () => {
    cut();
    await reconnect();
    const elements = Array.from({ length: 2_500 }, (_, i) => ({ id: `n${i}`, ...rect, index: 'a' }));
    say(state({ session: 's2', elements }));
    cut();
    session.clear();
    session.put({ id: 'later', ...rect });
    await reconnect();
    say(resumed());
    const messages = await sent();
    assert.deepEqual(
      messages.map(({ type, op, ids: removed }) => [type, op, removed?.length]),
      [
        ['element:remove', 1, 1_000],
        ['element:put', 2, undefined],
        ['element:remove', 3, 1_000],
        ['element:remove', 4, 500],
      ],
    );
    const [group, , ...others] = messages.map((each) => each.group);
    assert.ok(group);
    assert.deepEqual(others, [group, group]);
    assert.deepEqual(ids(), ['later']);
  });

  it('takes the chunks of an undo among what it missed for parts of it', async () => {
    say(put('b', 'u2', 6));
    cut();
    await reconnect();
    const undo = { type: 'operation:undo', target: 6, outcome: 'applied', more: true };
    const restored = { removed: [], restored: [{ id: 'x', ...rect, index: 'a1', userId: 'u2' }] };
    say(
      resumed({
        seq: 7,
        events: [
          { ...undo, ...restored, changed: [], ...by('u2', 7) },
          {
            type: 'room:chunk',
            elements: [{ id: 'y', ...rect, index: 'a2', userId: 'u2' }],
            removed: ['b'],
            changed: [{ id: 'x', props: { x: 4 } }],
            more: false,
          },
        ],
      }),
    );
    assert.deepEqual(ids(), ['x', 'y']);
    assert.equal(session.board.get('x').x, 4);
  });

  it('keeps what comes behind the missed events for after them', async () => {
    cut();
    await reconnect();
    say(resumed({ seq: 7, events: [put('b', 'u2', 6)], more: true }));
    say(put('d', 'u2', 8));
    say({ type: 'room:events', events: [put('c', 'u2', 7)], more: false });
    assert.deepEqual(ids(), ['b', 'c', 'd']);
  });

  it('goes on from where it came when it is cut off among what it missed', async () => {
    cut();
    await reconnect();
    say(resumed({ seq: 9, events: [put('b', 'u2', 6), put('c', 'u2', 7)], more: true }));
    cut();
    const hello = await reconnect();
    assert.deepEqual(hello.resume, { session: 's1', seq: 7 });
  });

  // ---- another session

  it('does in a new session what was never sent, and what is the same done twice', async () => {
    say(put('b', 'u2', 6), put('c', 'u2', 7));
    session.set('b', { x: 4 });
    session.remove(['c']);
    await sent();
    cut();
    session.put({ id: 'a', ...rect });
    await reconnect();
    const elements = [
      { id: 'b', ...rect, index: 'a1', userId: 'u2' },
      { id: 'c', ...rect, index: 'a2', userId: 'u2' },
    ];
    say(state({ session: 's2', you: { ...YOU, userId: 'u9' }, seq: 20, elements }));
    assert.deepEqual(
      (await sent()).map(({ type, op }) => [type, op]),
      [
        ['element:set', 1],
        ['element:remove', 2],
        ['element:put', 3],
      ],
    );
    assert.deepEqual(ids(), ['b', 'a']);
  });

  it('does not do in a new session what is seen to be done', async () => {
    const stroke = draw(4);
    session.put({ id: 'a', ...rect });
    session.say('hello');
    session.saveVersion('first');
    await sent();
    cut();
    await reconnect();
    const elements = [
      { id: stroke.id, kind: 'stroke', ...STYLE, points: points(0, 4), index: 'a1', userId: 'u1' },
      { id: 'a', ...rect, index: 'a2', userId: 'u1' },
    ];
    const chat = [{ userId: 'u1', name: 'Ann', text: 'hello', time: 0, seq: 8 }];
    const versions = [{ userId: 'u1', name: 'first', time: 0, seq: 9 }];
    say(state({ session: 's2', you: { ...YOU, userId: 'u9' }, seq: 9, elements, chat, versions }));
    assert.deepEqual(await sent(), []);
    assert.equal(session.pending, 0);
  });

  it('says the same again in a new session if what is there was said before', async () => {
    say({ type: 'chat:message', name: 'Ann', text: 'yes', ...by('u1', 6) });
    session.say('yes');
    await sent();
    cut();
    await reconnect();
    const chat = [{ userId: 'u1', name: 'Ann', text: 'yes', time: 0, seq: 6 }];
    say(state({ session: 's2', you: { ...YOU, userId: 'u9' }, seq: 9, chat }));
    assert.deepEqual(types(await sent()), ['chat:send']);
  });

  it('says again what it said twice, or never sent, and what is there once', async () => {
    session.say('yes');
    session.say('yes');
    await sent();
    cut();
    session.say('yes');
    await reconnect();
    const chat = [{ userId: 'u1', name: 'Ann', text: 'yes', time: 0, seq: 6 }];
    say(state({ session: 's2', you: { ...YOU, userId: 'u9' }, seq: 9, chat }));
    assert.deepEqual(
      (await sent()).map(({ type, op }) => [type, op]),
      [
        ['chat:send', 1],
        ['chat:send', 2],
      ],
    );
  });

  it('says also what was never sent, although it looks the same', async () => {
    cut();
    session.say('yes');
    await reconnect();
    const chat = [{ userId: 'u1', name: 'Ann', text: 'yes', time: 0, seq: 6 }];
    say(state({ session: 's2', you: { ...YOU, userId: 'u9' }, seq: 9, chat }));
    assert.deepEqual(types(await sent()), ['chat:send']);
  });

  it('does not undo twice: when it can not be known, it says so', async () => {
    session.undo();
    await sent();
    cut();
    await reconnect();
    say(state({ session: 's2', seq: 9 }));
    assert.deepEqual(await sent(), []);
    assert.match(notices.join(), /may have been done/);
  });

  it('goes on from the last point of what its former self has drawn', async () => {
    const stroke = draw(6, { end: false });
    await sent();
    cut();
    const before = stroke.id;
    stroke.extend(points(6, 8));
    await reconnect();
    const live = [{ userId: 'u1', stroke: { id: before, ...STYLE, points: points(0, 5) } }];
    say(state({ session: 's2', seq: 9, live }));
    const [start] = await sent();
    assert.notEqual(start.stroke.id, before);
    assert.deepEqual(start.stroke.points, points(4, 8));
  });

  // ---- out of step

  const mistakes = {
    'an event is missing': () => say(put('z', 'u2', 7)),
    'what was not asked is answered': async () => {
      session.put({ id: 'a', ...rect });
      await sent();
      say({ type: 'op:ack', op: 2, seq: 6, time: 0 });
    },
    'the digests differ': () => say({ type: 'room:digest', seq: 5, hash: '0123456789abcdef' }),
    'a stroke ends of which not all points came': () =>
      say({ type: 'stroke:end', strokeId: 'z', count: 3, ...by('u2', 6) }),
    'a frame can not be read': () => socket().onmessage({ data: '{' }),
  };
  for (const [what, provoke] of Object.entries(mistakes)) {
    it(`has everything told anew when ${what}, and by another session if that does not help`, async (t) => {
      const warned = t.mock.method(console, 'warn', () => {});
      t.mock.method(console, 'error', () => {});
      await provoke();
      assert.equal(warned.mock.callCount(), 1);
      assert.ok(!session.isJoined);
      assert.deepEqual((await reconnect()).resume, { session: 's1', seq: 0 });
      say(resumed({ seq: 5, events: [1, 2, 3, 4, 5].map((seq) => put(`e${seq}`, 'u2', seq)) }));
      assert.deepEqual(
        ids().filter((id) => id !== 'a'),
        ['e1', 'e2', 'e3', 'e4', 'e5'],
      );
      say({ type: 'room:digest', seq: 5, hash: '0123456789abcdef' });
      assert.equal((await reconnect()).resume, undefined);
    });
  }

  it('trusts its session again once a digest was the same', async (t) => {
    t.mock.method(console, 'warn', () => {});
    say({ type: 'room:digest', seq: 5, hash: '0123456789abcdef' });
    await reconnect();
    say(resumed({ seq: 1, events: [put('e', 'u2', 1)] }));
    const element = { id: 'e', ...rect, index: 'a01', userId: 'u2' };
    say({ type: 'room:digest', seq: 1, hash: boardDigest([element]) });
    assert.ok(session.isJoined);
    say({ type: 'room:digest', seq: 1, hash: '0123456789abcdef' });
    assert.deepEqual((await reconnect()).resume, { session: 's1', seq: 0 });
  });

  it('compares what the server has, at the same operation, without what is pending', async () => {
    say(put('b', 'u2', 6));
    session.set('b', { x: 50 });
    session.put({ id: 'a', ...rect });
    const element = { id: 'b', ...rect, index: 'a06', userId: 'u2' };
    say({ type: 'room:digest', seq: 6, hash: boardDigest([element]) });
    say({ type: 'room:digest', seq: 5, hash: '0123456789abcdef' });
    assert.ok(session.isJoined);
  });

  // ---- no connection, or too much to send

  it('does not come back by itself when another connection goes on with its session', async () => {
    cut(4001);
    assert.equal(session.connection.state, 'refused');
    assert.match(session.connection.reason, /elsewhere/);
    fake.clock.advance(600_000);
    assert.equal(fake.sockets.length, 1);
    session.put({ id: 'a', ...rect });
    session.start();
    assert.deepEqual((await connect()).resume, { session: 's1', seq: 5 });
    say(resumed());
    assert.deepEqual(types(await sent()), ['element:put']);
  });

  it('sends no more at once than the server takes, and the rest when that is answered', async () => {
    cut();
    for (let i = 0; i < 100; i += 1) session.put({ id: `n${i}`, ...rect });
    assert.equal(session.pending, 100);
    await reconnect();
    say(resumed());
    const first = (await sent()).map(({ op }) => op);
    assert.deepEqual(first, Array.from({ length: 64 }, (_, i) => i + 1));
    say({ type: 'op:ack', op: 1, seq: 6, time: 0, index: 'a1' });
    assert.deepEqual(
      (await sent()).map(({ op }) => op),
      [65],
    );
  });

  it('sends what was done offline no faster than 100 a second, after a burst of 200', async () => {
    cut();
    for (let i = 0; i < 400; i += 1) session.put({ id: `n${i}`, ...rect });
    await reconnect();
    say(resumed());
    let acked = 0;
    const answerAll = async () => {
      for (;;) {
        const got = await sent();
        if (got.length === 0) return;
        for (const { op } of got) {
          say({ type: 'op:ack', op, seq: 5 + op, time: 0, index: `b${op}` });
          acked += 1;
        }
      }
    };
    await answerAll();
    assert.equal(acked, 200);
    fake.clock.advance(500);
    await answerAll();
    assert.ok(acked >= 249 && acked <= 251, `${acked} after half a second`);
    for (let i = 0; i < 20; i += 1) {
      fake.clock.advance(100);
      await answerAll();
    }
    assert.equal(acked, 400);
    assert.equal(session.pending, 0);
  });

  it('refuses what is beyond its bound, and keeps the rest', async () => {
    cut();
    for (let i = 0; i < 5_000; i += 1) session.put({ id: `n${i}`, ...rect });
    assert.equal(session.put({ id: 'more', ...rect }), null);
    assert.equal(session.board.size, 5_000);
    assert.match(notices[0], /Too much/);
  });

  // ---- kept over a reload

  it('goes on with what an earlier page had not done with', async () => {
    const kept = {
      session: 's0',
      userId: 'u1',
      entries: [
        { op: 4, message: { type: 'element:put', element: { id: 'a', ...rect } }, sent: true },
        {
          op: 5,
          message: { type: 'stroke:end', strokeId: 's', count: 3 },
          stroke: { id: 's', kind: 'stroke', ...STYLE, points: points(0, 3) },
          sent: false,
        },
      ],
    };
    session = open();
    session.restore(kept);
    assert.deepEqual(ids(), ['a', 's']);
    session.start();
    assert.deepEqual((await connect()).resume, { session: 's0', seq: 0 });
    say(resumed({ seq: 1, op: 4, events: [{ ...put('a', 'u1', 1), op: 4 }] }));
    const [stroke] = await sent();
    assert.deepEqual([stroke.type, stroke.op, stroke.element.id], ['element:put', 5, 's']);
    assert.equal(session.put({ id: 'b', ...rect }), 'b');
    assert.equal((await sent())[0].op, 6);
  });
});
