// board.test.js - the document: the server's order below, own pending operations on top.

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { module } from './modules.js';

const { Board } = await module('board');
const { Outbox } = await module('outbox');

const rect = (id, props = {}) => ({
  id,
  kind: 'rect',
  x: 0,
  y: 0,
  width: 10,
  height: 10,
  color: '#000000',
  ...props,
});

describe('the board', () => {
  let board;
  let outbox;
  let changes;

  beforeEach(() => {
    changes = [];
    board = new Board({ onChange: (before, after) => changes.push([before?.id, after?.id]) });
    outbox = new Outbox();
  });

  const submit = (message, local) => {
    const entry = outbox.add(message, local);
    board.addPending(entry);
    return entry;
  };
  const put = (element) => submit({ type: 'element:put', element });
  const ids = () => board.ordered().map(({ id }) => id);

  it('keeps what every element may have, of kinds that it can not draw too', () => {
    const custom = { a: [1] };
    const gear = { id: 'a', kind: 'x-gear', index: 'a0', x: 1, group: 'g', locked: true, custom };
    board.reset([gear, { id: 'b', kind: 'image', index: 'a1', source: 's' }]);
    const { width, height, ...kept } = board.get('a');
    assert.deepEqual([width, height], [0, 0]);
    assert.deepEqual(kept, { ...gear, y: 0, angle: 0, opacity: 1, color: '#000000' });
    assert.equal(board.get('b').source, 's');
    board.apply({ type: 'element:set', id: 'a', props: { custom: { b: 2 }, locked: false } });
    assert.deepEqual(board.get('a').custom, { b: 2 });
    assert.equal(board.get('a').locked, false);
  });

  it('shows what others are about to do until they did it, or it ended', () => {
    board.reset([rect('a', { index: 'a0' }), rect('b', { index: 'a1' })]);
    board.preview('a', 'c2', { x: 5 });
    board.preview('a', 'c2', { y: 6 });
    assert.deepEqual([board.get('a').x, board.get('a').y, board.confirmed('a').x], [5, 6, 0]);
    board.preview('a', 'c3', { x: 7 });
    assert.deepEqual([board.get('a').x, board.get('a').y], [7, 0], "the latest one's only");
    board.apply({ type: 'element:set', id: 'a', props: { width: 3 } });
    assert.deepEqual([board.get('a').x, board.get('a').width], [0, 3]);
    board.preview('a', 'c2', { x: 5 });
    board.endPreview('a');
    assert.equal(board.get('a').x, 0);
    board.preview('a', 'c2', { x: 5 });
    board.preview('b', 'c3', { x: 5 });
    board.endPreviewsOf('c2');
    assert.deepEqual([board.get('a').x, board.get('b').x], [0, 5]);
    board.apply({ type: 'element:remove', ids: ['b'] });
    board.preview('b', 'c3', { x: 5 });
    assert.equal(board.get('b'), undefined);
    board.preview('a', 'c2', { x: 5 });
    board.reset([rect('a', { index: 'a0' })]);
    assert.equal(board.get('a').x, 0, 'a new state begins without them');
  });

  it('paints by index as bytes, then by id, and what has no index on top in the order made', () => {
    put(rect('z'));
    put(rect('y'));
    board.reset([
      rect('b', { index: 'a1' }),
      rect('c', { index: 'Zz' }),
      rect('a', { index: 'a1' }),
    ]);
    assert.deepEqual(ids(), ['c', 'a', 'b', 'z', 'y']);
  });

  it('shows an own element at once and gives it its place with the ack', () => {
    board.reset([rect('a', { index: 'a1' })]);
    const entry = put(rect('own'));
    assert.deepEqual(ids(), ['a', 'own']);
    board.apply({ type: 'element:put', element: rect('late'), index: 'a3', userId: 'u', seq: 5 });
    assert.deepEqual(ids(), ['a', 'late', 'own']);
    board.accept(entry, { index: 'a2', userId: 'me' });
    assert.deepEqual(ids(), ['a', 'own', 'late']);
    assert.equal(board.get('own').userId, 'me');
  });

  it('takes a refused operation back to what was there before', () => {
    board.reset([rect('a', { index: 'a1', color: '#ff0000' })]);
    const entry = submit({ type: 'element:set', id: 'a', props: { color: '#00ff00' } });
    assert.equal(board.get('a').color, '#00ff00');
    board.drop(entry);
    assert.equal(board.get('a').color, '#ff0000');
  });

  it('keeps an own unanswered change on top of an earlier one of another, property by property', () => {
    board.reset([rect('a', { index: 'a1' })]);
    const entry = submit({ type: 'element:set', id: 'a', props: { x: 100 } });
    board.apply({ type: 'element:set', id: 'a', props: { x: 50, y: 60 } });
    assert.deepEqual([board.get('a').x, board.get('a').y], [100, 60]);
    board.accept(entry);
    assert.deepEqual([board.get('a').x, board.get('a').y], [100, 60]);
    board.apply({ type: 'element:set', id: 'a', props: { x: 70 } });
    assert.equal(board.get('a').x, 70, 'what comes after the ack wins');
  });

  it('shows what the other wrote when the own change on top of it is refused', () => {
    board.reset([rect('a', { index: 'a1' })]);
    const entry = submit({ type: 'element:set', id: 'a', props: { x: 100 } });
    board.apply({ type: 'element:set', id: 'a', props: { x: 50 } });
    board.drop(entry);
    assert.equal(board.get('a').x, 50);
  });

  it('lets a removal by another win over a pending change', () => {
    board.reset([rect('a', { index: 'a1' })]);
    const entry = submit({ type: 'element:set', id: 'a', props: { x: 100 } });
    board.apply({ type: 'element:remove', ids: ['a'] });
    assert.equal(board.get('a'), undefined);
    board.drop(entry);
    assert.equal(board.size, 0);
  });

  it('clears what was there, not what is made after it', () => {
    board.reset([rect('a', { index: 'a1' })]);
    const clear = submit({ type: 'canvas:clear' });
    const entry = put(rect('own'));
    assert.deepEqual(ids(), ['own']);
    board.apply({ type: 'element:put', element: rect('b'), index: 'a2', seq: 3 });
    assert.deepEqual(ids(), ['own'], 'what came before the ack is cleared too');
    board.accept(clear);
    board.apply({ type: 'element:put', element: rect('c'), index: 'a3', seq: 5 });
    board.accept(entry, { index: 'a4' });
    assert.deepEqual(ids(), ['c', 'own']);
  });

  it('brings everything back when a clear is refused', () => {
    board.reset([rect('a', { index: 'a1' }), rect('b', { index: 'a2' })]);
    const clear = submit({ type: 'canvas:clear' });
    assert.equal(board.size, 0);
    board.drop(clear);
    assert.deepEqual(ids(), ['a', 'b']);
  });

  it('applies undo and redo as the server tells them', () => {
    board.reset([rect('a', { index: 'a1' }), rect('b', { index: 'a2' })]);
    board.apply({
      type: 'operation:undo',
      outcome: 'applied',
      removed: ['a'],
      restored: [rect('c', { index: 'a0' })],
      changed: [{ id: 'b', props: { x: 5 } }],
    });
    assert.deepEqual(ids(), ['c', 'b']);
    assert.equal(board.get('b').x, 5);
  });

  it('grows a live stroke by what is new and commits it where it ends', () => {
    board.apply({
      type: 'stroke:start',
      userId: 'u',
      stroke: {
        id: 's',
        tool: 'pen',
        color: '#000000',
        width: 2,
        index: 'a5',
        points: [
          [0, 0],
          [1, 1],
        ],
      },
    });
    board.apply({
      type: 'stroke:point',
      userId: 'u',
      strokeId: 's',
      from: 1,
      points: [
        [1, 1],
        [2, 2],
      ],
    });
    board.apply({ type: 'stroke:point', userId: 'u', strokeId: 's', from: 0, points: [[0, 0]] });
    assert.deepEqual(board.live.get('s').stroke.points, [
      [0, 0],
      [1, 1],
      [2, 2],
    ]);
    board.apply({ type: 'stroke:end', userId: 'u', strokeId: 's', count: 3, seq: 9 });
    assert.equal(board.live.size, 0);
    assert.deepEqual(board.get('s').points.length, 3);
    assert.equal(board.get('s').index, 'a5');
    assert.equal(board.get('s').kind, 'stroke');
  });

  it('takes the whole stroke of the end when points were thinned on the way', () => {
    board.apply({ type: 'stroke:start', userId: 'u', stroke: { id: 's', points: [[0, 0]] } });
    board.apply({ type: 'stroke:point', userId: 'u', strokeId: 's', from: 5, points: [[5, 5]] });
    const whole = {
      id: 's',
      tool: 'pen',
      color: '#123456',
      width: 3,
      index: 'b',
      points: [
        [0, 0],
        [2, 2],
        [5, 5],
      ],
    };
    board.apply({ type: 'stroke:end', userId: 'u', strokeId: 's', count: 3, stroke: whole });
    assert.deepEqual(board.get('s').points, whole.points);
    assert.equal(board.get('s').color, '#123456');
  });

  it('forgets a cancelled stroke', () => {
    board.apply({ type: 'stroke:start', userId: 'u', stroke: { id: 's', points: [[0, 0]] } });
    board.apply({ type: 'stroke:cancel', userId: 'u', strokeId: 's' });
    assert.equal(board.live.size, 0);
    board.apply({ type: 'stroke:end', userId: 'u', strokeId: 's', count: 1 });
    assert.equal(board.size, 0);
  });

  it('replaces everything by a new state and tells each element that changed', () => {
    board.reset([rect('a', { index: 'a1' })]);
    changes.length = 0;
    board.reset([rect('b', { index: 'a1' })]);
    assert.deepEqual(ids(), ['b']);
    assert.deepEqual(changes.map(String).sort(), [',b', 'a,'].sort());
  });

  it('tells that a new element is on top without sorting', () => {
    board.reset([rect('a', { index: 'a1' })]);
    board.apply({ type: 'element:put', element: rect('b'), index: 'a2' });
    assert.ok(board.isOnTop(board.get('b')));
    board.apply({ type: 'element:put', element: rect('c'), index: 'a0' });
    assert.ok(!board.isOnTop(board.get('c')));
  });

  it('agrees with a board that had no pending operations, whatever the interleaving', () => {
    // A naive server orders operations of two boards at random; in the end both show the same.
    for (let seed = 1; seed <= 200; seed += 1) {
      let state = seed;
      const random = (n) => {
        state = (state * 1103515245 + 12345) % 2147483648;
        return Math.floor((state / 2147483648) * n);
      };
      const boards = [0, 1].map(() => ({ board: new Board(), outbox: new Outbox(), inbox: [] }));
      const names = ['a', 'b', 'c'];
      const server = new Map();
      let seq = 0;
      const step = (me) => {
        const [entry] = me.outbox.entries;
        if (!entry) return;
        const { message } = entry;
        const other = boards[1 - boards.indexOf(me)];
        const refused =
          (message.type === 'element:put' && server.has(message.element.id)) ||
          (message.type === 'element:set' && !server.has(message.id));
        seq += 1;
        const index = `i${String(seq).padStart(6, '0')}`;
        if (refused) {
          me.inbox.push(() => me.board.drop(me.outbox.settle(entry.op)));
          entry.taken = true;
        } else {
          if (message.type === 'element:put') server.set(message.element.id, true);
          if (message.type === 'element:remove') message.ids.forEach((id) => server.delete(id));
          if (message.type === 'canvas:clear') server.clear();
          me.inbox.push(() => me.board.accept(me.outbox.settle(entry.op), { index, userId: 'u' }));
          other.inbox.push(() => other.board.apply({ ...message, index, userId: 'u', seq }));
        }
        // Answers arrive in order; the next operation is taken when this one was answered.
        while (me.inbox.length > 0) me.inbox.shift()();
      };
      for (let i = 0; i < 40; i += 1) {
        const me = boards[random(2)];
        const id = names[random(3)];
        const message = [
          { type: 'element:put', element: rect(id, { x: random(100) }) },
          { type: 'element:set', id, props: { [['x', 'y'][random(2)]]: random(100) } },
          { type: 'element:remove', ids: [id] },
          { type: 'canvas:clear' },
        ][Math.min(3, random(9) >> 1)];
        me.board.addPending(me.outbox.add(message));
        if (random(2)) step(boards[random(2)]);
        if (random(2)) boards[random(2)].inbox.splice(0).forEach((deliver) => deliver());
      }
      while (boards.some((each) => each.outbox.size + each.inbox.length > 0)) {
        for (const each of boards) {
          each.inbox.splice(0).forEach((deliver) => deliver());
          step(each);
        }
      }
      const [one, two] = boards.map((each) => JSON.stringify(each.board.ordered()));
      assert.equal(one, two, `seed ${seed}`);
    }
  });
});
