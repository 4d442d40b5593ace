// properties.js - what an element can have, and how the binary dialect writes it.
//
// The tables are those of docs/protocol.md: which property belongs to which kind, and what
// it is when nobody has set it.

import { isHostKind } from '../protocol.js';

/** The words that a property can be, by their numbers. */
export const WORDS = [
  'none',
  'arrow',
  'solid',
  'dashed',
  'dotted',
  'pen',
  'pencil',
  'brush',
  'highlighter',
];

/** The types of values. */
export const TYPE = { none: 0, number: 1, color: 2, word: 3, text: 4, places: 5, flag: 6 };

/** By key: the name, the type of the value, and whether that is the text of a JSON value. */
export const PROPERTIES = [
  ['index', TYPE.text],
  ['x', TYPE.number],
  ['y', TYPE.number],
  ['angle', TYPE.number],
  ['opacity', TYPE.number],
  ['width', TYPE.number],
  ['height', TYPE.number],
  ['color', TYPE.color],
  ['strokeWidth', TYPE.number],
  ['fill', TYPE.color],
  ['dash', TYPE.word],
  ['tool', TYPE.word],
  ['text', TYPE.text],
  ['fontSize', TYPE.number],
  ['points', TYPE.places],
  ['startHead', TYPE.word],
  ['endHead', TYPE.word],
  ['locked', TYPE.flag],
  ['group', TYPE.text],
  ['startBinding', TYPE.text],
  ['endBinding', TYPE.text],
  ['source', TYPE.text],
  ['custom', TYPE.text, true],
];
const KEYS = new Map(PROPERTIES.map(([name], key) => [name, key]));

const ALL = { x: 0, y: 0, angle: 0, opacity: 1, color: '#000000' };
const BOX = { ...ALL, width: 0, height: 0, strokeWidth: 2, dash: 'solid' };
const LINE = {
  ...ALL,
  strokeWidth: 2,
  dash: 'solid',
  points: [],
  startHead: 'none',
  endHead: 'none',
};
const TEXT = { ...ALL, text: '', fontSize: 20, width: 0 };
const KINDS = [
  ['stroke', { ...ALL, width: 2, tool: 'pen' }],
  ['rect', BOX],
  ['ellipse', BOX],
  ['diamond', BOX],
  ['line', LINE],
  ['arrow', LINE],
  ['text', TEXT],
  ['sticky', TEXT],
  ['image', { ...ALL, width: 0, height: 0, source: '' }],
];
const KIND_NUMBERS = new Map(KINDS.map(([kind], number) => [kind, number]));
/** The number of the kinds that a host has of its own; their name follows. */
const HOST_KIND = KINDS.length;
const HOST_PREFIX = 'x-';

/** Reads a kind of element. */
export function readKind(reader) {
  const number = reader.byte();
  if (number === HOST_KIND) return HOST_PREFIX + reader.text();
  return KINDS[number]?.[0] ?? reader.refuse('no such kind of element');
}

/** Writes a kind; RangeError when there is no such kind. */
export function writeKind(writer, kind) {
  const number = KIND_NUMBERS.get(kind);
  if (number !== undefined) writer.byte(number);
  else if (isHostKind(kind)) {
    writer.byte(HOST_KIND);
    writer.text(kind.slice(HOST_PREFIX.length));
  } else throw new RangeError(`'${kind}' is no kind of element`);
}

/** The properties of a kind that are always told, as nobody has set them. */
function knownDefaults(kind) {
  const number = KIND_NUMBERS.get(kind);
  if (number !== undefined) return KINDS[number][1];
  if (isHostKind(kind)) return ALL;
  throw new RangeError(`'${kind}' is no kind of element`);
}

/**
 * The properties of a kind that nobody has set: a new object. What is none or false by default
 * is not among them, and of a host's kind what not all kinds have.
 */
export function defaultsOf(kind) {
  const defaults = { ...knownDefaults(kind) };
  if (defaults.points) defaults.points = [];
  return defaults;
}

// ---- Reading

const READERS = {
  [TYPE.none]: () => null,
  [TYPE.number]: (reader) => reader.number(),
  [TYPE.color]: (reader) => reader.color(),
  [TYPE.word]: (reader) => WORDS[reader.byte()] ?? reader.refuse('no such word'),
  [TYPE.text]: (reader) => reader.text(),
  [TYPE.places]: readPlaces,
  [TYPE.flag]: (reader) => reader.byte() === 1,
};

/** The value that a text of JSON stands for. */
export function readJson(reader, text) {
  try {
    return JSON.parse(text);
  } catch {
    return reader.refuse('a text is no JSON');
  }
}

function readPlaces(reader) {
  let [x, y] = [0, 0];
  return reader.list(() => {
    x += reader.signed();
    y += reader.signed();
    return [x / 16, y / 16];
  });
}

/** Reads properties into `into`; those of keys that this page does not know are left out. */
export function readProperties(reader, into = {}) {
  reader.list(() => {
    const tag = reader.varint();
    const [key, type] = [Math.floor(tag / 8), tag % 8];
    const read = READERS[type] ?? reader.refuse(`no such type of value: ${type}`);
    const value = read(reader);
    const [name, expected, isJson] = PROPERTIES[key] ?? [];
    if (name === undefined) return;
    if (type !== expected && type !== TYPE.none) reader.refuse(`'${name}' is of type ${type}`);
    into[name] = isJson && value !== null ? readJson(reader, value) : value;
  });
  return into;
}

// ---- Writing

const WRITERS = {
  [TYPE.number]: (writer, value) => writer.number(value),
  [TYPE.color]: (writer, value) => writer.color(value),
  [TYPE.word]: (writer, value) => {
    const word = WORDS.indexOf(value);
    if (word < 0) throw new RangeError(`'${value}' is no word that can be told`);
    writer.byte(word);
  },
  [TYPE.text]: (writer, value) => writer.text(value),
  [TYPE.places]: writePlaces,
  [TYPE.flag]: (writer, value) => writer.byte(value ? 1 : 0),
};

function writePlaces(writer, places) {
  let before = [0, 0];
  writer.list(places, ([x, y]) => {
    const at = [Math.floor(16 * x + 0.5), Math.floor(16 * y + 0.5)];
    writer.signed(at[0] - before[0]);
    writer.signed(at[1] - before[1]);
    before = at;
  });
}

/**
 * Writes the properties that `props` has. RangeError for a name or value that this dialect
 * can't tell.
 */
export function writeProperties(writer, props) {
  const names = Object.keys(props).filter((name) => props[name] !== undefined);
  writer.list(names, (name) => {
    const key = KEYS.get(name);
    if (key === undefined) throw new RangeError(`'${name}' is no property that can be told`);
    const [, type, isJson] = PROPERTIES[key];
    const value = isJson && props[name] !== null ? JSON.stringify(props[name]) : props[name];
    const isNone = value === null || (type === TYPE.color && value === 'none');
    writer.varint(8 * key + (isNone ? TYPE.none : type));
    if (!isNone) WRITERS[type](writer, value);
  });
}

/**
 * Those properties of an element that have to be written: not what stands elsewhere in its
 * message (`id`, `kind`, `userId`, a stroke's `points`), and not what it would be anyway.
 */
export function propertiesToWrite(kind, element) {
  const defaults = knownDefaults(kind);
  const props = {};
  for (const [name, value] of Object.entries(element)) {
    if (name === 'id' || name === 'kind' || name === 'userId') continue;
    if (name === 'points' && kind === 'stroke') continue;
    if (value !== defaults[name]) props[name] = value;
  }
  return props;
}
