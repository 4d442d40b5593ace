// server_decoder.js - what the server says in the binary dialect, as the messages that the
// JSON dialect would have brought.
//
// One object for one connection: it knows the numbers of members and elements, and the last
// points of the strokes that the others are drawing. docs/protocol.md has every type.

import { ByteReader } from './byte_reader.js';
import { GrowingStroke } from './growing_stroke.js';
import { defaultsOf, readJson, readProperties } from './properties.js';
import { RoomNumbers, readInto } from './room_numbers.js';

const CODES = [
  'internal',
  'invalid_argument',
  'not_found',
  'permission_denied',
  'resource_exhausted',
  'failed_precondition',
  'unavailable',
];
const OUTCOMES = ['applied', 'partial', 'nothing'];

export class ServerDecoder {
  #room;
  /** By number: strokes that the others are drawing. */
  #growing = new Map();
  #madeBy;

  /**
   * `madeBy(op)` is the id of what this connection's operation `op` made, if it made anything;
   * `elementIds` the ids of elements by number, of the connections before this one.
   */
  constructor({ madeBy, elementIds = new Map() }) {
    this.#madeBy = madeBy;
    this.#room = new RoomNumbers(elementIds);
  }

  /**
   * The messages of a frame, in order. RangeError when the frame is damaged; then the
   * connection can't be used any more.
   */
  decode(bytes) {
    return this.#messages(new ByteReader(bytes));
  }

