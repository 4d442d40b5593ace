// client_encoder.test.js - what the page says in `collab.v1.binary`: bytes derived from
// docs/protocol.md by hand, and random sessions read back by the model of a server.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../hostile/random.mjs';
import { ClientModel } from '../support/binary_model.js';
import { randomStroke } from '../support/random_ink.js';
import { module } from './modules.js';

const { ClientEncoder } = await module('wire/client_encoder');
const { BinaryDialect } = await module('wire/dialects');

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const plain = (text) => text.replaceAll(' ', '');

describe('what a client says', () => {
  /** Encodes the messages on one connection. */
  const assertBytes = (...pairs) => {
    const encoder = new ClientEncoder();
    for (const [message, bytes] of pairs) assert.equal(hex(encoder.encode(message)), plain(bytes));
  };

  it('joins with a name and a colour, or none', () => {
    assertBytes(
      // 01, 8 bytes: 3 of "Ann", a colour of 3.
      [{ type: 'room:join', name: 'Ann', color: '#0a0b0c' }, '01 08 03416e6e 030a0b0c'],
      [{ type: 'room:join', name: 'Ann' }, '01 05 03416e6e 00'],
    );
  });

  it('goes on with a session from the last operation it knows', () => {
    assertBytes([
      { type: 'room:join', name: 'Ann', resume: { session: 's3', seq: 300 } },
      '01 0a 03416e6e 00 027333 ac02',
    ]);
  });

  it('saves and restores versions', () => {
    assertBytes(
      [{ type: 'version:save', op: 7, name: 'é' }, '14 04 07 02c3a9'],
      [{ type: 'version:restore', op: 300, seq: 5 }, '15 03 ac02 05'],
    );
  });

  it('tells images, kinds of the host and what every element may have', () => {
    assertBytes(
      [
        // Kind 8; locked (17, type 6), group (18, type 4), source (21, 4), custom (22, 4).
        {
          type: 'element:put',
          op: 1,
          element: { id: 'i', kind: 'image', locked: true, group: 'g', source: 's', custom: {} },
        },
        '07 16 01 03 0169 08 04 8e0101 94010167 ac010173 b401027b7d',
      ],
      [
        // Kind 9 and NAME; startBinding (19, 4), no endBinding (20, 0).
        {
          type: 'element:put',
          op: 2,
          element: { id: 'g', kind: 'x-gear', startBinding: 'i', endBinding: null },
        },
        '07 11 02 05 0167 09 0467656172 02 9c010169 a001',
      ],
      [
        { type: 'element:set', op: 3, id: 'i', props: { locked: false, custom: null } },
        '08 08 03 02 02 8e0100 b001',
      ],
    );
    const put = (kind) => ({ type: 'element:put', op: 1, element: { id: 'a', kind } });
    for (const kind of ['x-', 'x-a b', 'blob', `x-${'k'.repeat(63)}`])
      assert.throws(() => new ClientEncoder().encode(put(kind)), RangeError);
  });

  it('draws a stroke: its id once, then by its number; its points as one run', () => {
    assertBytes(
      [
        {
          type: 'stroke:start',
          stroke: {
            id: 's',
            tool: 'pen',
            color: '#aabbcc',
            width: 2,
            points: [[100, 200, 0.5, 0]],
          },
        },
        // Number 1 (3), text "s"; of the properties only colour (key 7, type 2) is no default.
        '02 0e 03 0173 01 3a03aabbcc 10 70 642003',
      ],
      [
        {
          type: 'stroke:point',
          strokeId: 's',
          from: 1,
          points: [
            [103, 201, 0.5, 8],
            [107, 203.5, 0.5, 16],
          ],
        },
        '03 09 02 01 79 301008 101808',
      ],
      [{ type: 'stroke:end', op: 1, strokeId: 's', count: 3 }, '05 03 01 02 03'],
      [
        { type: 'element:set', op: 2, id: 's', props: { x: -1.5, fill: null } },
        '08 06 02 02 02 09 5e 48',
      ],
      [{ type: 'element:remove', op: 3, ids: ['s', 'zz'] }, '09 07 03 02 02 00 027a7a'],
      [{ type: 'stroke:cancel', strokeId: 'zz' }, '06 04 00 027a7a'],
      [{ type: 'stroke:cancel', strokeId: 's' }, '06 01 02'],
    );
  });

  it('puts elements with what is no default', () => {
    assertBytes(
      [
        {
          type: 'element:put',
          op: 1,
          element: {
            id: 'r',
            kind: 'rect',
            x: 10,
            y: 0,
            width: 3,
            dash: 'dotted',
            fill: '#01020304',
          },
        },
        // x 10: 160, folded 320, doubled 640. width 3: 192. dash: key 10, type 3. fill: key 9.
        '07 14 01 03 0172 01 04 098005 29c001 5304 4a0401020304',
      ],
      [
        {
          type: 'element:put',
          op: 2,
          element: {
            id: 'a',
            kind: 'arrow',
            points: [
              [0, 0],
              [1, -1],
            ],
            endHead: 'arrow',
          },
        },
        // points: key 14, type 5: 117; endHead: key 16, type 3: 131.
        '07 0f 02 05 0161 05 02 7502 0000 201f 830101',
      ],
      [
        {
          type: 'element:put',
          op: 3,
          element: { id: 't', kind: 'text', text: 'hi', fontSize: 20.1 },
        },
        '07 14 03 07 0174 06 02 6402 6869 69 01 9a99999999193440',
      ],
      [
        { type: 'element:put', op: 4, element: { id: 'p', kind: 'stroke', points: [] } },
        '07 09 04 09 0170 00 00 02 1400',
      ],
    );
  });

  it('says the rest in a few bytes', () => {
    assertBytes(
      [{ type: 'canvas:clear', op: 300 }, '0a 02 ac02'],
      [{ type: 'operation:undo', op: 1 }, '0b 02 01 00'],
      [{ type: 'operation:undo', op: 1, scope: 'room' }, '0b 02 01 01'],
      [{ type: 'operation:redo', op: 2, scope: 'mine' }, '0c 02 02 02'],
      [{ type: 'canvas:clear', op: 300, group: 'g.1' }, '13 07 03672e31 0a ac02'],
      [{ type: 'chat:send', op: 1, text: 'é' }, '0d 04 01 02c3a9'],
      [{ type: 'cursor:move', x: 100, y: -0.0625, drawing: true }, '0e 04 8032 02 01'],
      [{ type: 'cursor:move', x: 0, y: 0 }, '0e 03 00 00 00'],
      [{ type: 'user:update', name: 'A', color: '#000000' }, '0f 07 03 0141 03000000'],
      [{ type: 'user:update', color: '#000000' }, '0f 05 02 03000000'],
      [{ type: 'ping', t: 7 }, '10 02 c003'],
    );
  });

  it('begins the run anew where the points do not go on, after a gap, and after an empty one', () => {
    const encoder = new ClientEncoder();
    const start = (points) =>
      encoder.encode({ type: 'stroke:start', stroke: { id: 's', points } })[0];
    const extend = (from, points) =>
      encoder.encode({ type: 'stroke:point', strokeId: 's', from, points })[0];
    assert.equal(start([]), 2);
    assert.equal(extend(0, [[1, 1]]), 4);
    assert.equal(extend(1, [[2, 2]]), 3);
    assert.equal(extend(5, [[3, 3]]), 4);
    assert.equal(extend(6, [[4, 4]]), 3);
    assert.equal(extend(2, [[5, 5]]), 4);
    encoder.breakRun('s');
    assert.equal(extend(3, [[6, 6]]), 4);
    assert.equal(start([[0, 0]]), 2);
    assert.equal(extend(1, [[0, 0]]), 3);
    encoder.encode({ type: 'stroke:end', op: 1, strokeId: 's' });
    assert.equal(extend(2, [[0, 0]]), 4, 'a new stroke of that id is another run');
  });

  it('keeps 256 numbers, and the least recently used one is given away with its run', () => {
    const encoder = new ClientEncoder();
    const model = new ClientModel();
    const say = (message) => assert.deepEqual(model.read(encoder.encode(message)), [message]);
    const set = (id) => say({ type: 'element:set', op: 1, id, props: { x: 1 } });
    const extend = (from) =>
      say({ type: 'stroke:point', strokeId: 'live', from, points: [[from, 0, 0.5, 0]] });
    extend(0);
    for (let i = 0; i < 254; i += 1) set(`e${i}`);
    set('e0');
    assert.equal(
      encoder.encode({ type: 'stroke:point', strokeId: 'live', from: 1, points: [] })[0],
      3,
    );
    set('new');
    assert.equal(model.ids.size, 256);
    set('newer');
    assert.deepEqual([model.ids.size, new Set(model.ids.values()).has('e1')], [256, false]);
    assert.equal(
      hex(encoder.encode({ type: 'stroke:cancel', strokeId: 'e0' })).length,
      6,
      'by number',
    );
    for (let i = 0; i < 256; i += 1) set(`f${i}`);
    extend(1);
    assert.equal(
      encoder.encode({ type: 'stroke:point', strokeId: 'live', from: 2, points: [] })[0],
      3,
    );
  });

  it('does not take up the run of the id that had the number before', () => {
    const encoder = new ClientEncoder();
    const extend = (strokeId, from) =>
      encoder.encode({ type: 'stroke:point', strokeId, from, points: [[0, 0]] })[0];
    assert.equal(extend('old', 0), 4);
    for (let i = 0; i < 255; i += 1)
      encoder.encode({ type: 'element:set', op: 1, id: `e${i}`, props: {} });
    assert.equal(extend('new', 1), 4, 'the number is that of the old one, the run is not');
    assert.equal(extend('new', 2), 3);
  });

  it('knows what an operation makes until it is answered, and no longer', () => {
    const encoder = new ClientEncoder();
    const put = (op, id) =>
      encoder.encode({ type: 'element:put', op, element: { id, kind: 'rect' } });
    put(1, 'a');
    encoder.encode({ type: 'stroke:end', op: 2, strokeId: 'lost' });
    encoder.encode({ type: 'stroke:end', op: 2, strokeId: 'b' });
    assert.deepEqual(
      [1, 2, 3].map((op) => encoder.madeBy(op)),
      ['a', 'b', undefined],
    );
    encoder.settle(2);
    // It gets the answer to the first of its number again.
    put(2, 'c');
    put(3, 'd');
    assert.deepEqual(
      [1, 2, 3].map((op) => encoder.madeBy(op)),
      ['a', undefined, 'd'],
    );
  });

  it('can go on after a message that can not be told', () => {
    const encoder = new ClientEncoder();
    const model = new ClientModel();
    const say = (message) => assert.deepEqual(model.read(encoder.encode(message)), [message]);
    say({ type: 'element:set', op: 1, id: 'known', props: { x: 1 } });
    say({ type: 'stroke:start', stroke: { id: 's', points: [[0, 0, 0.5, 0]] } });
    for (const wrong of [
      { type: 'x' },
      { type: 'constructor' },
      { type: 'element:set', op: 1, id: 'a', props: { dash: 'wavy' } },
      { type: 'element:set', op: 1, id: 'b', props: { wings: 2 } },
      { type: 'element:set', op: 1, id: 'c', props: { color: 'red' } },
      { type: 'element:set', op: 0.5, id: 'd', props: {} },
      { type: 'element:put', op: 1, element: { id: 'e', kind: 'circle' } },
      { type: 'element:put', op: 1, element: { id: 'f', kind: 'rect', x: NaN } },
      {
        type: 'stroke:point',
        strokeId: 's',
        from: 1,
        points: [
          [1, 1],
          [NaN, 0],
        ],
      },
      { type: 'stroke:point', strokeId: 'g', points: [[1, 1]] },
      { type: 'operation:undo', op: 1, scope: 'all' },
    ]) {
      assert.throws(
        () => encoder.encode(wrong),
        (error) => error instanceof RangeError,
        wrong.type,
      );
    }
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'known'])
      say({ type: 'element:set', op: 1, id, props: { x: 1 } });
    say({ type: 'stroke:point', strokeId: 's', from: 1, points: [[1, 1, 0.5, 0]] });
  });

  it('is understood by the model, whatever is said in whatever order', () => {
    const random = new Random(31);
    for (let round = 0; round < 40; round += 1) {
      const encoder = new ClientEncoder();
      const model = new ClientModel();
      for (let i = 0; i < 100; i += 1) {
        const message = randomMessage(random);
        assert.deepEqual(model.read(encoder.encode(message)), [message]);
      }
    }
  });
});

