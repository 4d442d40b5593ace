// server_decoder.test.js - what a server says in `collab.v1.binary` becomes the messages of
// the JSON dialect: bytes derived from docs/protocol.md by hand, random sessions written by
// the model of a server, and damage.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../hostile/random.mjs';
import { ServerModel } from '../support/binary_model.js';
import { randomStroke } from '../support/random_ink.js';
import { module } from './modules.js';

const { ServerDecoder } = await module('wire/server_decoder');

const unhex = (text) => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const makeDecoder = (made = {}) => new ServerDecoder({ madeBy: (op) => made[op] });

const ANN = { userId: 'u1', clientId: 'c1', name: 'Ann', color: '#0a0b0c', role: 'editor' };
const BOB = { userId: 'u2', clientId: 'c2', name: 'Bob', color: '#01020304', role: 'editor' };
const COMMON = { x: 0, y: 0, angle: 0, opacity: 1, color: '#000000' };
const BOX = { ...COMMON, width: 0, height: 0, strokeWidth: 2, dash: 'solid' };
const LINE = {
  ...COMMON,
  points: [],
  strokeWidth: 2,
  dash: 'solid',
  startHead: 'none',
  endHead: 'none',
};
const TEXT = { ...COMMON, text: '', fontSize: 20, width: 0 };
const STROKE = { ...COMMON, tool: 'pen', width: 2 };

// room "R", session "s", op 2, you are member 1, seq 3; two members; one name.
const STATE_HEAD = `0152 0173 02 01 03
  02 01 027531 026331 03416e6e 030a0b0c 00
     05 027532 026332 03426f62 0401020304 00
  01 026f6c`;

