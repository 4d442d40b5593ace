// binary_model.js - the server's side of `collab.v1.binary` in its plainest form, from
// docs/protocol.md: it writes what a server says, and reads what a client has said.
//
// It shares nothing with the page. It keeps what a server keeps for one connection: the
// numbers it has told, and those that the client has told.

import { liveBytes, livePoints, packedBytes, packedPoints } from './points_model.js';

const KEYS =
  'index x y angle opacity width height color strokeWidth fill dash tool text fontSize points startHead endHead locked group startBinding endBinding source custom'.split(
    ' ',
  );
const WORDS = 'none arrow solid dashed dotted pen pencil brush highlighter'.split(' ');
const KINDS = 'stroke rect ellipse diamond line arrow text sticky image'.split(' ');
const CODES =
  'internal invalid_argument not_found permission_denied resource_exhausted failed_precondition unavailable'.split(
    ' ',
  );
const OUTCOMES = ['applied', 'partial', 'nothing'];
const COMMON = { x: 0, y: 0, angle: 0, opacity: 1, color: '#000000' };
const BOX = { ...COMMON, width: 0, height: 0, strokeWidth: 2, dash: 'solid' };
const LINE = {
  ...COMMON,
  points: '',
  strokeWidth: 2,
  dash: 'solid',
  startHead: 'none',
  endHead: 'none',
};
const TEXT = { ...COMMON, text: '', fontSize: 20, width: 0 };
const DEFAULTS = {
  stroke: { ...COMMON, tool: 'pen', width: 2 },
  rect: BOX,
  ellipse: BOX,
  diamond: BOX,
  line: LINE,
  arrow: LINE,
  text: TEXT,
  sticky: TEXT,
  image: { ...COMMON, width: 0, height: 0, source: '' },
};
const isHosts = (kind) => kind.startsWith('x-');

export function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}
const fold = (value) => (value < 0 ? -2 * value - 1 : 2 * value);
export const text = (value) => {
  const bytes = [...Buffer.from(value, 'utf8')];
  return [...varint(bytes.length), ...bytes];
};
export const number = (value) => {
  if (Number.isInteger(value * 16) && Math.abs(value) < 2 ** 40)
    return varint(2 * fold(value * 16));
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return [1, ...bytes];
};
const color = (value) => {
  if (value === null) return [0];
  const bytes = [...Buffer.from(value.slice(1), 'hex')];
  return [bytes.length, ...bytes];
};
const list = (values, write) => [...varint(values.length), ...values.flatMap(write)];
const sized = (bytes) => [...varint(bytes.length), ...bytes];
const historyFlags = ({ canUndo, canRedo, mine }) =>
  flags(canUndo, canRedo, mine?.canUndo, mine?.canRedo);
const flags = (...set) => set.reduce((sum, each, i) => sum + (each ? 2 ** i : 0), 0);

function property(name, value) {
  const tag = (type) => varint(8 * KEYS.indexOf(name) + type);
  if (value === null) return tag(0);
  if (typeof value === 'boolean') return [...tag(6), value ? 1 : 0];
  if (name === 'custom') return [...tag(4), ...text(JSON.stringify(value))];
  if (name === 'points') {
    let before = [0, 0];
    const places = list(value, ([x, y]) => {
      const step = [16 * x - before[0], 16 * y - before[1]];
      before = [16 * x, 16 * y];
      return step.flatMap((each) => varint(fold(each)));
    });
    return [...tag(5), ...places];
  }
  if (typeof value === 'number') return [...tag(1), ...number(value)];
  if (name === 'color' || name === 'fill') return [...tag(2), ...color(value)];
  if (['text', 'index', 'group', 'startBinding', 'endBinding', 'source'].includes(name)) return [...tag(4), ...text(value)];
  return [...tag(3), WORDS.indexOf(value)];
}
const properties = (props) => list(Object.entries(props), ([name, value]) => property(name, value));

/** What the server says to one connection. */
export class ServerModel {
  members = new Map();
  numbers = new Map();
  strokes = new Map();
  live = new Map();
  #names = [];
  #random;
  // Beyond the operations of a test: those that made what was there before.
  #last = 1_000_000;
  #lastStroke = 0;

  constructor(random) {
    this.#random = random;
  }

