// room_numbers.js - the numbers that a server has given to members and elements, and the parts
// of its messages that are told by them. One object for one connection.

import { decodePacked } from './packed_points.js';
import { defaultsOf, readKind, readProperties } from './properties.js';

const ROLES = ['editor'];

export class RoomNumbers {
  #members = new Map();
  /** Ids of elements by the seq of the operation that made them. */
  #ids;
  /** Ids of strokes that are being drawn. */
  #strokes = new Map();
  /** Those that a `room:state` tells by their place in a list; only while it is read. */
  names = [];

  /** `elementIds` are the ids of elements by number, of the connections before this one. */
  constructor(elementIds) {
    this.#ids = elementIds;
  }

  /** Forgets everything: a `room:state` follows. */
  clear() {
    this.#ids.clear();
    this.clearPassing();
  }

  /** Forgets people and live strokes: a `room:resumed` follows. */
  clearPassing() {
    this.#members.clear();
    this.#strokes.clear();
    this.names = [];
  }

  #known(numbers, number, reader, what) {
    const value = numbers.get(number);
    if (value === undefined) reader.refuse(`there is no ${what} of number ${number}`);
    return value;
  }

  /** Who has this number. */
  memberOf(number, reader) {
    return this.#known(this.#members, number, reader, 'member');
  }

  /** A userId. */
  user(reader) {
    const code = reader.varint();
    if (code === 0) return reader.text();
    if (code % 2 === 0) return this.memberOf(code / 2, reader).userId;
    return this.names[(code - 1) / 2] ?? reader.refuse('no such name');
  }

  /** A member with his number. */
  member(reader) {
    const number = reader.varint();
    const member = {
      userId: reader.text(),
      clientId: reader.text(),
      name: reader.text(),
      color: reader.color(),
      role: ROLES[reader.byte()] ?? reader.refuse('no such role'),
    };
    this.#members.set(number, member);
    return { ...member };
  }

  #ref(reader, numbers, what) {
    const number = reader.varint();
    return number === 0 ? reader.text() : this.#known(numbers, number, reader, what);
  }

  /** The id of an element. */
  ref(reader) {
    return this.#ref(reader, this.#ids, 'element');
  }

  /** The id of a stroke that is being drawn. */
  strokeRef(reader) {
    return this.#ref(reader, this.#strokes, 'stroke');
  }

  /** The operation `seq` made this element. */
  made(seq, id) {
    this.#ids.set(seq, id);
  }

  /** A stroke that is being drawn has this number. */
  begun(number, id) {
    this.#strokes.set(number, id);
  }

  /** The stroke of this id is not being drawn any more. */
  ended(id) {
    for (const [number, each] of this.#strokes) if (each === id) this.#strokes.delete(number);
  }

  /** An element or a live stroke, and the number it has. */
  numbered(reader) {
    const number = reader.varint();
    const id = reader.text();
    const kind = readKind(reader);
    const userId = this.user(reader);
    const index = reader.text();
    const element = { id, kind, index, userId, ...defaultsOf(kind) };
    readInto(element, reader);
    if (kind === 'stroke') element.points = decodePacked(reader.bytes(reader.varint()));
    return { number, element };
  }

  element(reader) {
    const { number, element } = this.numbered(reader);
    this.made(number, element.id);
    return element;
  }

  /** `[clientId, x, y, drawing]`. */
  cursor(reader) {
    const code = reader.varint();
    const { clientId } = this.memberOf(Math.floor(code / 2), reader);
    return [clientId, reader.number(), reader.number(), code % 2 === 1];
  }

  /** A chat message without its type. */
  chat(reader) {
    return {
      userId: this.user(reader),
      name: reader.text(),
      text: reader.text(),
      time: reader.varint(),
      seq: reader.varint(),
    };
  }

  /** Where an event stands: `{userId, seq, time}`. */
  place(reader) {
    return { userId: this.user(reader), seq: reader.varint(), time: reader.varint() };
  }
}

/** Reads properties into an element; what is none or false is left out. */
export function readInto(element, reader) {
  readProperties(reader, element);
  for (const name of Object.keys(element)) {
    if (element[name] === null || element[name] === false) delete element[name];
  }
}