describe('what a server says', () => {
  /** A connection that was told a `room:state` with this after its head. */
  const joined = (rest = '00 00 00 00 00 00', made = {}) => {
    const decoder = makeDecoder(made);
    const body = unhex(STATE_HEAD + rest);
    const frame = Uint8Array.from([64, ...varint(body.length), ...body]);
    return { decoder, state: decoder.decode(frame)[0] };
  };
  const varint = (value) => (value < 128 ? [value] : [(value & 127) | 128, value >> 7]);
  /** `TYPE: BODY`, with the length put between them; or bytes as they are. */
  const say = (decoder, text) => {
    const [type, body] = text.split(':');
    if (body === undefined) return decoder.decode(unhex(text));
    const bytes = unhex(body);
    return decoder.decode(Uint8Array.from([...unhex(type), ...varint(bytes.length), ...bytes]));
  };

  it('is a room with the versions that were saved, by people who are there and others', () => {
    // No elements, live, cursors; history 0; no chat; no more; versions: by the name 0 at 4,
    // time 5, "a"; by member 5 at 6, time 7, "b".
    const { state } = joined('00 00 00 00 00 00 02 01 04 05 0161 0a 06 07 0162');
    assert.deepEqual(state.versions, [
      { userId: 'ol', seq: 4, time: 5, name: 'a' },
      { userId: 'u2', seq: 6, time: 7, name: 'b' },
    ]);
  });

  it('is what was missed, with numbers of elements from the connection before', () => {
    const elementIds = new Map([[7, 'r']]);
    const decoder = new ServerDecoder({ madeBy: () => undefined, elementIds });
    // Room "R", op 9, you are member 5, seq 12; op 8 rejected, code 2, "no"; two members; no
    // live strokes; an own one, number 3, "q", 40 points; no cursors; history 1 + 16; no more.
    // Events: 79 by user "u7" at 10, time 1, element 7, x (8 * 1 + 1) = 5 (16 * 5 * 2 * 2);
    // 76 of id "e", 2 points, by member 5 at 11, time 2, index "a5";
    // 80 by member 1 at 12, time 3: elements 11 and 7.
    const messages = say(
      decoder,
      `5b: 0152 09 05 0c 01 08 02 026e6f
       02 01 027531 026331 03416e6e 030a0b0c 00
          05 027532 026332 03426f62 0401020304 00
       00 01 03 0171 28 00 11 00
       4f 0b 00 027537 0a 01 07 01 09 c002
       4c 0a 00 0165 02 0a 0b 02 026135
       50 06 02 0c 03 02 0b 07`,
    );
    assert.equal(messages.length, 1);
    const [{ events, ...told }] = messages;
    assert.deepEqual(told, {
      type: 'room:resumed',
      roomId: 'R',
      op: 9,
      you: BOB,
      seq: 12,
      rejected: [{ op: 8, code: 'not_found', message: 'no' }],
      users: [ANN, BOB],
      live: [],
      own: [{ strokeId: 'q', have: 40 }],
      cursors: [],
      history: {
        canUndo: true,
        canRedo: false,
        mine: { canUndo: false, canRedo: false },
        scope: 'mine',
      },
      more: false,
    });
    assert.deepEqual(events, [
      { type: 'element:set', id: 'r', props: { x: 5 }, userId: 'u7', seq: 10, time: 1 },
      { type: 'stroke:end', strokeId: 'e', count: 2, userId: 'u2', seq: 11, time: 2, index: 'a5' },
      { type: 'element:remove', ids: ['e', 'r'], userId: 'u1', seq: 12, time: 3 },
    ]);
    assert.deepEqual(say(decoder, '5d: 01 00'), [{ type: 'room:chunk', elements: [], more: true }]);
    assert.deepEqual(say(decoder, '5c: 00 51 03 02 0d 04'), [
      {
        type: 'room:events',
        more: false,
        events: [{ type: 'canvas:clear', userId: 'u1', seq: 13, time: 4 }],
      },
    ]);
  });

  it('is the digest, halves lowest byte first', () => {
    const { decoder } = joined();
    assert.deepEqual(say(decoder, '5e: ac02 6cd9ce02 01000000'), [
      { type: 'room:digest', seq: 300, hash: '02ced96c00000001' },
    ]);
  });

  it('is a version that was saved, and one that was restored', () => {
    const { decoder } = joined();
    assert.deepEqual(say(decoder, '5f: 02 04 09 0176'), [
      { type: 'version:save', userId: 'u1', seq: 4, time: 9, name: 'v' },
    ]);
    const restored = { type: 'version:restore', userId: 'u1', seq: 5, time: 9, target: 4 };
    const nothing = { outcome: 'applied', removed: [], restored: [], changed: [] };
    assert.deepEqual(say(decoder, '60: 02 05 09 04 00 00 00 00'), [{ ...restored, ...nothing }]);
    assert.deepEqual(say(decoder, '60: 02 05 09 04 00 00 00 00 01'), [
      { ...restored, ...nothing, more: true },
    ]);
  });

  it('is an empty room', () => {
    assert.deepEqual(joined().state, {
      type: 'room:state',
      roomId: 'R',
      session: 's',
      op: 2,
      you: ANN,
      seq: 3,
      users: [ANN, BOB],
      elements: [],
      live: [],
      cursors: [],
      history: {
        canUndo: false,
        canRedo: false,
        mine: { canUndo: false, canRedo: false },
        scope: 'room',
      },
      chat: [],
      more: false,
    });
  });

  it('is a room with everything in it', () => {
    const { state } = joined(`
      03
        07 0172 01 01 026130 01 098005
        08 016c 05 0a 026131 02 7502 0000201f 830101
        09 0170 00 00 0178 026132 00 0b 1403 8c0c1664a49ca2ca36
      01 0a 0171 00 0a 026133 01 5b08 02 1400
      01 0b 8032 02
      03
      01 01 026f6c 026869 a08d06 05
      00`);
    const points = [
      [100, 200, 0.5, 0],
      [103, 201, 0.5, 8],
      [107, 203.5, 0.5, 16],
    ];
    assert.deepEqual(state.elements, [
      { id: 'r', kind: 'rect', index: 'a0', userId: 'ol', ...BOX, x: 10 },
      {
        id: 'l',
        kind: 'arrow',
        index: 'a1',
        userId: 'u2',
        ...LINE,
        points: [
          [0, 0],
          [1, -1],
        ],
        endHead: 'arrow',
      },
      { id: 'p', kind: 'stroke', index: 'a2', userId: 'x', ...STROKE, points },
    ]);
    assert.deepEqual(state.live, [
      {
        userId: 'u2',
        stroke: {
          id: 'q',
          kind: 'stroke',
          index: 'a3',
          userId: 'u2',
          ...STROKE,
          tool: 'highlighter',
          points: [],
        },
      },
    ]);
    assert.deepEqual(state.cursors, [['c2', 100, -0.0625, true]]);
    assert.deepEqual(state.history, {
      canUndo: true,
      canRedo: true,
      mine: { canUndo: false, canRedo: false },
      scope: 'room',
    });
    assert.deepEqual(state.chat, [{ userId: 'ol', name: 'ol', text: 'hi', time: 100000, seq: 5 }]);
  });

  it('is a stroke of another, from its first point to its end', () => {
    const { decoder } = joined();
    const stroke = { id: 's', kind: 'stroke', index: 'a0', userId: 'u2', ...STROKE };
    assert.deepEqual(say(decoder, '48: 05 07 0173 026130 01 3a03aabbcc 10 70 642003'), [
      {
        type: 'stroke:start',
        userId: 'u2',
        clientId: 'c2',
        stroke: { ...stroke, color: '#aabbcc', points: [[100, 200, 0.5, 0]] },
      },
    ]);
    assert.deepEqual(say(decoder, '49: 07 01 79 301008 101808'), [
      {
        type: 'stroke:point',
        userId: 'u2',
        strokeId: 's',
        from: 1,
        points: [
          [103, 201, 0.5, 8],
          [107, 203.5, 0.5, 16],
        ],
      },
    ]);
    // A run from its beginning: class 0, one point, dx 0, dy -1 px, dt 2.
    assert.deepEqual(say(decoder, '4a: 07 03 10 00 0a'), [
      { type: 'stroke:point', userId: 'u2', strokeId: 's', from: 3, points: [[0, -1, 0.5, 2]] },
    ]);
    assert.deepEqual(say(decoder, '4c: 07 04 0a 09 64'), [
      { type: 'stroke:end', strokeId: 's', count: 4, userId: 'u2', seq: 9, time: 100 },
    ]);
    assert.deepEqual(say(decoder, '4f: 0a 0a 64 09 01 5307'), [
      { type: 'element:set', id: 's', props: { dash: 'brush' }, userId: 'u2', seq: 10, time: 100 },
    ]);
    assert.deepEqual(say(decoder, '49: 07 05 00 0a'), [], 'it does not grow any more');
  });

  it('leaves out live points that lack those before them', () => {
    const { decoder } = joined();
    say(decoder, '48: 05 07 0173 026130 00 10 70 642003');
    assert.deepEqual(say(decoder, '49: 07 02 00 0a'), []);
    assert.deepEqual(say(decoder, '49: 08 02 00 0a'), [], 'of a stroke that nobody told of');
    // From point 9 on anew; then one more than told from points 9 and 10.
    assert.equal(say(decoder, '4a: 07 09 10 01 0a 0a')[0].points.length, 2);
    assert.equal(say(decoder, '49: 07 0b 00 0a')[0].from, 11);
    assert.equal(say(decoder, '4a: 07 14 10 00 0a')[0].from, 20);
    assert.deepEqual(say(decoder, '49: 07 15 00 0a'), [], 'one point is not enough');
  });

  it('is a stroke that is cancelled', () => {
    const { decoder } = joined();
    say(decoder, '48: 05 07 0173 026130 00 10 70 642003');
    assert.deepEqual(say(decoder, '4d: 0a 07'), [
      { type: 'stroke:cancel', userId: 'u2', strokeId: 's' },
    ]);
    assert.deepEqual(say(decoder, '4d: 00 0178 00 0173'), [
      { type: 'stroke:cancel', userId: 'x', strokeId: 's' },
    ]);
  });

  it('is an answer', () => {
    const { decoder } = joined(undefined, { 1: 'mine' });
    assert.deepEqual(say(decoder, '41: 01 04 64 026130'), [
      { type: 'op:ack', op: 1, seq: 4, time: 100, index: 'a0' },
    ]);
    assert.deepEqual(say(decoder, '41: 02 05 64 00'), [
      { type: 'op:ack', op: 2, seq: 5, time: 100 },
    ]);
    assert.deepEqual(say(decoder, '50: 02 06 64 02 04 00' + '017a'), [
      { type: 'element:remove', ids: ['mine', 'z'], userId: 'u1', seq: 6, time: 100 },
    ]);
    assert.deepEqual(say(decoder, '42: 05'), [{ type: 'op:gap', have: 5 }]);
    assert.deepEqual(say(decoder, '43: 02 05 026e6f'), [
      { type: 'op:reject', op: 2, code: 'failed_precondition', message: 'no' },
    ]);
    assert.deepEqual(say(decoder, '4b: 00 0173 05 01'), [
      { type: 'stroke:gap', strokeId: 's', have: 5, unknown: true },
    ]);
    assert.deepEqual(say(decoder, '4b: 00 0173 05 02'), [
      { type: 'stroke:gap', strokeId: 's', have: 5, committed: true },
    ]);
    say(decoder, '48: 05 04 0174 026130 00');
    assert.deepEqual(say(decoder, '4b: 04 05 00'), [
      { type: 'stroke:gap', strokeId: 't', have: 5 },
    ]);
    assert.deepEqual(say(decoder, '56: 8032 07'), [{ type: 'pong', t: 100, serverTime: 7 }]);
    assert.deepEqual(say(decoder, '57: ac02'), [{ type: 'server:closing', retryAfter: 300 }]);
    assert.deepEqual(say(decoder, '58: 01 026e6f 0178'), [
      { type: 'error', code: 'invalid_argument', message: 'no', answers: 'x' },
    ]);
    assert.deepEqual(say(decoder, '58: 00 026e6f 00'), [
      { type: 'error', code: 'internal', message: 'no' },
    ]);
  });

  it('is people and their cursors', () => {
    const { decoder } = joined();
    const eve = { ...BOB, userId: 'u3', clientId: 'c3', name: 'Eve' };
    assert.deepEqual(say(decoder, '44: 06 027533 026333 03457665 0401020304 00'), [
      { type: 'user:joined', user: eve },
    ]);
    assert.deepEqual(say(decoder, '47: 0c 00 00 0b 10 02'), [
      {
        type: 'cursor:move',
        cursors: [
          ['c3', 0, 0, false],
          ['c2', 0.25, -0.0625, true],
        ],
      },
    ]);
    assert.deepEqual(say(decoder, '45: 06 027533 026333 024576 0401020304 00'), [
      { type: 'user:updated', user: { ...eve, name: 'Ev' } },
    ]);
    assert.deepEqual(say(decoder, '46: 06'), [{ type: 'user:left', userId: 'u3', clientId: 'c3' }]);
    assert.deepEqual(say(decoder, '55: 0c 024576 016d 64 07'), [
      { type: 'chat:message', userId: 'u3', name: 'Ev', text: 'm', time: 100, seq: 7 },
    ]);
    assert.deepEqual(say(decoder, '47 00'), [{ type: 'cursor:move', cursors: [] }]);
  });

  it('is images, kinds of the host and what every element may have', () => {
    const { decoder } = joined();
    const all = { x: 0, y: 0, angle: 0, opacity: 1, color: '#000000' };
    const place = { userId: 'u2', seq: 4, time: 100 };
    const image = { id: 'i', kind: 'image', index: 'a0', userId: 'u2', ...all, width: 0, height: 0 };
    Object.assign(image, { source: 's', locked: true, group: 'g', custom: { a: [1] } });
    assert.deepEqual(
      say(
        decoder,
        '4e: 0a 04 64 07 0169 08 0a 026130 04 8e0101 94010167 ac010173 b401097b2261223a5b315d7d',
      ),
      [{ type: 'element:put', element: image, ...place, index: 'a0' }],
    );
    const gear = { id: 'g', kind: 'x-gear', index: 'a1', userId: 'u2', ...all, startBinding: 'i' };
    assert.deepEqual(
      say(decoder, '4e: 0a 04 64 08 0167 09 0467656172 0a 026131 03 8e0100 9c010169 a001'),
      [{ type: 'element:put', element: gear, ...place, index: 'a1' }],
    );
    assert.deepEqual(say(decoder, '4f: 0a 04 64 08 03 8e0100 b001 9001'), [
      {
        type: 'element:set',
        id: 'g',
        props: { locked: false, custom: null, group: null },
        ...place,
      },
    ]);
    assert.throws(() => say(decoder, '4f: 0a 04 64 08 01 b401017b'), RangeError, 'no JSON');
  });

  it('is what somebody is about to do, to an element by its number or by its id', () => {
    const { decoder } = joined();
    say(decoder, '4e: 0a 04 64 07 0174 07 0a 026130 00');
    const preview = { type: 'element:preview', userId: 'u2', clientId: 'c2' };
    assert.deepEqual(say(decoder, '59: 05 07 02 0920 48'), [
      { ...preview, id: 't', props: { x: 0.5, fill: null } },
    ]);
    assert.deepEqual(say(decoder, '59: 05 00 0178 01 0920'), [
      { ...preview, id: 'x', props: { x: 0.5 } },
    ]);
  });

  it('is what hosts say to each other', () => {
    const { decoder } = joined();
    const message = { type: 'host:message', userId: 'u2', clientId: 'c2', name: 'é' };
    assert.deepEqual(say(decoder, '5a: 05 02c3a9 055b312c325d'), [{ ...message, data: [1, 2] }]);
    assert.deepEqual(say(decoder, '5a: 05 02c3a9 046e756c6c'), [{ ...message, data: null }]);
    assert.throws(() => say(decoder, '5a: 05 02c3a9 017b'), RangeError);
  });

  it('is what is done to the board, and undone', () => {
    const { decoder } = joined();
    const element = {
      id: 't',
      kind: 'sticky',
      index: 'a0',
      userId: 'u2',
      ...TEXT,
      text: 'hi',
      fill: '#ffffff',
    };
    const place = { userId: 'u2', time: 100 };
    assert.deepEqual(say(decoder, '4e: 0a 04 64 07 0174 07 0a 026130 02 6402 6869 4a03ffffff'), [
      { type: 'element:put', element, ...place, seq: 4, index: 'a0' },
    ]);
    assert.deepEqual(say(decoder, '4f: 0a 05 64 07 02 09 20 48'), [
      { type: 'element:set', id: 't', props: { x: 0.5, fill: null }, ...place, seq: 5 },
    ]);
    assert.deepEqual(say(decoder, '51: 0a 06 64'), [{ type: 'canvas:clear', ...place, seq: 6 }]);
    assert.deepEqual(
      say(
        decoder,
        `52: 0a 07 64 06 01
          01 00 0178
          01 07 0174 07 0a 026130 00
          01 07 01 09 00`,
      ),
      [
        {
          type: 'operation:undo',
          ...place,
          seq: 7,
          target: 6,
          outcome: 'partial',
          removed: ['x'],
          restored: [{ ...TEXT, id: 't', kind: 'sticky', index: 'a0', userId: 'u2' }],
          changed: [{ id: 't', props: { x: 0 } }],
        },
      ],
    );
    assert.deepEqual(say(decoder, '53: 00 0178 08 64 06 02 00 00 00'), [
      {
        type: 'operation:redo',
        userId: 'x',
        seq: 8,
        time: 100,
        target: 6,
        outcome: 'nothing',
        removed: [],
        restored: [],
        changed: [],
      },
    ]);
    assert.deepEqual(say(decoder, '54 01 09'), [
      {
        type: 'history:state',
        canUndo: true,
        canRedo: false,
        mine: { canUndo: false, canRedo: true },
      },
    ]);
  });

  it('may be newer than the page: types, keys and fields that it does not know are skipped', () => {
    const { decoder } = joined();
    assert.deepEqual(say(decoder, 'c8 03 010203 42 01 05 01 00'), [{ type: 'op:gap', have: 5 }]);
    assert.deepEqual(say(decoder, '42 03 05 0102'), [{ type: 'op:gap', have: 5 }]);
    // Keys 100 to 105, one of each type, then x.
    assert.deepEqual(
      say(
        decoder,
        `4f: 0a 05 64 00 0172 07
          a006 a10600 a20603010203 a30600 a4060178 a50602 0000 0000 0920`,
      ),
      [{ type: 'element:set', id: 'r', props: { x: 0.5 }, userId: 'u2', seq: 5, time: 100 }],
    );
  });

  it('is refused when it is damaged', () => {
    const { decoder } = joined();
    for (const [bytes, says] of [
      ['42', /early/],
      ['42 02 05', /announced/],
      ['42 00', /early/],
      ['46: 09', /no member of number 9/],
      ['50: 0a 06 64 01 63', /no element of number 99/],
      ['51: 03 06 64', /no such name/],
      ['43: 02 07 026e6f', /beyond 'unavailable'/],
      ['4e: 0a 04 64 07 0174 0a 0a 026130 00', /kind/],
      ['4f: 0a 05 64 00 0172 01 0f00', /type of value: 7/],
      ['4f: 0a 05 64 00 0172 01 0b00', /'x' is of type 3/],
      ['4f: 0a 05 64 00 0172 01 5309', /word/],
      ['50: 0a 06 64 ffffffff0f', /announced|list/],
      ['48: 05 07 0173 026130 00 11 70 ff', /cut off/],
    ]) {
      assert.throws(
        () => say(decoder, bytes),
        (error) => error instanceof RangeError && says.test(error.message),
        bytes,
      );
    }
  });
});