  /** A frame with these messages; a `stroke:start` without own points must not be extended. */
  frame(...messages) {
    return Uint8Array.from(messages.flatMap((message) => this.message(message)));
  }

  message(message) {
    const [type, body] = this.#body(message);
    return [type, ...sized(body)];
  }

  /** The number of a stroke that is being drawn, told from now on. */
  strokeNumberOf(id) {
    if (!this.strokes.has(id))
      this.strokes.set(id, (this.#lastStroke += 1 + this.#random.below(3)));
    return this.strokes.get(id);
  }

  /** The number of an element, told from now on. */
  numberOf(id) {
    if (!this.numbers.has(id)) this.numbers.set(id, (this.#last += 1 + this.#random.below(3)));
    return this.numbers.get(id);
  }

  #member(user) {
    if (!this.members.has(user.clientId))
      this.members.set(user.clientId, { number: this.members.size + 1 });
    const { number: own } = Object.assign(this.members.get(user.clientId), user);
    return [
      ...varint(own),
      ...[user.userId, user.clientId, user.name].flatMap(text),
      ...color(user.color),
      0,
    ];
  }

  #memberNumber(clientId) {
    return varint(this.members.get(clientId).number);
  }

  #user(userId) {
    const known = [...this.members.values()].find((each) => each.userId === userId);
    if (known && this.#random.chance(90)) return varint(2 * known.number);
    const name = this.#names.indexOf(userId);
    return name >= 0 ? varint(2 * name + 1) : [0, ...text(userId)];
  }

  #ref(id, numbers = this.numbers) {
    return numbers.has(id) ? varint(numbers.get(id)) : [0, ...text(id)];
  }

  #changed({ id, kind, index, userId, points, ...props }) {
    const told = kind === 'stroke' ? props : { ...props, ...(points && { points }) };
    const kept = Object.entries(told).filter(
      ([name, value]) =>
        value !== (isHosts(kind) ? COMMON : DEFAULTS[kind])[name] || this.#random.chance(10),
    );
    return properties(Object.fromEntries(kept));
  }