/** A message that has no property at its default, so that it comes back as it is. */
function randomMessage(random) {
  const id = `id${random.below(400)}`;
  const op = random.pick([1, 200, 2 ** 53 - 1]);
  const points = randomStroke(random, random.below(40));
  const from = random.below(50);
  const props = {
    x: random.below(1000) / 16 + 1,
    angle: random.below(1000) / 7 + 1,
    color: random.pick(['#123456', '#12345678']),
    ...(random.chance(50) && { opacity: 0.25, width: 7 }),
  };
  const host = { locked: true, group: 'none', custom: { a: [1.5, null, 'é'], b: {} } };
  const line = { points: points.map(([x, y]) => [x, y]), startHead: 'arrow', dash: 'dashed' };
  return random.pick([
    { type: 'stroke:start', stroke: { id, ...props, tool: 'brush', points } },
    { type: 'stroke:point', strokeId: id, from, points },
    { type: 'stroke:point', strokeId: id, from, points },
    { type: 'stroke:end', op, strokeId: id, count: from },
    { type: 'stroke:cancel', strokeId: id },
    { type: 'element:put', op, element: { id, kind: 'stroke', ...props, points } },
    {
      type: 'element:put',
      op,
      element: { id, kind: 'sticky', ...props, text: 'é💥\n', fontSize: 3 },
    },
    { type: 'element:put', op, element: { id, kind: 'line', x: 1, ...line } },
    { type: 'element:put', op, element: { id, kind: 'image', ...host, source: 'é' } },
    { type: 'element:put', op, element: { id, kind: 'x-A_9-', ...host, ...line, endBinding: 'a' } },
    { type: 'element:set', op, id, props: { locked: false, group: null, custom: null } },
    { type: 'element:set', op, id, props: { ...props, ...line, fill: null, index: 'a0V' } },
    { type: 'element:set', op, id, props: { x: 1 }, ifSeq: random.pick([0, 7, 2 ** 40]) },
    { type: 'element:remove', op, ids: [id, 'id3', 'id5'] },
    { type: 'chat:send', op, text: 'x'.repeat(random.below(300)) },
    { type: 'cursor:move', x: from / 3, y: 1 - from, drawing: random.chance(50) },
    { type: 'user:update', name: 'Ann' },
    { type: 'ping', t: 1 / 3 },
    { type: 'host:message', name: 'é', data: random.pick([null, 7, 'x', [1, { a: 'é' }], {}]) },
    { type: 'element:preview', id, props: { ...props, locked: true } },
  ]);
}