// ---- Random sessions

/** Makes events that a room could send, and keeps what it needs for that. */
class RandomRoom {
  ids = 0;
  people = [ANN, BOB];
  board = [];
  live = [];
  seq = 0;

  constructor(random) {
    this.random = random;
  }

  id() {
    this.ids += 1;
    return `${this.random.pick(['e', 'long-id-number:', 'x.'])}${this.ids}`;
  }

  person() {
    return this.random.chance(10) ? 'gone-user' : this.random.pick(this.people).userId;
  }

  place() {
    this.seq += 1;
    return { userId: this.person(), seq: this.seq, time: 1_577_836_800_000 + this.seq };
  }

  value() {
    return this.random.pick([0.5, 7, -3.0625, 1 / 3, 1e6]);
  }

  element(kind = this.random.pick(['stroke', 'rect', 'diamond', 'arrow', 'text'])) {
    const { random } = this;
    const base = { stroke: STROKE, rect: BOX, diamond: BOX, arrow: LINE, text: TEXT }[kind];
    const element = { id: this.id(), kind, index: `a${this.ids}`, userId: this.person(), ...base };
    if (random.chance(60)) Object.assign(element, { x: this.value(), y: this.value() });
    if (random.chance(30)) Object.assign(element, { color: '#12345678', opacity: 0.25 });
    if (kind === 'stroke') element.points = randomStroke(random, random.below(200));
    if (kind === 'arrow') element.points = randomStroke(random, 3).map(([x, y]) => [x, y]);
    if (kind === 'rect' && random.chance(50)) element.fill = '#ffeedd';
    if (kind === 'text') element.text = random.pick(['', 'é💥', 'x'.repeat(200)]);
    return element;
  }