  #element(element, number = this.numberOf(element.id)) {
    return [
      ...varint(number),
      ...text(element.id),
      ...(isHosts(element.kind) ? [9, ...text(element.kind.slice(2))] : [KINDS.indexOf(element.kind)]),
      ...this.#user(element.userId),
      ...text(element.index),
      ...this.#changed(element),
      ...(element.kind === 'stroke' ? sized(packedBytes(element.points, this.#random)) : []),
    ];
  }

  #cursor([clientId, x, y, drawing]) {
    const { number: own } = this.members.get(clientId);
    return [...varint(2 * own + (drawing ? 1 : 0)), ...number(x), ...number(y)];
  }

  #chat({ userId, name, text: words, time, seq }) {
    return [...this.#user(userId), ...text(name), ...text(words), ...varint(time), ...varint(seq)];
  }

  #place({ userId, seq, time }) {
    return [...this.#user(userId), ...varint(seq), ...varint(time)];
  }

  #state(message) {
    const users = list(message.users, (user) => this.#member(user));
    const present = new Set(message.users.map(({ userId }) => userId));
    const authors = [...message.elements, ...message.chat].map(({ userId }) => userId);
    this.#names = [...new Set(authors)].filter((userId) => !present.has(userId));
    for (const { stroke } of message.live) this.live.set(stroke.id, [...stroke.points]);
    const body = [
      ...text(message.roomId),
      ...text(message.session),
      ...varint(message.op),
      ...this.#memberNumber(message.you.clientId),
      ...varint(message.seq),
      ...users,
      ...list(this.#names, text),
      ...list(message.elements, (each) => this.#element(each)),
      ...list(message.live, ({ stroke }) =>
        this.#element(stroke, this.strokeNumberOf(stroke.id)),
      ),
      ...list(message.cursors, (each) => this.#cursor(each)),
      historyFlags(message.history) + (message.history.scope === 'mine' ? 16 : 0),
      ...list(message.chat, (each) => this.#chat(each)),
      message.more ? 1 : 0,
      ...(message.versions ? list(message.versions, (each) => this.#version(each)) : []),
    ];
    this.#names = [];
    return body;
  }

  #version(version) {
    return [...this.#place(version), ...text(version.name)];
  }

  /** An own stroke that ended is not told whole: its points are the client's. */
  #resumed(message) {
    this.strokes.clear();
    this.live.clear();
    const users = list(message.users, (user) => this.#member(user));
    for (const { stroke } of message.live) this.live.set(stroke.id, [...stroke.points]);
    return [
      ...text(message.roomId),
      ...varint(message.op),
      ...this.#memberNumber(message.you.clientId),
      ...varint(message.seq),
      ...list(message.rejected, (each) => this.#rejection(each)),
      ...users,
      ...list(message.live, ({ stroke }) =>
        this.#element(stroke, this.strokeNumberOf(stroke.id)),
      ),
      ...list(message.own, ({ strokeId, have }) => [
        ...varint(this.strokeNumberOf(strokeId)),
        ...text(strokeId),
        ...varint(have),
      ]),
      ...list(message.cursors, (each) => this.#cursor(each)),
      historyFlags(message.history) + (message.history.scope === 'mine' ? 16 : 0),
      message.more ? 1 : 0,
      ...message.events.flatMap((each) => this.message(each)),
    ];
  }

  #rejection({ op, code, message }) {
    return [...varint(op), CODES.indexOf(code), ...text(message)];
  }

  #changes(changed) {
    return list(changed, ({ id, props }) => [...this.#ref(id), ...properties(props)]);
  }

  #effect({ removed, restored, changed, more }) {
    return [
      ...list(removed, (id) => this.#ref(id)),
      ...list(restored, (each) => this.#element(each)),
      ...this.#changes(changed),
      ...(more ? [1] : this.#random.chance(50) ? [0] : []),
    ];
  }

  #points({ strokeId, from, points }) {
    const known = this.live.get(strokeId);
    const isNew = from === 0 || this.#random.chance(20);
    const before = isNew ? [] : known.slice(Math.max(0, from - 2), from);
    known.push(...points);
    return [
      isNew ? 74 : 73,
      [
        ...varint(this.strokes.get(strokeId)),
        ...varint(from),
        ...liveBytes(points, before, this.#random),
      ],
    ];
  }

  #body(message) {
    switch (message.type) {
      case 'room:state':
        return [64, this.#state(message)];
      case 'op:ack':
        return [
          65,
          [
            ...[message.op, message.seq, message.time].flatMap(varint),
            ...text(message.index ?? ''),
          ],
        ];
      case 'op:gap':
        return [66, varint(message.have)];
      case 'op:reject':
        return [67, this.#rejection(message)];
      case 'user:joined':
        return [68, this.#member(message.user)];
      case 'user:updated':
        return [69, this.#member(message.user)];
      case 'user:left':
        return [70, this.#memberNumber(message.clientId)];
      case 'cursor:move':
        return [71, message.cursors.flatMap((each) => this.#cursor(each))];
      case 'stroke:start': {
        const { stroke } = message;
        this.live.set(stroke.id, [...stroke.points]);
        return [
          72,
          [
            ...this.#memberNumber(message.clientId),
            ...varint(this.strokeNumberOf(stroke.id)),
            ...text(stroke.id),
            ...text(stroke.index),
            ...this.#changed(stroke),
            ...liveBytes(stroke.points, [], this.#random),
          ],
        ];
      }
      case 'stroke:point':
        return this.#points(message);
      case 'stroke:gap':
        return [
          75,
          [
            ...this.#ref(message.strokeId, this.strokes),
            ...varint(message.have),
            flags(message.unknown, message.committed),
          ],
        ];
      case 'stroke:end': {
        const ref = this.#ref(message.strokeId, this.strokes);
        this.strokes.delete(message.strokeId);
        this.numbers.set(message.strokeId, message.seq);
        const told = [...ref, ...varint(message.count), ...this.#place(message)];
        if (message.index !== undefined || message.stroke)
          told.push(...text(message.index ?? ''));
        if (message.stroke) told.push(...this.#element(message.stroke));
        return [76, told];
      }
      case 'stroke:cancel': {
        const ref = this.#ref(message.strokeId, this.strokes);
        this.strokes.delete(message.strokeId);
        return [77, [...this.#user(message.userId), ...ref]];
      }
      case 'element:put':
        this.numbers.set(message.element.id, message.seq);
        return [78, [...this.#place(message), ...this.#element(message.element)]];
      case 'element:set':
        return [
          79,
          [...this.#place(message), ...this.#ref(message.id), ...properties(message.props)],
        ];
      case 'element:remove':
        return [80, [...this.#place(message), ...list(message.ids, (id) => this.#ref(id))]];
      case 'canvas:clear':
        return [81, this.#place(message)];
      case 'operation:undo':
      case 'operation:redo':
      case 'version:restore':
        return [
          { 'operation:undo': 82, 'operation:redo': 83, 'version:restore': 96 }[message.type],
          [
            ...this.#place(message),
            ...varint(message.target),
            OUTCOMES.indexOf(message.outcome),
            ...this.#effect(message),
          ],
        ];
      case 'element:preview':
        return [
          89,
          [
            ...this.#memberNumber(message.clientId),
            ...this.#ref(message.id),
            ...properties(message.props),
          ],
        ];
      case 'host:message':
        return [
          90,
          [
            ...this.#memberNumber(message.clientId),
            ...text(message.name),
            ...text(JSON.stringify(message.data)),
          ],
        ];
      case 'room:resumed':
        return [91, this.#resumed(message)];
      case 'room:events':
        return [92, [message.more ? 1 : 0, ...message.events.flatMap((each) => this.message(each))]];
      case 'room:chunk': {
        const told = list(message.elements, (each) => this.#element(each));
        if (message.removed) told.push(...list(message.removed, (id) => this.#ref(id)));
        if (message.removed) told.push(...this.#changes(message.changed));
        return [93, [message.more ? 1 : 0, ...told]];
      }
      case 'room:digest': {
        const halves = [message.hash.slice(0, 8), message.hash.slice(8)];
        return [94, [...varint(message.seq), ...halves.flatMap((half) => [...Buffer.from(half, 'hex')].reverse())]];
      }
      case 'version:save':
        return [95, this.#version(message)];
      case 'history:state':
        return [84, [historyFlags(message)]];
      case 'chat:message':
        return [85, this.#chat(message)];
      case 'pong':
        return [86, [...number(message.t), ...varint(message.serverTime)]];
      case 'server:closing':
        return [87, varint(message.retryAfter)];
      case 'error':
        return [
          88,
          [CODES.indexOf(message.code), ...text(message.message), ...text(message.answers ?? '')],
        ];
      default:
        throw new Error(`the model has no ${message.type}`);
    }
  }
}

// ---- What the client says

class Bytes {
  constructor(bytes) {
    this.bytes = [...bytes];
  }

  get isEmpty() {
    return this.bytes.length === 0;
  }

  take(count) {
    if (this.bytes.length < count) throw new Error('the bytes end too early');
    return this.bytes.splice(0, count);
  }

  byte() {
    return this.take(1)[0];
  }

  varint() {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(value);
    }
  }

  signed() {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  number() {
    const n = this.varint();
    if (n === 1) return Buffer.from(this.take(8)).readDoubleLE();
    if (n % 2 === 1) throw new Error('no number');
    return (n % 4 === 0 ? n / 4 : -(n + 2) / 4) / 16;
  }

  text() {
    return Buffer.from(this.take(this.varint())).toString('utf8');
  }

  color() {
    const count = this.byte();
    return count === 0 ? null : `#${Buffer.from(this.take(count)).toString('hex')}`;
  }

  list(read) {
    return Array.from({ length: this.varint() }, () => read(this));
  }

  properties() {
    return Object.fromEntries(this.list(() => this.property()));
  }

  property() {
    const tag = this.varint();
    const name = KEYS[Math.floor(tag / 8)];
    switch (tag % 8) {
      case 0:
        return [name, null];
      case 1:
        return [name, this.number()];
      case 2:
        return [name, this.color()];
      case 3:
        return [name, WORDS[this.byte()]];
      case 4:
        return [name, name === 'custom' ? JSON.parse(this.text()) : this.text()];
      case 6:
        return [name, this.byte() === 1];
      default: {
        let [x, y] = [0, 0];
        return [name, this.list(() => [(x += this.signed()) / 16, (y += this.signed()) / 16])];
      }
    }
  }
}

/** Reads the frames of one client, as messages of the JSON dialect. */
export class ClientModel {
  ids = new Map();
  runs = new Map();

  read(frame) {
    const bytes = new Bytes(frame);
    const messages = [];
    while (!bytes.isEmpty) {
      const type = bytes.byte();
      const body = new Bytes(bytes.take(bytes.varint()));
      messages.push(this.#message(type, body));
      if (!body.isEmpty) throw new Error(`a message of type ${type} has bytes too many`);
    }
    return messages;
  }

  /** The id, and its number or 0. */
  #numbered(body) {
    const code = body.varint();
    const own = Math.floor(code / 2);
    if (own > 256) throw new Error(`number ${own} is above 256`);
    if (code === 0) return { id: body.text(), number: 0 };
    if (code % 2 === 1) {
      this.ids.set(own, body.text());
      this.runs.delete(own);
    }
    if (!this.ids.has(own)) throw new Error(`no id has number ${own}`);
    return { id: this.ids.get(own), number: own };
  }

  #id(body) {
    return this.#numbered(body).id;
  }

  #start(body) {
    const { id, number: own } = this.#numbered(body);
    const props = body.properties();
    const points = livePoints(body.bytes.splice(0), []);
    this.runs.set(own, { points: [...points], next: points.length });
    return { type: 'stroke:start', stroke: { id, ...props, points } };
  }

  #points(body, goesOn) {
    const { id, number: own } = this.#numbered(body);
    const from = body.varint();
    const run = goesOn ? this.runs.get(own) : { points: [], next: from };
    if (!run || (goesOn && run.points.length === 0)) throw new Error('there is no run to go on');
    if (run.next !== from) throw new Error(`the run is at ${run.next}, not ${from}`);
    const points = livePoints(body.bytes.splice(0), run.points);
    run.points.push(...points);
    run.next += points.length;
    this.runs.set(own, run);
    return { type: 'stroke:point', strokeId: id, from, points };
  }

  #put(body) {
    const op = body.varint();
    const id = this.#id(body);
    const number = body.byte();
    const kind = number === 9 ? `x-${body.text()}` : KINDS[number];
    const element = { id, kind, ...body.properties() };
    if (kind === 'stroke') element.points = packedPoints(body.take(body.varint()));
    return { type: 'element:put', op, element };
  }

  #message(type, body) {
    switch (type) {
      case 1: {
        const message = { type: 'room:join', name: body.text(), color: body.color() };
        if (body.isEmpty) return message;
        return { ...message, resume: { session: body.text(), seq: body.varint() } };
      }
      case 20:
        return { type: 'version:save', op: body.varint(), name: body.text() };
      case 21:
        return { type: 'version:restore', op: body.varint(), seq: body.varint() };
      case 2:
        return this.#start(body);
      case 3:
        return this.#points(body, true);
      case 4:
        return this.#points(body, false);
      case 5:
        return {
          type: 'stroke:end',
          op: body.varint(),
          strokeId: this.#id(body),
          count: body.varint(),
        };
      case 6:
        return { type: 'stroke:cancel', strokeId: this.#id(body) };
      case 7:
        return this.#put(body);
      case 8: {
        const message = {
          type: 'element:set',
          op: body.varint(),
          id: this.#id(body),
          props: body.properties(),
        };
        return body.isEmpty ? message : { ...message, ifSeq: body.varint() - 1 };
      }
      case 9:
        return {
          type: 'element:remove',
          op: body.varint(),
          ids: body.list(() => this.#id(body)),
        };
      case 10:
        return { type: 'canvas:clear', op: body.varint() };
      case 11:
      case 12: {
        const message = {
          type: type === 11 ? 'operation:undo' : 'operation:redo',
          op: body.varint(),
        };
        const scope = [undefined, 'room', 'mine'][body.byte()];
        return scope ? { ...message, scope } : message;
      }
      case 19: {
        const group = body.text();
        return { ...this.#message(body.byte(), body), group };
      }
      case 13:
        return { type: 'chat:send', op: body.varint(), text: body.text() };
      case 14:
        return {
          type: 'cursor:move',
          x: body.number(),
          y: body.number(),
          drawing: body.byte() === 1,
        };
      case 15: {
        const given = body.byte();
        const message = { type: 'user:update' };
        if (given & 1) message.name = body.text();
        if (given & 2) message.color = body.color();
        return message;
      }
      case 16:
        return { type: 'ping', t: body.number() };
      case 18:
        return { type: 'host:message', name: body.text(), data: JSON.parse(body.text()) };
      case 17:
        return { type: 'element:preview', id: this.#id(body), props: body.properties() };
      default:
        throw new Error(`no message of a client has type ${type}`);
    }
  }
}
