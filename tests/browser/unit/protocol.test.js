// protocol.test.js - values, ids and frames of the wire.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { module } from './modules.js';

const {
  LIMITS,
  chunks,
  copiesOf,
  elementToSend,
  isHostKind,
  isRoomName,
  makeId,
  makePoint,
  makeRoomName,
  onGrid,
  onPressureGrid,
  readFrame,
  roomSocketUrl,
  strokeHead,
  strokeMessages,
  writeFrames,
} = await module('protocol');

describe('what is sent of an element', () => {
  const custom = { a: [1, { b: null }] };

  it('has what every element may have, of any kind', () => {
    for (const kind of ['stroke', 'rect', 'arrow', 'sticky', 'image', 'x-gear']) {
      const sent = elementToSend({ id: 'a', kind, locked: true, group: 'g', custom, wings: 2 });
      assert.deepEqual(sent, { id: 'a', kind, locked: true, group: 'g', custom });
    }
  });

  it('leaves out what is none or false, but no text of that word', () => {
    const none = { locked: false, group: null, custom: null, fill: 'none', startHead: 'none' };
    assert.deepEqual(elementToSend({ id: 'a', kind: 'x-a', ...none }), { id: 'a', kind: 'x-a' });
    const words = { text: 'none', group: 'none', startBinding: 'none', source: 'none' };
    const sent = elementToSend({ id: 'a', kind: 'x-a', ...words });
    assert.deepEqual(sent, { id: 'a', kind: 'x-a', ...words });
  });

  it('of an image and of a line is what belongs to them', () => {
    const all = { width: 1, height: 2, source: 's', startBinding: 'a', endBinding: 'b', text: 't' };
    assert.deepEqual(elementToSend({ id: 'i', kind: 'image', ...all }), {
      id: 'i', kind: 'image', width: 1, height: 2, source: 's',
    });
    assert.deepEqual(elementToSend({ id: 'l', kind: 'line', ...all }), {
      id: 'l', kind: 'line', startBinding: 'a', endBinding: 'b',
    });
  });

  it('of a live stroke is all but its points, and no place it has anyway', () => {
    const style = { tool: 'pen', color: '#000000', width: 4 };
    const still = { id: 's', kind: 'stroke', x: 0, y: 0, angle: 0, opacity: 1, ...style, points: [] };
    assert.deepEqual(strokeHead(still), { id: 's', ...style });
    const moved = { ...still, x: 3, opacity: 0.5, custom, group: 'g' };
    assert.deepEqual(strokeHead(moved), { id: 's', ...style, x: 3, opacity: 0.5, custom, group: 'g' });
  });
});

describe('copies', () => {
  it('are what was copied, aside, under fresh ids, and hold to one another', () => {
    const arrow = { id: 'l', kind: 'arrow', x: 0, y: 1, startBinding: 'a', endBinding: 'far' };
    const gear = { id: 'a', kind: 'x-gear', x: 5, y: 5, group: 'g', custom: { k: 1 }, index: 'a0' };
    const other = { id: 'b', kind: 'image', x: 5, y: 5, group: 'g', source: 's' };
    const [one, two, three] = copiesOf([arrow, gear, other], 24);
    assert.deepEqual([one.x, one.y, two.x, two.y], [24, 25, 29, 29]);
    assert.equal(new Set([one, two, three, arrow, gear, other].map(({ id }) => id)).size, 6);
    assert.equal(one.startBinding, two.id);
    assert.equal(one.endBinding, 'far');
    assert.deepEqual(two.custom, { k: 1 });
    assert.equal(three.source, 's');
    assert.ok(two.group && two.group !== 'g');
    assert.equal(three.group, two.group);
    assert.equal(two.index, undefined);
  });
});

describe('a kind of a host', () => {
  it('is x- and 1 to 62 of A-Z a-z 0-9 _ -', () => {
    for (const kind of ['x-a', 'x-A_9-', `x-${'k'.repeat(62)}`]) assert.ok(isHostKind(kind), kind);
    for (const kind of ['x-', 'x', 'X-a', 'x-a b', 'x-a\n', 'x-é', `x-${'k'.repeat(63)}`])
      assert.ok(!isHostKind(kind), kind);
  });
});