  state() {
    const { random } = this;
    const elements = Array.from({ length: random.below(8) }, () => this.element());
    const live = Array.from({ length: random.below(3) }, () => this.element('stroke'));
    this.board = elements.map(({ id }) => id);
    this.live = live.map(({ id, userId, points }) => ({ id, userId, count: points.length }));
    const chat = { userId: this.person(), name: 'N', text: 'T', time: 5, seq: 1 };
    return {
      type: 'room:state',
      roomId: 'R',
      session: 'secret',
      op: 0,
      you: ANN,
      seq: this.seq,
      users: this.people,
      elements,
      live: live.map((stroke) => ({ userId: stroke.userId, stroke })),
      cursors: [['c2', this.value(), this.value(), true]],
      history: {
        canUndo: true,
        canRedo: false,
        mine: { canUndo: random.chance(50), canRedo: random.chance(50) },
        scope: random.pick(['room', 'mine']),
      },
      chat: random.chance(50) ? [chat] : [],
      more: random.chance(20),
      versions: random.chance(50) ? [{ ...this.place(), name: 'first é' }] : [],
    };
  }

  /** What the session is told when it goes on, with some events. */
  resumed() {
    const { random } = this;
    const { roomId, you, users, cursors, history } = this.state();
    const live = Array.from({ length: random.below(3) }, () => this.element('stroke'));
    this.live = live.map(({ id, userId, points }) => ({ id, userId, count: points.length }));
    const missed = Array.from({ length: random.below(4) }, () => this.missed());
    return {
      type: 'room:resumed',
      ...{ roomId, you, users, cursors, history, op: 70, seq: this.seq, more: random.chance(20) },
      rejected: random.chance(50) ? [{ op: 69, code: 'not_found', message: 'it is gone' }] : [],
      live: live.map((stroke) => ({ userId: stroke.userId, stroke })),
      own: random.chance(50) ? [{ strokeId: this.id(), have: random.below(200) }] : [],
      events: missed,
    };
  }

