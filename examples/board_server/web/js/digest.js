// digest.js - 64 bits that tell whether this page shows the board that the server has.
//
// The algorithm is that of docs/protocol.md, "The digest": a sum over the elements, each a sum
// over its identity and over those properties that are not what nobody has set. Numbers of 32
// bits each, no BigInt. Elements are immutable values, so each is hashed once. Pure: no DOM, no
// network.

import { PROPERTIES, TYPE, WORDS } from './wire/properties.js';

const NONE = Object.freeze({ high: 0, low: 0 });
const encoder = new TextEncoder();
const scratch = new DataView(new ArrayBuffer(8));

const rotl = (value, by) => (value << by) | (value >>> (32 - by));
const add = (a, b) => ({ high: (a.high + b.high) | 0, low: (a.low + b.low) | 0 });

/** Hashes a sequence of 32-bit words. */
class WordHash {
  #high;
  #low;
  #bytes = 0;

  constructor(seed = NONE) {
    this.#high = seed.high;
    this.#low = (seed.low + 0x165667b1) | 0;
  }

  word(value) {
    const w = value | 0;
    const mixed = Math.imul(rotl(Math.imul(w, 0xcc9e2d51), 15), 0x1b873593);
    this.#high = (Math.imul(rotl(this.#high ^ mixed, 13), 5) + 0xe6546b64) | 0;
    this.#low = Math.imul(rotl((this.#low + Math.imul(w, 0xc2b2ae3d)) | 0, 17), 0x27d4eb2f);
    this.#bytes += 4;
    return this;
  }

  digest({ high, low }) {
    return this.word(high).word(low);
  }

  number(value) {
    scratch.setFloat64(0, value === 0 ? 0 : value, true);
    return this.word(scratch.getUint32(0, true)).word(scratch.getUint32(4, true));
  }

  text(value) {
    const bytes = encoder.encode(value);
    this.word(bytes.length);
    for (let at = 0; at < bytes.length; at += 4) {
      this.word(
        bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24),
      );
    }
    return this;
  }

  finish() {
    let high = this.#high ^ this.#bytes;
    high = Math.imul(high ^ (high >>> 16), 0x85ebca6b);
    high = Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
    let low = (this.#low + this.#bytes) | 0;
    low = Math.imul(low ^ (low >>> 15), 0x85ebca77);
    low = Math.imul(low ^ (low >>> 13), 0xc2b2ae3d);
    return { high: high ^ (high >>> 16), low: low ^ (low >>> 16) };
  }
}

/** The digest of a JSON value, as JSON.parse makes it. */
export function jsonDigest(value) {
  const hash = new WordHash();
  if (value === null) return hash.word(0).finish();
  if (typeof value === 'boolean') return hash.word(value ? 2 : 1).finish();
  if (typeof value === 'number') return hash.word(3).number(value).finish();
  if (typeof value === 'string') return hash.word(4).text(value).finish();
  if (Array.isArray(value)) {
    hash.word(5).word(value.length);
    for (const each of value) hash.digest(jsonDigest(each));
    return hash.finish();
  }
  const members = Object.entries(value);
  const sum = members.reduce(
    (all, [name, member]) => add(all, new WordHash(jsonDigest(member)).text(name).finish()),
    NONE,
  );
  return hash.word(6).word(members.length).digest(sum).finish();
}

/** What the properties are that differ from 0, none or false when nobody has set them. */
const DEFAULTS = {
  opacity: 1,
  color: '#000000',
  strokeWidth: 2,
  dash: 'solid',
  tool: 'pen',
  fontSize: 20,
  startHead: 'none',
  endHead: 'none',
};

function isDefault(kind, name, type, value) {
  if (value === undefined || value === null) return true;
  if (name === 'width' && kind === 'stroke') return value === 2;
  if (name in DEFAULTS) return value === DEFAULTS[name];
  if (type === TYPE.number) return value === 0;
  if (type === TYPE.places) return value.length === 0;
  if (type === TYPE.flag) return !value;
  return type === TYPE.color ? value === 'none' : value === '';
}

const steps = (value, inOne) => Math.floor(value * inOne + 0.5);

const HASHERS = {
  [TYPE.number]: (hash, value) => hash.number(value),
  [TYPE.color]: (hash, value) => {
    const short = value.length === 4;
    const digits = short ? value.replace(/[0-9a-f]/gi, '$&$&') : value;
    const hasAlpha = digits.length === 9;
    const rgba = parseInt(digits.slice(1) + (hasAlpha ? '' : 'ff'), 16);
    hash.word(rgba).word(hasAlpha ? 1 : 0);
  },
  [TYPE.word]: (hash, value) => hash.word(WORDS.indexOf(value)),
  [TYPE.text]: (hash, value) => hash.text(value),
  [TYPE.places]: (hash, value) => {
    hash.word(value.length);
    for (const [x, y] of value) hash.word(steps(x, 16)).word(steps(y, 16));
  },
  [TYPE.flag]: (hash, value) => hash.word(value ? 1 : 0),
};

function identityDigest({ id, kind, userId, points }) {
  const samples = kind === 'stroke' ? (points ?? []) : [];
  const ink = new WordHash();
  for (const [x, y, pressure = 0.5, t = 0] of samples) {
    ink.word(steps(x, 16)).word(steps(y, 16)).word(steps(pressure, 1024)).word(t);
  }
  return new WordHash()
    .text(id)
    .text(kind)
    .text(userId)
    .word(samples.length)
    .digest(samples.length > 0 ? ink.finish() : NONE)
    .finish();
}

function digestOf(element) {
  const identity = identityDigest(element);
  let sum = identity;
  PROPERTIES.forEach(([name, type, isJson], key) => {
    const value = element[name];
    if (name === 'points' && element.kind === 'stroke') return;
    if (isDefault(element.kind, name, type, value)) return;
    const hash = new WordHash(identity).word(8 * key + type);
    if (isJson) hash.digest(jsonDigest(value));
    else HASHERS[type](hash, value);
    sum = add(sum, hash.finish());
  });
  return sum;
}

const known = new WeakMap();

/** The digest of one element, with `index` and `userId`: `{high, low}`. It must not change. */
export function elementDigest(element) {
  let digest = known.get(element);
  if (digest === undefined) known.set(element, (digest = digestOf(element)));
  return digest;
}

/** The digest of a board: 16 hex digits, comparable with those of `room:digest`. */
export function boardDigest(elements) {
  let sum = NONE;
  for (const element of elements) sum = add(sum, elementDigest(element));
  return digestText(sum);
}

export function digestText({ high, low }) {
  return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}
