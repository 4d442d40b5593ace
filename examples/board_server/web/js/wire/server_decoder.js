// server_decoder.js - what the server says in the binary dialect, as the messages that the
// JSON dialect would have brought.
//
// One object for one connection: it knows the numbers of members and elements, and the last
// points of the strokes that the others are drawing. docs/protocol.md has every type.

import { ByteReader } from './byte_reader.js';
import { LiveRun } from './live_points.js';
import { decodePacked } from './packed_points.js';
import { defaultsOf, kindOf, readProperties } from './properties.js';

const CODES = [
  'internal',
  'invalid_argument',
  'not_found',
  'permission_denied',
  'resource_exhausted',
  'failed_precondition',
  'unavailable',
];
const ROLES = ['editor'];
const OUTCOMES = ['applied', 'partial', 'nothing'];

/** What a stroke that somebody else is drawing needs for its points to be read. */
class GrowingStroke {
  #count = 0;
  /** The last points in a row, at most two. */
  #tail = [];

  constructor(id, userId, points) {
    this.id = id;
    this.userId = userId;
    this.#add(0, points);
  }

  /** The points of a run from its beginning, the first of which is the stroke's point `from`. */
  begin(from, bytes) {
    const points = new LiveRun().decode(bytes);
    this.#add(from, points);
    return points;
  }

  /** The points that go on at `from`; null when those before them did not come here. */
  goOn(from, bytes) {
    if (from !== this.#count || this.#tail.length < Math.min(2, from)) return null;
    const points = LiveRun.after(this.#tail).decode(bytes);
    this.#add(from, points);
    return points;
  }

  #add(from, points) {
    if (from !== this.#count) this.#tail = [];
    this.#tail = [...this.#tail, ...points.slice(-2)].slice(-2);
    this.#count = from + points.length;
  }
}

export class ServerDecoder {
  /** By number: members, ids of elements and strokes, strokes that are being drawn. */
  #members = new Map();
  #ids = new Map();
  #growing = new Map();
  #names = [];
  #madeBy;

  /** `madeBy(op)` is the id of what this connection's operation `op` made, if it made anything. */
  constructor({ madeBy }) {
    this.#madeBy = madeBy;
  }

  /**
   * The messages of a frame, in order. RangeError when the frame is damaged; then the
   * connection can't be used any more.
   */
  decode(bytes) {
    const frame = new ByteReader(bytes);
    const messages = [];
    while (frame.left > 0) {
      const read = ServerDecoder.#readers[frame.byte()];
      const body = frame.part(frame.varint());
      const message = read?.call(this, body);
      if (message) messages.push(message);
    }
    return messages;
  }

  // ---- The parts of messages

  #known(numbers, number, reader, what) {
    const value = numbers.get(number);
    if (value === undefined) reader.refuse(`there is no ${what} of number ${number}`);
    return value;
  }

  #memberOf(number, reader) {
    return this.#known(this.#members, number, reader, 'member');
  }