  /** An event as it is told later. */
  missed() {
    const { random } = this;
    if (random.chance(30)) {
      const stroke = this.element('stroke');
      this.board.push(stroke.id);
      const place = { ...this.place(), userId: stroke.userId };
      const told = { strokeId: stroke.id, count: stroke.points.length, index: stroke.index };
      return { type: 'stroke:end', ...told, ...place, ...(random.chance(50) && { stroke }) };
    }
    const live = this.live.map((each) => ({ ...each }));
    for (;;) {
      const board = [...this.board];
      const event = this.event();
      this.live = live.map((each) => ({ ...each }));
      if ('time' in event && event.type !== 'stroke:end') return event;
      this.board = board;
    }
  }

  stroke() {
    const { random } = this;
    const grown = random.pick(this.live);
    if (!grown || random.chance(30)) {
      const author = random.pick(this.people);
      const stroke = { ...this.element('stroke'), userId: author.userId };
      stroke.points = stroke.points.slice(0, 5);
      this.live.push({ id: stroke.id, userId: author.userId, count: stroke.points.length });
      return { type: 'stroke:start', userId: author.userId, clientId: author.clientId, stroke };
    }
    const told = { userId: grown.userId, strokeId: grown.id };
    if (random.chance(80)) {
      const points = randomStroke(random, 1 + random.below(30));
      const from = grown.count;
      grown.count += points.length;
      return { type: 'stroke:point', ...told, from, points };
    }
    this.live = this.live.filter((each) => each !== grown);
    if (random.chance(30)) return { type: 'stroke:cancel', ...told };
    this.board.push(grown.id);
    return {
      type: 'stroke:end',
      strokeId: grown.id,
      count: grown.count,
      ...this.place(),
      userId: grown.userId,
    };
  }