describe('frames of the binary dialect', () => {
  it('carry many messages and stay small; one message is never cut', () => {
    const dialect = new BinaryDialect();
    const model = new ClientModel();
    const messages = Array.from({ length: 90 }, (_, i) => ({
      type: 'chat:send',
      op: i + 1,
      text: 'é'.repeat(i === 40 ? 32_000 : 1_000),
    }));
    const frames = dialect.encode(messages);
    assert.ok(frames.length > 3 && frames.length < 8);
    for (const frame of frames) assert.ok(frame.length < 65_000);
    assert.deepEqual(
      frames.flatMap((frame) => model.read(frame)),
      messages,
    );
    assert.deepEqual(dialect.encode([]), []);
  });

  it('begin a run anew after the server has told of a gap, wherever it goes on', () => {
    const dialect = new BinaryDialect();
    const type = (from) =>
      dialect.encode([{ type: 'stroke:point', strokeId: 's', from, points: [[1, 1]] }])[0][0];
    assert.deepEqual([type(0), type(1)], [4, 3]);
    // stroke:gap: the id "s", has 2.
    dialect.decode(Uint8Array.from([75, 5, 0, 1, 0x73, 2, 0]).buffer);
    assert.deepEqual([type(2), type(3)], [4, 3]);
    assert.throws(() => dialect.decode('{}'), RangeError);
  });

  it('leave out what can not be told, and the console says so', (t) => {
    const said = t.mock.method(console, 'error', () => {});
    const frames = new BinaryDialect().encode([{ type: 'x' }, { type: 'ping', t: 0 }]);
    assert.deepEqual(frames.map(hex), ['100100']);
    assert.equal(said.mock.callCount(), 1);
  });
});