describe('values', () => {
  it('rounds coordinates to 1/16 by floor(16 v + 1/2) / 16, halves upwards on both sides of zero', () => {
    assert.equal(onGrid(1.03), 1);
    assert.equal(onGrid(1 / 32), 1 / 16);
    assert.equal(onGrid(-1 / 32), 0);
    assert.equal(onGrid(-1.04), -1.0625);
    assert.equal(onGrid(100.0625), 100.0625);
  });

  it('keeps coordinates within the limit', () => {
    assert.equal(onGrid(1e9), 1_000_000);
    assert.equal(onGrid(-1e9), -1_000_000);
    assert.equal(onGrid(1_000_000), 1_000_000);
  });

  it('keeps pressure in 0..1 in steps of 1/1024', () => {
    assert.equal(onPressureGrid(0.5), 0.5);
    assert.equal(onPressureGrid(0.3), 307 / 1024);
    assert.equal(onPressureGrid(-1), 0);
    assert.equal(onPressureGrid(7), 1);
  });

  it('makes points of four numbers, time as a whole number', () => {
    assert.deepEqual(makePoint(1, 2), [1, 2, 0.5, 0]);
    assert.deepEqual(makePoint(1, 2, 1, 16.6), [1, 2, 1, 17]);
  });
});

describe('ids and rooms', () => {
  it('makes ids of 21 allowed characters, each different', () => {
    const ids = new Set(Array.from({ length: 1000 }, () => makeId()));
    assert.equal(ids.size, 1000);
    for (const id of ids) assert.match(id, /^[A-Za-z0-9_-]{21}$/);
  });

  it('makes room names of 8 characters of base 62, skipping bytes that would be biased', () => {
    assert.match(makeRoomName(), /^[A-Za-z0-9]{8}$/);
    let call = 0;
    const random = (bytes) => bytes.fill(call++ === 0 ? 255 : 61);
    assert.equal(makeRoomName(random), '99999999');
  });

  it('knows which names the server would refuse', () => {
    for (const good of ['a', 'ROOM01', 'x_y-Z', 'a'.repeat(64)]) assert.ok(isRoomName(good), good);
    for (const bad of ['', 'a b', 'ä', 'a/b', 'a'.repeat(65)]) assert.ok(!isRoomName(bad), bad);
  });

  it('finds the socket beside the page, with TLS where the page has it', () => {
    assert.equal(
      roomSocketUrl({ protocol: 'http:', host: 'h:8080' }, 'R'),
      'ws://h:8080/v1/rooms/R/ws',
    );
    assert.equal(roomSocketUrl({ protocol: 'https:', host: 'h' }, 'R'), 'wss://h/v1/rooms/R/ws');
  });
});

describe('frames', () => {
  it('reads one message or an array of them and leaves out what is none', () => {
    assert.deepEqual(readFrame('{"type":"a"}'), [{ type: 'a' }]);
    assert.deepEqual(readFrame('[{"type":"a"},null,3,{"x":1},{"type":"b"}]'), [
      { type: 'a' },
      { type: 'b' },
    ]);
    assert.throws(() => readFrame('{'), SyntaxError);
  });

  it('writes one message bare, several as an array, and splits what is too long', () => {
    assert.deepEqual(writeFrames([]), []);
    assert.deepEqual(writeFrames([{ type: 'a' }]), ['{"type":"a"}']);
    assert.deepEqual(writeFrames([{ type: 'a' }, { type: 'b' }]), ['[{"type":"a"},{"type":"b"}]']);
    const messages = Array.from({ length: 30 }, (_, i) => ({ type: 'a', i }));
    const frames = writeFrames(messages, 100);
    assert.ok(frames.length > 1);
    for (const frame of frames) assert.ok(frame.length <= 110);
    assert.deepEqual(frames.flatMap(readFrame), messages, 'nothing lost, in order');
  });

  it('sends a stroke of any length in messages of at most 512 points that join without a gap', () => {
    const points = Array.from({ length: 1300 }, (_, i) => [i, 0, 0.5, i]);
    const [start, ...rest] = strokeMessages({
      id: 's',
      tool: 'pen',
      color: '#000000',
      width: 2,
      opacity: 1,
      points,
    });
    assert.equal(start.type, 'stroke:start');
    assert.equal(start.stroke.opacity, undefined);
    const joined = [...start.stroke.points];
    for (const message of rest) {
      assert.equal(message.from, joined.length);
      assert.ok(message.points.length <= LIMITS.pointsPerMessage);
      joined.push(...message.points);
    }
    assert.deepEqual(joined, points);
  });

  it('cuts lists without losing the rest', () => {
    assert.deepEqual(chunks([1, 2, 3, 4, 5], 2), [[1, 2], [3, 4], [5]]);
    assert.deepEqual(chunks([], 2), []);
  });

  it('sends of an element only what its kind has and what is set', () => {
    assert.deepEqual(
      elementToSend({
        id: 'r',
        kind: 'rect',
        x: 1,
        y: 2,
        width: 3,
        height: 4,
        color: '#000000',
        strokeWidth: 2,
        fill: 'none',
        userId: 'u',
        order: 7,
        index: 'a',
        text: 'no',
        opacity: undefined,
      }),
      { id: 'r', kind: 'rect', x: 1, y: 2, width: 3, height: 4, color: '#000000', strokeWidth: 2 },
    );
  });
});
