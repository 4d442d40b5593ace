// client_encoder.js - what the page says, in the binary dialect.
//
// One object for one connection: it knows which numbers it has given to ids, and how far the
// runs of its live strokes have gone. docs/protocol.md has every type.

import { ByteWriter } from './byte_writer.js';
import { LiveRun } from './live_points.js';
import { encodePacked } from './packed_points.js';
import { propertiesToWrite, writeKind, writeProperties } from './properties.js';

const IDS_MAX = 256;
const SCOPES = [undefined, 'room', 'mine'];

/** The type of an operation in a group. */
const GROUPED = 19;

/** The numbers of the ids that this connection uses again: the one used last is kept longest. */
class IdNumbers {
  /** Id to number, the least recently used first. */
  #numbers = new Map();

  find(id) {
    const number = this.#numbers.get(id);
    if (number !== undefined) this.#touch(id, number);
    return number;
  }

  /** A number for an id that has none; another id may lose it. */
  give(id) {
    let number = this.#numbers.size + 1;
    if (number > IDS_MAX) {
      const [[oldest, freed]] = this.#numbers;
      this.#numbers.delete(oldest);
      number = freed;
    }
    this.#numbers.set(id, number);
    return number;
  }

  clear() {
    this.#numbers.clear();
  }

  #touch(id, number) {
    this.#numbers.delete(id);
    this.#numbers.set(id, number);
  }
}

export class ClientEncoder {
  #numbers = new IdNumbers();
  /** By the number of a live stroke of ours: `{run, next}`, `next` the index of its next point. */
  #runs = new Map();
  /** By operation: the id of what it makes, until the server has answered. */
  #made = new Map();
  /** The greatest operation that is answered: what it made will not change any more. */
  #answered = 0;

  /**
   * The bytes of a message as the page makes them for the JSON dialect. RangeError for one
   * that this dialect can't tell; the connection can be used on.
   */
  encode(message) {
    try {
      const [type, body] = this.#write(message);
      const out = new ByteWriter();
      out.byte(type);
      out.block(body.written());
      return out.written();
    } catch (error) {
      // What was numbered by the message will not be heard of.
      this.#numbers.clear();
      this.#runs.clear();
      throw error;
    }
  }

  /** The id of what operation `op` makes; undefined when it makes nothing. */
  madeBy(op) {
    return this.#made.get(op);
  }

  /** Operation `op` is answered. */
  settle(op) {
    this.#made.delete(op);
    this.#answered = Math.max(this.#answered, op);
  }

  /** The server lacks points of this stroke: its next points begin a run anew. */
  breakRun(strokeId) {
    this.#runs.delete(this.#numbers.find(strokeId));
  }

  #write(message) {
    const body = new ByteWriter();
    if (!Object.hasOwn(ClientEncoder.#writers, message.type))
      throw new RangeError(`'${message.type}' is no message that can be told`);
    const type = ClientEncoder.#writers[message.type].call(this, body, message);
    if (message.group === undefined) return [type, body];
    const grouped = new ByteWriter();
    grouped.text(message.group);
    grouped.byte(type);
    grouped.bytes(body.written());
    return [GROUPED, grouped];
  }

  // ---- The parts of messages

  /** Writes an id and returns its number. */
  #id(body, id) {
    const known = this.#numbers.find(id);
    if (known !== undefined) {
      body.varint(2 * known);
      return known;
    }
    const number = this.#numbers.give(id);
    this.#runs.delete(number);
    body.varint(2 * number + 1);
    body.text(id);
    return number;
  }

