// own_work.js - what is done on this page: shown at once, sent, and kept until the server has
// answered, over cuts of the connection and over the loss of the session.
//
// Coming back is of two kinds. A session that goes on (resumed) tells the outcome of every
// operation the server has taken; those after it are sent again with their counters. In a new
// session (renewed) the pending operations are its first ones, without those of which the board
// shows that they are done. A stroke goes on from the points that the server has.

import { Outbox } from './outbox.js';
import { OwnStroke } from './own_stroke.js';
import { Sender } from './sender.js';
import { LIMITS, chunks, makeId } from './protocol.js';

/** The server says what can't be after what it said before. */
export class OutOfStep extends Error {}

export class OwnWork {
  outbox = new Outbox();
  sender;
  /** Strokes being drawn here. */
  strokes = new Set();
  #board;
  #store;
  #host;
  /** Strokes given up while there was no connection: the server may still have them. */
  #cancelled = new Set();

  /**
   * `host` gives `seq()` the last operation of the room that is known, and hears
   * `onNotice(sentence)` and `onChange(entry)` of an operation that was added or answered, with
   * nothing of a stroke. `store` keeps what is pending, see pending_store.js; it may be missing.
   */
  constructor({ board, connection, environment, store = null, host }) {
    this.#board = board;
    this.#store = store;
    this.#host = host;
    this.sender = new Sender({ outbox: this.outbox, connection, environment, store });
  }

  /** Operations and strokes the server has not answered yet. */
  get pending() {
    return this.outbox.size + this.strokes.size;
  }

  // ---- what is done -----------------------------------------------------------------------

  /** Begins a stroke; `style` is `{tool, color, width, opacity}`. */
  beginStroke(style) {
    const stroke = new OwnStroke(style, {
      flush: (each) => this.sender.sendPoints(each),
      commit: (ended) => this.commitStroke(ended),
      over: (each) => {
        this.strokes.delete(each);
        this.#host.onChange();
      },
      cancel: (each) => {
        if (!each.isStarted) return;
        const isTold = this.sender.tell({ type: 'stroke:cancel', strokeId: each.id });
        if (!isTold) this.#cancelled.add(each.id);
      },
    });
    this.strokes.add(stroke);
    this.#host.onChange();
    return stroke;
  }

  /** Commits a whole stroke, an OwnStroke. */
  commitStroke(drawn, group) {
    const message = { type: 'stroke:end', strokeId: drawn.id, count: drawn.element.points.length };
    return this.submit(inGroup(message, group), { drawn });
  }