  /** The messages up to the end. */
  #messages(reader) {
    const messages = [];
    while (reader.left > 0) {
      const read = ServerDecoder.#readers[reader.byte()];
      const body = reader.part(reader.varint());
      const message = read?.call(this, body);
      if (message) messages.push(message);
    }
    return messages;
  }

  #liveElement(reader) {
    const { number, element } = this.#room.numbered(reader);
    const { id, userId, kind, points } = element;
    if (kind !== 'stroke') reader.refuse(`a live stroke that is of kind '${kind}'`);
    this.#room.begun(number, id);
    this.#growing.set(number, new GrowingStroke(id, userId, points));
    return { userId, stroke: element };
  }

  #roomState(reader) {
    this.#room.clear();
    this.#growing.clear();
    const roomId = reader.text();
    const session = reader.text();
    const op = reader.varint();
    const self = reader.varint();
    const seq = reader.varint();
    const users = reader.list(() => this.#room.member(reader));
    this.#room.names = reader.list(() => reader.text());
    const state = {
      type: 'room:state',
      roomId,
      session,
      op,
      you: { ...this.#room.memberOf(self, reader) },
      seq,
      users,
      elements: reader.list(() => this.#room.element(reader)),
      live: reader.list(() => this.#liveElement(reader)),
      cursors: reader.list(() => this.#room.cursor(reader)),
      history: historyOfState(reader),
      chat: reader.list(() => this.#room.chat(reader)),
      more: reader.byte() !== 0,
    };
    if (reader.left > 0) state.versions = reader.list(() => this.#version(reader));
    this.#room.names = [];
    return state;
  }

  #version(reader) {
    return { ...this.#room.place(reader), name: reader.text() };
  }

  #roomResumed(reader) {
    this.#room.clearPassing();
    this.#growing.clear();
    const roomId = reader.text();
    const op = reader.varint();
    const self = reader.varint();
    const seq = reader.varint();
    const rejected = reader.list(() => rejection(reader));
    const users = reader.list(() => this.#room.member(reader));
    return {
      type: 'room:resumed',
      roomId,
      op,
      you: { ...this.#room.memberOf(self, reader) },
      seq,
      rejected,
      users,
      live: reader.list(() => this.#liveElement(reader)),
      own: reader.list(() => this.#ownStroke(reader)),
      cursors: reader.list(() => this.#room.cursor(reader)),
      history: historyOfState(reader),
      more: reader.byte() !== 0,
      events: this.#messages(reader),
    };
  }

  #ownStroke(reader) {
    const number = reader.varint();
    const strokeId = reader.text();
    this.#room.begun(number, strokeId);
    return { strokeId, have: reader.varint() };
  }

  #roomChunk(reader) {
    const more = reader.byte() !== 0;
    const elements = reader.list(() => this.#room.element(reader));
    if (reader.left === 0) return { type: 'room:chunk', elements, more };
    const removed = reader.list(() => this.#room.ref(reader));
    const changed = reader.left > 0 ? reader.list(() => this.#changed(reader)) : [];
    return { type: 'room:chunk', elements, removed, changed, more };
  }

  #changed(reader) {
    return { id: this.#room.ref(reader), props: readProperties(reader) };
  }

  #acknowledged(reader) {
    const message = {
      type: 'op:ack',
      op: reader.varint(),
      seq: reader.varint(),
      time: reader.varint(),
    };
    const index = reader.text();
    const id = this.#madeBy(message.op);
    if (index === '') return message;
    if (id !== undefined) this.#room.made(message.seq, id);
    return { ...message, index };
  }

  #cursorsMoved(reader) {
    const cursors = [];
    while (reader.left > 0) cursors.push(this.#room.cursor(reader));
    return { type: 'cursor:move', cursors };
  }

  #strokeStarted(reader) {
    const { userId, clientId } = this.#room.memberOf(reader.varint(), reader);
    const number = reader.varint();
    const id = reader.text();
    const index = reader.text();
    const stroke = { id, kind: 'stroke', index, userId, ...defaultsOf('stroke') };
    readInto(stroke, reader);
    const growing = new GrowingStroke(id, userId, []);
    stroke.points = growing.begin(0, reader.bytes(reader.left));
    this.#room.begun(number, id);
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
    const message = { type: 'stroke:gap', strokeId: this.#room.strokeRef(reader), have: reader.varint() };
    const flags = reader.byte();
    if (flags & 1) message.unknown = true;
    if (flags & 2) message.committed = true;
    return message;
  }

  /** The id of a live stroke that is one no longer. */
  #finished(reader) {
    const id = this.#room.strokeRef(reader);
    this.#room.ended(id);
    for (const [number, stroke] of this.#growing) {
      if (stroke.id === id) this.#growing.delete(number);
    }
    return id;
  }

  #elementPut(reader) {
    const place = this.#room.place(reader);
    const element = this.#room.element(reader);
    return { type: 'element:put', element, ...place, index: element.index };
  }

  #undone(reader, type) {
    const place = this.#room.place(reader);
    const target = reader.varint();
    const outcome = oneOf(OUTCOMES, reader);
    return { type, ...place, target, outcome, ...this.#effect(reader) };
  }

  /** What undoing or restoring did; `more` is there when it is true. */
  #effect(reader) {
    const effect = {
      removed: reader.list(() => this.#room.ref(reader)),
      restored: reader.list(() => this.#room.element(reader)),
      changed: reader.list(() => this.#changed(reader)),
    };
    return reader.left > 0 && reader.byte() !== 0 ? { ...effect, more: true } : effect;
  }

  #strokeEnded(reader) {
    const strokeId = this.#finished(reader);
    const ended = { type: 'stroke:end', strokeId, count: reader.varint() };
    Object.assign(ended, this.#room.place(reader));
    this.#room.made(ended.seq, strokeId);
    if (reader.left > 0) {
      const index = reader.text();
      if (index !== '') ended.index = index;
    }
    if (reader.left > 0) ended.stroke = this.#room.element(reader);
    return ended;
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
    67: (reader) => ({ type: 'op:reject', ...rejection(reader) }),
    68(reader) {
      return { type: 'user:joined', user: this.#room.member(reader) };
    },
    69(reader) {
      return { type: 'user:updated', user: this.#room.member(reader) };
    },
    70(reader) {
      const { userId, clientId } = this.#room.memberOf(reader.varint(), reader);
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
      return this.#strokeEnded(reader);
    },
    77(reader) {
      return {
        type: 'stroke:cancel',
        userId: this.#room.user(reader),
        strokeId: this.#finished(reader),
      };
    },
    78(reader) {
      return this.#elementPut(reader);
    },
    79(reader) {
      const place = this.#room.place(reader);
      return {
        type: 'element:set',
        id: this.#room.ref(reader),
        props: readProperties(reader),
        ...place,
      };
    },
    80(reader) {
      const place = this.#room.place(reader);
      return { type: 'element:remove', ids: reader.list(() => this.#room.ref(reader)), ...place };
    },
    81(reader) {
      return { type: 'canvas:clear', ...this.#room.place(reader) };
    },
    82(reader) {
      return this.#undone(reader, 'operation:undo');
    },
    83(reader) {
      return this.#undone(reader, 'operation:redo');
    },
    84: (reader) => ({ type: 'history:state', ...history(reader.byte()) }),
    85(reader) {
      return { type: 'chat:message', ...this.#room.chat(reader) };
    },
    86: (reader) => ({ type: 'pong', t: reader.number(), serverTime: reader.varint() }),
    87: (reader) => ({ type: 'server:closing', retryAfter: reader.varint() }),
    88: refused,
    89(reader) {
      const { userId, clientId } = this.#room.memberOf(reader.varint(), reader);
      const id = this.#room.ref(reader);
      return { type: 'element:preview', userId, clientId, id, props: readProperties(reader) };
    },
    90(reader) {
      const { userId, clientId } = this.#room.memberOf(reader.varint(), reader);
      const name = reader.text();
      const data = readJson(reader, reader.text());
      return { type: 'host:message', userId, clientId, name, data };
    },
    91(reader) {
      return this.#roomResumed(reader);
    },
    92(reader) {
      const more = reader.byte() !== 0;
      return { type: 'room:events', more, events: this.#messages(reader) };
    },
    93(reader) {
      return this.#roomChunk(reader);
    },
    94: (reader) => ({ type: 'room:digest', seq: reader.varint(), hash: digest(reader) }),
    95(reader) {
      return { type: 'version:save', ...this.#version(reader) };
    },
    96(reader) {
      return this.#undone(reader, 'version:restore');
    },
  };
}

function rejection(reader) {
  return { op: reader.varint(), code: oneOf(CODES, reader), message: reader.text() };
}

/** Two halves of 4 bytes, each lowest first, as 16 hex digits. */
function digest(reader) {
  const half = () => {
    const bytes = reader.bytes(4);
    return [...bytes].reverse().map((byte) => byte.toString(16).padStart(2, '0')).join('');
  };
  return half() + half();
}

function oneOf(names, reader) {
  return names[reader.byte()] ?? reader.refuse(`a number beyond '${names.at(-1)}'`);
}

function history(flags) {
  return {
    canUndo: (flags & 1) !== 0,
    canRedo: (flags & 2) !== 0,
    mine: { canUndo: (flags & 4) !== 0, canRedo: (flags & 8) !== 0 },
  };
}

function historyOfState(reader) {
  const flags = reader.byte();
  return { ...history(flags), scope: (flags & 16) !== 0 ? 'mine' : 'room' };
}

function refused(reader) {
  const code = oneOf(CODES, reader);
  const message = reader.text();
  const answers = reader.text();
  return answers === ''
    ? { type: 'error', code, message }
    : { type: 'error', code, message, answers };
}