  /** Writes an id that will not be used again: it gets no number. */
  #lastOf(body, id) {
    const known = this.#numbers.find(id);
    body.varint(known === undefined ? 0 : 2 * known);
    if (known === undefined) body.text(id);
  }

  /** An operation that is sent again after its answer gets that answer, whatever it says now. */
  #makes(op, id) {
    if (op > this.#answered) this.#made.set(op, id);
  }

  #strokeStarted(body, { stroke }) {
    const number = this.#id(body, stroke.id);
    writeProperties(body, propertiesToWrite('stroke', stroke));
    const run = new LiveRun();
    body.bytes(run.encode(stroke.points));
    this.#runs.set(number, { run, next: stroke.points.length });
    return 2;
  }

  #strokeExtended(body, { strokeId, from, points }) {
    const number = this.#id(body, strokeId);
    const known = this.#runs.get(number);
    const isGoingOn = known !== undefined && known.run.count > 0 && known.next === from;
    const run = isGoingOn ? known.run : new LiveRun();
    body.varint(from);
    body.bytes(run.encode(points));
    this.#runs.set(number, { run, next: from + points.length });
    return isGoingOn ? 3 : 4;
  }

  #strokeEnded(body, { op, strokeId, count = 0 }) {
    body.varint(op);
    this.#runs.delete(this.#id(body, strokeId));
    body.varint(count);
    this.#makes(op, strokeId);
    return 5;
  }

  #elementPut(body, { op, element }) {
    body.varint(op);
    this.#runs.delete(this.#id(body, element.id));
    writeKind(body, element.kind);
    writeProperties(body, propertiesToWrite(element.kind, element));
    if (element.kind === 'stroke') body.block(encodePacked(element.points));
    this.#makes(op, element.id);
    return 7;
  }

  #profileUpdated(body, { name, color }) {
    body.byte((name === undefined ? 0 : 1) + (color === undefined ? 0 : 2));
    if (name !== undefined) body.text(name);
    if (color !== undefined) body.color(color);
    return 15;
  }

  #history(type, body, { op, scope }) {
    const number = SCOPES.indexOf(scope);
    if (number < 0) throw new RangeError(`'${scope}' is no scope that can be told`);
    body.varint(op);
    body.byte(number);
    return type;
  }

  /** By type: writes the body and returns the number of the type. */
  static #writers = {
    'room:join'(body, { name, color, resume }) {
      body.text(name);
      body.color(color);
      if (resume) {
        body.text(resume.session);
        body.varint(resume.seq);
      }
      return 1;
    },
    'stroke:start'(body, message) {
      return this.#strokeStarted(body, message);
    },
    'stroke:point'(body, message) {
      return this.#strokeExtended(body, message);
    },
    'stroke:end'(body, message) {
      return this.#strokeEnded(body, message);
    },
    'stroke:cancel'(body, { strokeId }) {
      this.#lastOf(body, strokeId);
      this.breakRun(strokeId);
      return 6;
    },
    'element:put'(body, message) {
      return this.#elementPut(body, message);
    },
    'element:set'(body, { op, id, props, ifSeq }) {
      body.varint(op);
      this.#id(body, id);
      writeProperties(body, props);
      if (ifSeq !== undefined) body.varint(ifSeq + 1);
      return 8;
    },
    'element:remove'(body, { op, ids }) {
      body.varint(op);
      body.list(ids, (id) => this.#lastOf(body, id));
      return 9;
    },
    'canvas:clear'(body, { op }) {
      body.varint(op);
      return 10;
    },
    'operation:undo'(body, message) {
      return this.#history(11, body, message);
    },
    'operation:redo'(body, message) {
      return this.#history(12, body, message);
    },
    'chat:send'(body, { op, text }) {
      body.varint(op);
      body.text(text);
      return 13;
    },
    'version:save'(body, { op, name }) {
      body.varint(op);
      body.text(name);
      return 20;
    },
    'version:restore'(body, { op, seq }) {
      body.varint(op);
      body.varint(seq);
      return 21;
    },
    'cursor:move'(body, { x, y, drawing = false }) {
      body.number(x);
      body.number(y);
      body.byte(drawing ? 1 : 0);
      return 14;
    },
    'user:update'(body, message) {
      return this.#profileUpdated(body, message);
    },
    ping(body, { t }) {
      body.number(t);
      return 16;
    },
    'host:message'(body, { name, data }) {
      body.text(name);
      body.text(JSON.stringify(data));
      return 18;
    },
    'element:preview'(body, { id, props }) {
      this.#id(body, id);
      writeProperties(body, props);
      return 17;
    },
  };
}