  /** Does an operation. Its entry; null when too much is waiting. */
  submit(message, local = {}) {
    const entry = this.outbox.add(message, { ...local, after: this.#host.seq() });
    if (!entry) {
      this.#host.onNotice('Too much is waiting to be sent. Draw on once the board is connected.');
      return null;
    }
    this.#board.addPending(entry);
    this.sender.pump();
    if (!entry.sent) this.#store?.save(entry);
    this.#host.onChange(entry);
    return entry;
  }

  remove(ids, group) {
    const parts = chunks(ids, LIMITS.idsPerMessage);
    const together = parts.length > 1 ? (group ?? makeId()) : group;
    for (const part of parts) {
      this.submit(inGroup({ type: 'element:remove', ids: part }, together));
    }
  }

  /** Sends the points drawn since the last call. */
  flush() {
    for (const stroke of this.strokes) this.sender.sendPoints(stroke);
  }

  /** The own stroke of this id that is drawn, or whose end is not answered; or undefined. */
  find(strokeId) {
    return (
      [...this.strokes].find(({ id }) => id === strokeId) ?? this.outbox.endOf(strokeId)?.drawn
    );
  }

  // ---- what is answered -------------------------------------------------------------------

  /** The entry that `op` was, now part of what is confirmed; null when that was told before. */
  acknowledged(op, { index, userId }) {
    if (!this.#isFirst(op)) return null;
    const entry = this.#settle(op);
    this.#board.accept(entry, { index, userId });
    this.#host.onChange(entry);
    return entry;
  }

  refused(op, code, reason) {
    if (code === 'unavailable') {
      if (this.outbox.find(op)) this.sender.retryLater(op);
      return;
    }
    if (!this.#isFirst(op)) return;
    const entry = this.#settle(op);
    this.#board.drop(entry);
    this.#host.onChange(entry);
    const sentence = sentenceOf(entry, code, reason);
    if (sentence) this.#host.onNotice(sentence);
  }

  /** The server has the operations up to `have` only. */
  gap(have) {
    const { first } = this.outbox;
    if (!first || this.sender.isRewound) return;
    if (have + 1 < first.op)
      throw new OutOfStep(`the server has operation ${have}, but acknowledged ${first.op - 1}`);
    this.sender.gap(have);
  }

  /** The server lacks points of a stroke, or has ended it by itself. */
  strokeGap({ strokeId, have, unknown, committed }) {
    const entry = this.outbox.endOf(strokeId);
    const stroke = this.find(strokeId);
    if (!stroke || this.sender.isBehind(stroke.fence)) return;
    // What follows the end of the stroke went unheard too.
    stroke.fence = this.sender.rewind(entry?.op);
    if (committed) this.#continue(stroke, entry, have);
    else if (stroke.missed(unknown ? -1 : have))
      this.sender.tell({ type: 'stroke:cancel', strokeId });
    if (!entry) this.sender.sendPoints(stroke);
    this.sender.pump();
  }

  #isFirst(op) {
    const { first } = this.outbox;
    if (!first || op < first.op) return false;
    if (op !== first.op) throw new OutOfStep(`${op} is answered, ${first.op} is not`);
    return true;
  }

  #settle(op) {
    const entry = this.outbox.settle(op);
    this.#store?.forget(op);
    this.sender.pump();
    return entry;
  }

  // ---- coming back ------------------------------------------------------------------------

  /** Puts back what an earlier page had not done with; before there is a connection. */
  restore({ entries }) {
    for (const { stroke, ...entry } of entries) {
      const drawn = stroke && OwnStroke.of(stroke);
      this.#board.addPending(this.outbox.restore({ ...entry, ...(drawn && { drawn }) }));
    }
    this.#host.onChange();
  }

  /** The connection is gone. */
  cut() {
    this.sender.close();
  }

  /**
   * The session goes on, and its events came: `op` is the last operation that the server has
   * taken, `rejected` those it refused, and `own` tells how far live strokes have come.
   */
  resumed({ op, rejected, own }) {
    const reasons = new Map(rejected.map((each) => [each.op, each]));
    while (this.outbox.first && this.outbox.first.op <= op) {
      const { first } = this.outbox;
      const reason = reasons.get(first.op);
      if (reason) this.refused(first.op, reason.code, reason.message);
      else {
        // Its event has made it part of what is confirmed.
        this.#board.drop(this.#settle(first.op));
        this.#host.onChange(first);
      }
    }
    const held = new Map(own.map(({ strokeId, have }) => [strokeId, have]));
    for (const { stroke, entry } of this.#drawn()) {
      stroke.rewind(held.get(stroke.id) ?? -1);
      const there = this.#board.confirmed(stroke.id);
      if (there) this.#continue(stroke, entry, there.points.length);
    }
    this.#open();
    for (const strokeId of this.#cancelled) {
      if (held.has(strokeId)) this.sender.tell({ type: 'stroke:cancel', strokeId });
    }
    this.#cancelled.clear();
  }

  /**
   * Another session, in which the server has taken the operations up to `op`. `isNew`: none of
   * those that are pending was one of its. `isDone(entry)` tells of an operation that may have
   * been done in the session before: true, false, or undefined when that can't be known.
   */
  renewed({ op, isNew, isDone }) {
    if (isNew) this.#renumber(op, isDone);
    while (this.outbox.first && this.outbox.first.op <= op)
      this.#board.drop(this.#settle(this.outbox.first.op));
    for (const { stroke, entry } of this.#drawn()) {
      stroke.rewind(-1);
      // The live stroke of the session before is nobody's who could go on with it.
      const there = this.#board.confirmed(stroke.id) ?? this.#board.live.get(stroke.id)?.stroke;
      if (there) this.#continue(stroke, entry, there.points.length);
    }
    this.#cancelled.clear();
    this.#open();
  }

  #open() {
    for (const { stroke } of this.#drawn()) stroke.renew();
    for (const entry of [...this.outbox.entries]) {
      if (entry.message.type === 'canvas:clear') this.#narrow(entry);
    }
    this.sender.open();
    this.flush();
    this.#host.onChange();
  }

  /** Every own stroke, with the operation that ends it if it has ended. */
  #drawn() {
    const ended = this.outbox.entries.filter(({ drawn }) => drawn);
    return [
      ...[...this.strokes].map((stroke) => ({ stroke, entry: null })),
      ...ended.map((entry) => ({ stroke: entry.drawn, entry })),
    ];
  }

  /** In a new session the pending operations are its first ones. */
  #renumber(op, isDone) {
    const entries = this.outbox.takeAll();
    for (const entry of entries) this.#board.drop(entry);
    this.outbox.begin(op);
    for (const entry of entries) {
      const again = entry.again || entry.sent;
      const done = again ? isDone(entry) : false;
      if (done) continue;
      if (done === undefined) {
        this.#host.onNotice('The connection was lost. Your last undo may have been done or not.');
        continue;
      }
      const { message, drawn, ids } = entry;
      const added = this.outbox.add(message, { drawn, ids, again, after: this.#host.seq() });
      this.#board.addPending(added);
      this.#store?.save(added);
    }
  }

  /** A clear that did not arrive: what others have drawn since stays. */
  #narrow(entry) {
    this.#board.drop(entry);
    const [first = [], ...rest] = chunks(entry.ids, LIMITS.idsPerMessage);
    const group = rest.length > 0 ? makeId() : undefined;
    entry.message = inGroup({ type: 'element:remove', ids: first }, group);
    this.#board.addPending(entry);
    this.#store?.save(entry);
    for (const ids of rest) this.submit(inGroup({ type: 'element:remove', ids }, group));
  }

  /** The first `have` points of a stroke are an element that does not grow any more. */
  #continue(stroke, entry, have) {
    if (!entry) {
      stroke.continueAfter(have);
      return;
    }
    this.#board.drop(entry);
    const { strokeId, count, ...rest } = entry.message;
    entry.created = undefined;
    if (have >= stroke.element.points.length) {
      // All is there, by no operation of ours: this one is only counted.
      delete entry.drawn;
      entry.message = { ...rest, type: 'element:remove', ids: [] };
    } else {
      stroke.continueAfter(have);
      const { points } = stroke.element;
      entry.message = { ...entry.message, strokeId: stroke.id, count: points.length };
      entry.sent = false;
    }
    this.#board.addPending(entry);
    this.#store?.save(entry);
    if (entry.drawn) this.#follow(strokeId, stroke.id, entry);
  }

  /** What is done later to the first part of a stroke is done to the rest of it too. */
  #follow(before, after, { op }) {
    const later = this.outbox.entries.filter((entry) => entry.op > op);
    for (const { message } of later) {
      if (message.type === 'element:set' && message.id === before)
        this.submit({ ...message, id: after });
      if (message.type === 'element:remove' && message.ids.includes(before))
        this.submit({ ...message, ids: [after] });
    }
  }
}

/** What to say of a refused operation; undefined when there is nothing to say. */
function sentenceOf({ message: { type }, again }, code, reason) {
  if (type === 'operation:undo') return 'There is nothing to undo.';
  if (type === 'operation:redo') return 'There is nothing to redo.';
  // Somebody else has removed it; or it was done in the session before.
  if (code === 'not_found' && !type.startsWith('version:')) return undefined;
  if (again && code === 'failed_precondition') return undefined;
  return `Not done: ${reason}`;
}

export function inGroup(message, group) {
  return group === undefined ? message : { ...message, group };
}
