// passing.js - what passes and is kept by nobody: the cursor, previews of what is dragged, and
// messages of hosts. No more often than the room takes it, and never out of date.

import { onGrid } from './protocol.js';

const CURSOR_MS = 35;
// Previews: how long one is shown, how often one is sent, and how many elements at once.
const PREVIEW_SHOWN_MS = 2_000;
const PREVIEW_MS = 40;
const PREVIEW_MS_EACH = 8;
const PREVIEWS_MAX = 50;

export class Passing {
  #board;
  #send;
  #cursor = { sentAt: -Infinity, timer: null, next: null };
  #previewedAt = -Infinity;
  /** Timers that end the previews of others, by the id of the element. */
  #previewTimers = new Map();

  /** `send(message)` says whether it could be sent. */
  constructor({ board, send }) {
    this.#board = board;
    this.#send = send;
  }

  moveCursor(x, y, drawing) {
    const cursor = this.#cursor;
    cursor.next = { type: 'cursor:move', x: onGrid(x), y: onGrid(y), drawing };
    if (cursor.timer !== null) return;
    const wait = cursor.sentAt + CURSOR_MS - performance.now();
    if (wait <= 0) this.#sendCursor();
    else cursor.timer = setTimeout(() => this.#sendCursor(), wait);
  }

  /** `changes` is `[{id, props}, ...]`; of more than a few elements nothing is told. */
  preview(changes) {
    const now = performance.now();
    const pause = Math.max(PREVIEW_MS, PREVIEW_MS_EACH * changes.length);
    if (changes.length > PREVIEWS_MAX || now - this.#previewedAt < pause) return;
    // Of what the server does not have yet nobody can be told.
    const known = changes.filter(({ id }) => this.#board.isConfirmed(id));
    for (const { id, props } of known) {
      if (this.#send({ type: 'element:preview', id, props })) this.#previewedAt = now;
    }
  }

  tellHost(name, data) {
    this.#send({ type: 'host:message', name, data });
  }

  /** Shows what somebody else is about to do, for a while. */
  showPreview({ id, clientId, props }) {
    this.#board.preview(id, clientId, props);
    clearTimeout(this.#previewTimers.get(id));
    const end = () => {
      this.#previewTimers.delete(id);
      this.#board.endPreview(id);
    };
    this.#previewTimers.set(id, setTimeout(end, PREVIEW_SHOWN_MS));
  }

  #sendCursor() {
    const cursor = this.#cursor;
    cursor.timer = null;
    cursor.sentAt = performance.now();
    this.#send(cursor.next);
  }
}