  event() {
    const { random } = this;
    const known = () => (this.board.length > 0 ? random.pick(this.board) : 'nothing');
    const props = { x: this.value(), fill: random.pick([null, '#123456']), dash: 'dotted' };
    const makers = [
      () => this.stroke(),
      () => this.stroke(),
      () => this.stroke(),
      () => {
        const element = this.element();
        this.board.push(element.id);
        const place = this.place();
        element.userId = place.userId;
        return { type: 'element:put', element, ...place, index: element.index };
      },
      () => ({ type: 'element:set', id: known(), props, ...this.place() }),
      () => ({ type: 'element:remove', ids: [known(), 'nothing'], ...this.place() }),
      () => ({
        type: random.pick(['operation:undo', 'operation:redo']),
        ...this.place(),
        target: 1,
        outcome: random.pick(['applied', 'partial', 'nothing']),
        removed: [known()],
        restored: random.chance(50) ? [this.element(), this.element()] : [],
        changed: [{ id: known(), props }],
      }),
      () => ({
        type: 'cursor:move',
        cursors: [
          ['c1', this.value(), 0, true],
          ['c2', 1, this.value(), false],
        ],
      }),
      () => ({
        type: 'version:restore',
        ...this.place(),
        ...{ target: 1, outcome: 'applied' },
        ...{ removed: [known()], restored: [this.element()], changed: [], more: true },
      }),
      () => ({
        type: 'room:chunk',
        elements: [this.element()],
        removed: [known()],
        changed: [{ id: known(), props }],
        more: random.chance(50),
      }),
      () => ({ type: 'room:chunk', elements: [this.element()], more: random.chance(50) }),
      () => ({ type: 'version:save', ...this.place(), name: 'v' }),
      () => ({ type: 'room:digest', seq: this.seq, hash: `${random.below(9)}23456789abcdef0` }),
      () => ({ type: 'chat:message', name: 'Ann', text: 'hello é', ...this.place() }),
      () => ({ type: 'user:updated', user: { ...BOB, name: `Bob ${random.below(9)}` } }),
      () => ({ type: 'pong', t: this.value(), serverTime: 1_577_836_800_000 }),
    ];
    return random.pick(makers)();
  }
}

