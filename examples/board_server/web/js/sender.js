// sender.js - what is sent of the own work, and when: operations in their order, no more at
// once and no faster than the server takes them, and again from wherever something is missing.

import { Rate } from './rate.js';
import { LIMITS } from './protocol.js';
import { messageOf } from './outbox.js';

/** How many operations are on the way at once. */
const WINDOW = 64;
/** What the browser has not sent yet; beyond it nothing is added. */
const BUFFERED_MAX = 256 * 1024;
const BUFFERED_WAIT_MS = 50;
const UNAVAILABLE_RETRY_MS = 1_000;
/** After so many operations what they take is counted. */
const BATCH = 32;

export class Sender {
  #outbox;
  #connection;
  #environment;
  #store;
  #isOpen = false;
  #next = 1;
  #fence = 0;
  #retryAt = 0;
  #timer = null;
  #operations = null;
  #bytes = null;

  /** `store`, if there is one, keeps an entry before it is sent: its counter is used then. */
  constructor({ outbox, connection, environment, store }) {
    this.#outbox = outbox;
    this.#connection = connection;
    this.#environment = environment;
    this.#store = store;
  }

  get isOpen() {
    return this.#isOpen;
  }

  /** The session stands: everything that is not answered is sent, from the first on. */
  open() {
    const now = this.#environment.now();
    this.#isOpen = true;
    this.#next = this.#outbox.first?.op ?? this.#outbox.nextOp;
    this.#fence = 0;
    this.#retryAt = 0;
    const { operationsPerSecond, operationsBurst, bytesPerSecond } = LIMITS;
    this.#operations = new Rate({ perSecond: operationsPerSecond, burst: operationsBurst, now });
    this.#bytes = new Rate({ perSecond: bytesPerSecond, burst: bytesPerSecond, now });
    this.#connection.onSent = (count) => this.#bytes.take(count, this.#environment.now());
    this.pump();
  }

  close() {
    this.#isOpen = false;
    this.#clearTimer();
  }

  /** Sends the points of a stroke that were not sent yet. */
  sendPoints(stroke) {
    if (!this.#isOpen) return;
    for (const message of stroke.takeMessages()) this.#connection.send(message);
  }

  /** Sends a message that nobody waits for; false when it can't be. */
  tell(message) {
    return this.#isOpen && this.#connection.send(message);
  }

  /** Sends as many of the operations as may be sent now; the rest follows by itself. */
  pump() {
    this.#clearTimer();
    if (!this.#isOpen) return;
    const { first } = this.#outbox;
    if (!first) return;
    this.#next = Math.max(this.#next, first.op);
    for (let sent = 1; this.#next < first.op + WINDOW; sent += 1) {
      const entry = this.#outbox.find(this.#next);
      if (!entry) return;
      const wait = this.#wait();
      if (wait > 0) {
        this.#timer = this.#environment.setTimeout(() => this.pump(), Math.ceil(wait));
        return;
      }
      this.#operations.take(1, this.#environment.now());
      this.#next += 1;
      this.#transmit(entry);
      if (sent % BATCH === 0) this.#connection.flush();
    }
  }

  /** The server has only the operations up to `have`. */
  gap(have) {
    if (have + 1 >= this.#next) return;
    this.rewind(have + 1);
    this.pump();
  }

  /**
   * Operations from `op` on are to be sent again; without one, none. Returns the ping after
   * whose answer the server speaks of what is sent from now on.
   */
  rewind(op) {
    const fence = this.#connection.ping();
    if (op !== undefined) {
      this.#next = Math.min(this.#next, op);
      this.#fence = fence;
    }
    return fence;
  }

  /** The server could not take `op` now; it and all after it wait a moment. */
  retryLater(op) {
    this.rewind(op);
    this.#retryAt = this.#environment.now() + UNAVAILABLE_RETRY_MS;
    this.pump();
  }

  /** Whether operations were sent again, and the server has not come to them yet. */
  get isRewound() {
    return this.isBehind(this.#fence);
  }

  /** Whether what the server says was said before it had read that ping. */
  isBehind(fence) {
    return fence > this.#connection.ponged;
  }

  #wait() {
    const now = this.#environment.now();
    const busy = this.#connection.bufferedBytes > BUFFERED_MAX ? BUFFERED_WAIT_MS : 0;
    return Math.max(
      busy,
      this.#retryAt - now,
      this.#operations.wait(1, now),
      this.#bytes.wait(0, now),
    );
  }

  #transmit(entry) {
    const message = messageOf(entry);
    const messages = entry.drawn ? entry.drawn.takeEnd(message) : [message];
    if (!entry.sent) {
      entry.sent = true;
      this.#store?.save(entry);
    }
    for (const each of messages) this.#connection.send(each);
  }

  #clearTimer() {
    this.#environment.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
