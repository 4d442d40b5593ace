// outbox.js - the ordered queue of this session's durable operations that the server has
// not answered yet. Pure: it sends nothing itself.
//
// Every operation carries a counter, `op`: 1, 2, 3, ... The server takes only the last + 1,
// so the queue keeps the order and hands out again what has to be sent again.

export class Outbox {
  #entries = [];
  #lastOp = 0;
  #order = 0;

  /** `entriesMax` bounds what may wait; `add` refuses more. */
  constructor({ entriesMax = 5_000 } = {}) {
    this.entriesMax = entriesMax;
  }

  get size() {
    return this.#entries.length;
  }

  get entries() {
    return this.#entries;
  }

  /** Begins a new session whose greatest counter at the server is `op`. Needs an empty queue. */
  begin(op) {
    if (this.#entries.length > 0) throw new Error('the outbox still holds operations');
    this.#lastOp = op;
  }

  /**
   * Appends an operation and returns its entry `{op, order, message, ...local}`, or null
   * when the queue is full. `order` only grows, across sessions too. `local` is what the
   * page remembers with it, for instance the whole stroke that a `stroke:end` commits.
   */
  add(message, local = {}) {
    if (this.#entries.length >= this.entriesMax) return null;
    this.#lastOp += 1;
    this.#order += 1;
    const entry = { ...local, op: this.#lastOp, order: this.#order, message, sent: false };
    this.#entries.push(entry);
    return entry;
  }

  /** Takes the answered operation out of the queue; null when it is not there (any more). */
  settle(op) {
    const at = this.#entries.findIndex((entry) => entry.op === op);
    return at < 0 ? null : this.#entries.splice(at, 1)[0];
  }

  /** Every entry whose counter is `op` or greater, in order: what to send (again). */
  from(op) {
    return this.#entries.filter((entry) => entry.op >= op);
  }

  /** The entry that commits this live stroke, or null. */
  endOf(strokeId) {
    return (
      this.#entries.find(
        (entry) => entry.message.type === 'stroke:end' && entry.message.strokeId === strokeId,
      ) ?? null
    );
  }

  /** Empties the queue and returns what was in it, in order. */
  takeAll() {
    const entries = this.#entries;
    this.#entries = [];
    return entries;
  }
}

/** The frame's message of an entry: the operation with its counter. */
export function messageOf(entry) {
  return { ...entry.message, op: entry.op };
}