describe('a random session that goes on', () => {
  it('is the same objects, although elements are known from the connection before', () => {
    const random = new Random(44);
    for (let round = 0; round < 25; round += 1) {
      const [room, model] = [new RandomRoom(random), new ServerModel(random)];
      const elementIds = new Map();
      const connect = () => new ServerDecoder({ madeBy: () => undefined, elementIds });
      connect().decode(model.frame(room.state()));
      const resumed = room.resumed();
      const decoder = connect();
      const same = (messages) =>
        assert.deepEqual(
          decoder.decode(model.frame(...messages)),
          JSON.parse(JSON.stringify(messages)),
        );
      same([resumed]);
      same([{ type: 'room:events', more: false, events: [room.missed(), room.missed()] }]);
      for (let i = 0; i < 30; i += 1) same([room.event()]);
    }
  });
});

describe('a random session', () => {
  it('is the same objects as in the JSON dialect', () => {
    const random = new Random(41);
    for (let round = 0; round < 25; round += 1) {
      const [room, model] = [new RandomRoom(random), new ServerModel(random)];
      const decoder = makeDecoder();
      const state = room.state();
      assert.deepEqual(decoder.decode(model.frame(state)), JSON.parse(JSON.stringify([state])));
      for (let i = 0; i < 60; i += 1) {
        const messages = Array.from({ length: 1 + random.below(3) }, () => room.event());
        assert.deepEqual(
          decoder.decode(model.frame(...messages)),
          JSON.parse(JSON.stringify(messages)),
        );
      }
    }
  });

  it('cut off within a frame is refused or brings fewer messages', () => {
    const random = new Random(42);
    for (let round = 0; round < 8; round += 1) {
      const [room, model] = [new RandomRoom(random), new ServerModel(random)];
      const state = room.state();
      const start = model.frame(state);
      const messages = [room.event(), room.event()];
      const frame = model.frame(...messages);
      for (const [before, whole, count] of [
        [[], start, 1],
        [[start], frame, 2],
      ]) {
        for (let size = 0; size < whole.length; size += 1) {
          const decoder = makeDecoder();
          for (const each of before) decoder.decode(each);
          const found = decodeOrRefuse(decoder, whole.subarray(0, size));
          assert.ok(found.length < count);
        }
      }
    }
  });

  it('that is damaged gives an error or messages, and never takes long', () => {
    const random = new Random(43);
    const sessions = Array.from({ length: 30 }, () => {
      const [room, model] = [new RandomRoom(random), new ServerModel(random)];
      return [room.state(), room.event(), room.event(), room.event()].map((m) => model.frame(m));
    });
    for (let i = 0; i < 6_000; i += 1) {
      const decoder = makeDecoder();
      const frames = random.pick(sessions).map((frame) => frame.slice());
      if (random.chance(20)) frames[1] = Uint8Array.from(random.bytes(random.below(100)));
      const frame = random.pick(frames);
      for (let flips = random.below(5); flips >= 0 && frame.length > 0; flips -= 1)
        frame[random.below(frame.length)] ^= 1 << random.below(8);
      const began = performance.now();
      for (const each of frames) decodeOrRefuse(decoder, each);
      assert.ok(performance.now() - began < 2_000);
    }
  });
});

function decodeOrRefuse(decoder, frame) {
  try {
    return decoder.decode(frame);
  } catch (error) {
    assert.ok(error instanceof RangeError, error.stack);
    return [];
  }
}
