// outbox.js - the ordered queue of this session's durable operations that the server has
// not answered yet. Pure: it sends nothing itself.
//
// Every operation carries a counter, `op`: 1, 2, 3, ... The server takes only the last + 1,
// so the queue keeps the order and hands out again what has to be sent again.

export class Outbox {
  #entries = [];
  #lastOp = 0;
  #order = 0;
  #characters = 0;

  /** What may wait at most: operations, and characters of them as JSON. `add` refuses more. */
  constructor({ entriesMax = 5_000, charactersMax = 4_000_000 } = {}) {
    this.entriesMax = entriesMax;
    this.charactersMax = charactersMax;
  }

  get size() {
    return this.#entries.length;
  }

  get entries() {
    return this.#entries;
  }

  /** The first entry, or undefined. */
  get first() {
    return this.#entries[0];
  }

  /** The counter that the next operation gets. */
  get nextOp() {
    return this.#lastOp + 1;
  }

  /** Begins a new session whose greatest counter at the server is `op`. Needs an empty queue. */
  begin(op) {
    if (this.#entries.length > 0) throw new Error('the outbox still holds operations');
    this.#lastOp = op;
  }

  /**
   * Appends an operation and returns its entry `{op, order, message, sent, ...local}`, or null
   * when the queue is full. `order` only grows, across sessions too; `sent` is whether the
   * server may have heard of it. `local` is what the page remembers with it, for instance
   * `drawn`, the stroke that a `stroke:end` commits.
   */
  add(message, local = {}) {
    const characters = charactersOf(message, local);
    if (this.#entries.length >= this.entriesMax) return null;
    if (this.#characters + characters > this.charactersMax) return null;
    const entry = { ...local, op: this.nextOp, message, sent: false, characters };
    return this.#append(entry);
  }

  /** Puts an entry of an earlier page back, with its counter. They come in order. */
  restore(entry) {
    return this.#append({ ...entry, characters: charactersOf(entry.message, entry) });
  }

  /** Takes the answered operation out of the queue; null when it is not there (any more). */
  settle(op) {
    const at = this.#entries.findIndex((entry) => entry.op === op);
    if (at < 0) return null;
    const [entry] = this.#entries.splice(at, 1);
    this.#characters -= entry.characters;
    return entry;
  }

  /** The entry with this counter, or undefined. */
  find(op) {
    if (this.#entries.length === 0) return undefined;
    return this.#entries[op - this.#entries[0].op];
  }

  /** The entry that commits this live stroke, or null. */
  endOf(strokeId) {
    return this.#entries.find(({ drawn }) => drawn?.id === strokeId) ?? null;
  }

  /** Empties the queue and returns what was in it, in order. */
  takeAll() {
    const entries = this.#entries;
    this.#entries = [];
    this.#characters = 0;
    return entries;
  }

  #append(entry) {
    this.#order += 1;
    entry.order = this.#order;
    this.#lastOp = entry.op;
    this.#characters += entry.characters;
    this.#entries.push(entry);
    return entry;
  }
}

function charactersOf(message, { drawn }) {
  return JSON.stringify(message).length + (drawn ? JSON.stringify(drawn.element).length : 0);
}

/** The frame's message of an entry: the operation with its counter. */
export function messageOf(entry) {
  return { ...entry.message, op: entry.op };
}
