// connection.js - one WebSocket kept open: back-off, heartbeat, and why it is not open.
//
// It moves messages and knows nothing of their meaning but `pong` and `server:closing`.
// Time, randomness and the socket come from `environment`, so that tests can give their own.

import { binaryDialects } from './wire/dialects.js';

export const BACKOFF_FIRST_MS = 500;
export const BACKOFF_MAX_MS = 30_000;
export const STABLE_MS = 10_000;
export const PING_MS = 20_000;
export const DEAD_MS = 45_000;

/** Close codes after which the page does not come back by itself. */
const FINAL_CODES = new Map([
  [1008, 'The server ended the connection (its rules were not kept).'],
  [4001, 'You went on with this board elsewhere, so it rests here. What you do here is kept.'],
]);

export const browser = {
  WebSocket: globalThis.WebSocket,
  now: () => performance.now(),
  random: () => Math.random(),
  setTimeout: (callback, ms) => globalThis.setTimeout(callback, ms),
  clearTimeout: (timer) => globalThis.clearTimeout(timer),
};

/** The wait before attempt `attempt` (0, 1, ...): full jitter over 0.5 s doubling to 30 s. */
export function backoffDelay(attempt, random) {
  return random() * Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** attempt);
}

export class Connection {
  /** `connecting`, `connected` (the room answered), `offline` (will try again), `refused`. */
  state = 'connecting';
  /** Why it is not connected, for people to read; empty when there is nothing to say. */
  reason = '';
  /** When the next attempt is made, on the environment's clock; 0 when none is planned. */
  retryAt = 0;
  /** The last round trip of a ping in milliseconds; null before the first. */
  roundTrip = null;
  /** The last ping that was answered in this connection, as ping() named it. */
  ponged = 0;
  /** Hears how many bytes were sent; may be set by who counts them. */
  onSent = () => {};

  #url;
  #handlers;
  #environment;
  #makeDialect;
  #dialect = null;
  #socket = null;
  #attempt = 0;
  #retryTimer = null;
  #stableTimer = null;
  #heartbeatTimer = null;
  #heardAt = 0;
  #pingedAt = 0;
  #outgoing = [];
  #lastPing = 0;
  #retryAfter = 0;
  #fatal = '';

  /**
   * Handlers: `onState(connection)`, `onOpen()`, `onMessage(message)`, `onDamage(error)` of a
   * frame that can't be read, after which the connection is made anew, `onClose()`. `start`
   * and `restart` call `onState` themselves; the others come from the socket and the timers.
   * `makeDialect()` makes what writes and reads the frames of one socket, see wire/dialects.js.
   */
  constructor({ url, handlers, makeDialect = binaryDialects(), environment = browser }) {
    this.#url = url;
    this.#handlers = handlers;
    this.#makeDialect = makeDialect;
    this.#environment = environment;
  }

  get isOpen() {
    return this.#socket?.readyState === 1;
  }

  /** Connects now, whatever the back-off says. Does nothing while a socket is in use. */
  start() {
    this.#environment.clearTimeout(this.#retryTimer);
    this.retryAt = 0;
    if (this.#socket) return;
    this.#open();
  }

  /** Drops the connection and comes back with a new one after the back-off. */
  restart() {
    if (!this.#socket) return;
    this.#abandon();
    this.#closed(1006);
  }

  /** Tells that the room answered the join: the connection is worth something. */
  joined() {
    this.#setState('connected', '');
    this.#stableTimer = this.#environment.setTimeout(() => {
      this.#attempt = 0;
    }, STABLE_MS);
  }

  /** Remembers why the server is about to close, from a fatal `error`. */
  noteError(message) {
    this.#fatal = message;
  }

  /** Queues a message; all of one turn of the event loop leave together. False when not open. */
  send(message) {
    if (!this.isOpen) return false;
    if (this.#outgoing.length === 0) queueMicrotask(() => this.flush());
    this.#outgoing.push(message);
    return true;
  }

  /** Sends what is queued at once. */
  flush() {
    const messages = this.#outgoing;
    this.#outgoing = [];
    if (!this.isOpen || messages.length === 0) return;
    for (const frame of this.#dialect.encode(messages)) {
      this.#socket.send(frame);
      this.onSent(frame.byteLength ?? frame.length);
    }
  }

  /** Bytes that the browser could not send yet. */
  get bufferedBytes() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Sends a ping, and names it: a number greater than that of every one before. */
  ping() {
    this.#lastPing = Math.max(this.#lastPing + 1, Math.round(this.#environment.now()));
    this.send({ type: 'ping', t: this.#lastPing });
    return this.#lastPing;
  }

  #open() {
    this.#setState('connecting', this.reason);
    this.#fatal = '';
    this.#retryAfter = 0;
    this.ponged = 0;
    this.#dialect = this.#makeDialect();
    const socket = new this.#environment.WebSocket(this.#url, [this.#dialect.subprotocol]);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => {
      this.#heardAt = this.#environment.now();
      this.#pingedAt = 0;
      this.#handlers.onOpen();
      this.#beat();
    };
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code }) => this.#closed(code);
  }

  #receive(data) {
    this.#heardAt = this.#environment.now();
    let messages;
    try {
      messages = this.#dialect.decode(data);
    } catch (error) {
      // What it said is lost, and what comes after it can't be understood without.
      console.error(`A frame of the server can't be read: ${error.message}`);
      this.#fatal = 'The server said something that this page can’t read.';
      this.#handlers.onDamage?.(error);
      this.restart();
      return;
    }
    const socket = this.#socket;
    for (const message of messages) {
      // What comes after the message that had the connection made anew is not heard.
      if (this.#socket !== socket) return;
      if (message.type === 'pong') {
        this.roundTrip = Math.max(0, this.#environment.now() - message.t);
        this.ponged = Math.max(this.ponged, message.t);
      }
      if (message.type === 'server:closing') this.#retryAfter = Number(message.retryAfter) || 0;
      this.#handlers.onMessage(message);
    }
  }

  #beat() {
    const { now, setTimeout } = this.#environment;
    // Browsers slow the timers of hidden pages down, so silence alone proves nothing: a ping
    // must have gone unanswered too.
    if (this.#heardAt < this.#pingedAt && now() - this.#heardAt > DEAD_MS) {
      this.restart();
      return;
    }
    this.#pingedAt = now();
    this.ping();
    this.#heartbeatTimer = setTimeout(() => this.#beat(), PING_MS);
  }

  /** Lets go of the socket without hearing from it again. */
  #abandon() {
    const socket = this.#socket;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  #closed(code) {
    const { clearTimeout, random } = this.#environment;
    this.#socket = null;
    this.#outgoing = [];
    clearTimeout(this.#heartbeatTimer);
    clearTimeout(this.#stableTimer);
    if (FINAL_CODES.has(code)) {
      this.#handlers.onClose();
      this.#setState('refused', this.#fatal || FINAL_CODES.get(code));
      return;
    }
    const delay = Math.max(
      backoffDelay(this.#attempt, random),
      this.#retryAfter * (1 + random() / 2),
    );
    this.#attempt += 1;
    this.#handlers.onClose();
    this.#retryIn(delay);
  }

  #retryIn(delay) {
    const { now, setTimeout } = this.#environment;
    this.retryAt = now() + delay;
    this.#retryTimer = setTimeout(() => this.start(), delay);
    this.#setState('offline', this.#fatal);
  }

  #setState(state, reason) {
    this.state = state;
    this.reason = reason;
    this.#handlers.onState(this);
  }
}