  #user(reader) {
    const code = reader.varint();
    if (code === 0) return reader.text();
    if (code % 2 === 0) return this.#memberOf(code / 2, reader).userId;
    return this.#names[(code - 1) / 2] ?? reader.refuse('no such name');
  }

  #member(reader) {
    const number = reader.varint();
    const member = {
      userId: reader.text(),
      clientId: reader.text(),
      name: reader.text(),
      color: reader.color(),
      role: oneOf(ROLES, reader),
    };
    this.#members.set(number, member);
    return { ...member };
  }

  #ref(reader) {
    const number = reader.varint();
    return number === 0 ? reader.text() : this.#known(this.#ids, number, reader, 'element');
  }

  #number(number, id) {
    if (number !== 0) this.#ids.set(number, id);
  }

  /** An element, and the number it has. */
  #numbered(reader) {
    const number = reader.varint();
    const id = reader.text();
    this.#number(number, id);
    const kind = kindOf(reader.byte()) ?? reader.refuse('no such kind of element');
    const userId = this.#user(reader);
    const index = reader.text();
    const element = { id, kind, index, userId, ...defaultsOf(kind) };
    setProperties(element, reader);
    if (kind === 'stroke') element.points = decodePacked(reader.bytes(reader.varint()));
    return { number, element };
  }

  #element(reader) {
    return this.#numbered(reader).element;
  }

  #liveElement(reader) {
    const { number, element } = this.#numbered(reader);
    const { id, userId, kind, points } = element;
    if (kind !== 'stroke') reader.refuse(`a live stroke that is of kind '${kind}'`);
    this.#growing.set(number, new GrowingStroke(id, userId, points));
    return { userId, stroke: element };
  }

  #cursor(reader) {
    const code = reader.varint();
    const { clientId } = this.#memberOf(Math.floor(code / 2), reader);
    return [clientId, reader.number(), reader.number(), code % 2 === 1];
  }

  #chat(reader) {
    return {
      userId: this.#user(reader),
      name: reader.text(),
      text: reader.text(),
      time: reader.varint(),
      seq: reader.varint(),
    };
  }

  #place(reader) {
    return { userId: this.#user(reader), seq: reader.varint(), time: reader.varint() };
  }

  // ---- The messages

  #roomState(reader) {
    this.#members.clear();
    this.#ids.clear();
    this.#growing.clear();
    const roomId = reader.text();
    const session = reader.text();
    const op = reader.varint();
    const self = reader.varint();
    const seq = reader.varint();
    const users = reader.list(() => this.#member(reader));
    this.#names = reader.list(() => reader.text());
    const state = {
      type: 'room:state',
      roomId,
      session,
      op,
      you: { ...this.#memberOf(self, reader) },
      seq,
      users,
      elements: reader.list(() => this.#element(reader)),
      live: reader.list(() => this.#liveElement(reader)),
      cursors: reader.list(() => this.#cursor(reader)),
      history: history(reader),
      chat: reader.list(() => this.#chat(reader)),
      more: reader.byte() !== 0,
    };
    this.#names = [];
    return state;
  }

  #acknowledged(reader) {
    const message = {
      type: 'op:ack',
      op: reader.varint(),
      seq: reader.varint(),
      time: reader.varint(),
    };
    const number = reader.varint();
    const index = reader.text();
    const id = this.#madeBy(message.op);
    if (id !== undefined) this.#number(number, id);
    return index === '' ? message : { ...message, index };
  }

  #cursorsMoved(reader) {
    const cursors = [];
    while (reader.left > 0) cursors.push(this.#cursor(reader));
    return { type: 'cursor:move', cursors };
  }

  #strokeStarted(reader) {
    const { userId, clientId } = this.#memberOf(reader.varint(), reader);
    const number = reader.varint();
    const id = reader.text();
    const index = reader.text();
    const stroke = { id, kind: 'stroke', index, userId, ...defaultsOf('stroke') };
    setProperties(stroke, reader);
    const growing = new GrowingStroke(id, userId, []);
    stroke.points = growing.begin(0, reader.bytes(reader.left));
    this.#number(number, id);
    this.#growing.set(number, growing);
    return { type: 'stroke:start', userId, clientId, stroke };
  }

  /** Undefined for points that can't be read here: the whole stroke will come. */
  #strokeExtended(reader, isBegun) {
    const stroke = this.#growing.get(reader.varint());
    const from = reader.varint();
    const bytes = reader.bytes(reader.left);
    const points = isBegun ? stroke?.goOn(from, bytes) : stroke?.begin(from, bytes);
    if (!points) return undefined;
    return { type: 'stroke:point', userId: stroke.userId, strokeId: stroke.id, from, points };
  }

  #strokeGap(reader) {
    const message = { type: 'stroke:gap', strokeId: this.#ref(reader), have: reader.varint() };
    const flags = reader.byte();
    if (flags & 1) message.unknown = true;
    if (flags & 2) message.committed = true;
    return message;
  }

  /** The id of a live stroke that is one no longer. */
  #finished(reader) {
    const id = this.#ref(reader);
    for (const [number, stroke] of this.#growing) {
      if (stroke.id === id) this.#growing.delete(number);
    }
    return id;
  }

  #elementPut(reader) {
    const place = this.#place(reader);
    const element = this.#element(reader);
    return { type: 'element:put', element, ...place, index: element.index };
  }

  #undone(reader, type) {
    return {
      type,
      ...this.#place(reader),
      target: reader.varint(),
      outcome: oneOf(OUTCOMES, reader),
      removed: reader.list(() => this.#ref(reader)),
      restored: reader.list(() => this.#element(reader)),
      changed: reader.list(() => ({ id: this.#ref(reader), props: readProperties(reader) })),
    };
  }

  /** By type: what its body says. */
  static #readers = {
    64(reader) {
      return this.#roomState(reader);
    },
    65(reader) {
      return this.#acknowledged(reader);
    },
    66: (reader) => ({ type: 'op:gap', have: reader.varint() }),
    67: (reader) => ({
      type: 'op:reject',
      op: reader.varint(),
      code: oneOf(CODES, reader),
      message: reader.text(),
    }),
    68(reader) {
      return { type: 'user:joined', user: this.#member(reader) };
    },
    69(reader) {
      return { type: 'user:updated', user: this.#member(reader) };
    },
    70(reader) {
      const { userId, clientId } = this.#memberOf(reader.varint(), reader);
      return { type: 'user:left', userId, clientId };
    },
    71(reader) {
      return this.#cursorsMoved(reader);
    },
    72(reader) {
      return this.#strokeStarted(reader);
    },
    73(reader) {
      return this.#strokeExtended(reader, true);
    },
    74(reader) {
      return this.#strokeExtended(reader, false);
    },
    75(reader) {
      return this.#strokeGap(reader);
    },
    76(reader) {
      const strokeId = this.#finished(reader);
      return { type: 'stroke:end', strokeId, count: reader.varint(), ...this.#place(reader) };
    },
    77(reader) {
      return {
        type: 'stroke:cancel',
        userId: this.#user(reader),
        strokeId: this.#finished(reader),
      };
    },
    78(reader) {
      return this.#elementPut(reader);
    },
    79(reader) {
      const place = this.#place(reader);
      return {
        type: 'element:set',
        id: this.#ref(reader),
        props: readProperties(reader),
        ...place,
      };
    },
    80(reader) {
      const place = this.#place(reader);
      return { type: 'element:remove', ids: reader.list(() => this.#ref(reader)), ...place };
    },
    81(reader) {
      return { type: 'canvas:clear', ...this.#place(reader) };
    },
    82(reader) {
      return this.#undone(reader, 'operation:undo');
    },
    83(reader) {
      return this.#undone(reader, 'operation:redo');
    },
    84: (reader) => ({ type: 'history:state', ...history(reader) }),
    85(reader) {
      return { type: 'chat:message', ...this.#chat(reader) };
    },
    86: (reader) => ({ type: 'pong', t: reader.number(), serverTime: reader.varint() }),
    87: (reader) => ({ type: 'server:closing', retryAfter: reader.varint() }),
    88: refused,
  };
}

function oneOf(names, reader) {
  return names[reader.byte()] ?? reader.refuse(`a number beyond '${names.at(-1)}'`);
}

function history(reader) {
  const flags = reader.byte();
  return { canUndo: (flags & 1) !== 0, canRedo: (flags & 2) !== 0 };
}

function refused(reader) {
  const code = oneOf(CODES, reader);
  const message = reader.text();
  const answers = reader.text();
  return answers === ''
    ? { type: 'error', code, message }
    : { type: 'error', code, message, answers };
}

/** Reads properties into an element; what is none is left out. */
function setProperties(element, reader) {
  readProperties(reader, element);
  for (const name of Object.keys(element)) if (element[name] === null) delete element[name];
}
