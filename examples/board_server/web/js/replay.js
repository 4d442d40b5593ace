// replay.js - the board as it was: which moment is looked at, and fetching it. No DOM.
//
// Moments are operations: 0 is the empty board, the last one the present. One snapshot is
// fetched at a time, always that of the moment wanted last, so a slow line shows fewer moments
// instead of falling behind.

import { withDefaults, compareElements } from './board.js';

/** What is kept of moments that were looked at, in elements of all together. */
const KEPT_ELEMENTS_MAX = 60_000;
const TICK_MS = 100;

/** How fast: operations in a second; `all` takes 20 seconds for everything. */
export const SPEEDS = [
  ['4', 'Slow', () => 4],
  ['16', 'Normal', () => 16],
  ['64', 'Fast', () => 64],
  ['all', 'All in 20 s', (last) => Math.max(1, last / 20)],
];

/** Events: `change`, after which everything may be another; `failed` with a sentence. */
export class Replay extends EventTarget {
  isOpen = false;
  isPlaying = false;
  /** The moment that is wanted, and the last there is. */
  seq = 0;
  last = 0;
  /** What is shown, lowest first; null before the first moment came. */
  elements = null;
  speed = '16';
  #fetch;
  #lastOf;
  #environment;
  #shown = null;
  #isFetching = false;
  #position = 0;
  #timer = null;
  #round = 0;
  /** By moment, the one looked at last is the last. */
  #kept = new Map();

  /**
   * `fetchMoment(seq)` resolves to `{seq, elements}`, `lastOf()` is the present, `environment`
   * has `setTimeout` and `clearTimeout`.
   */
  constructor({ fetchMoment, lastOf, environment = globalThis }) {
    super();
    this.#fetch = fetchMoment;
    this.#lastOf = lastOf;
    this.#environment = environment;
  }

  /** Looks at a moment; without one, at the present. */
  open(seq = this.#lastOf()) {
    this.isOpen = true;
    this.#kept.clear();
    this.#shown = null;
    this.seek(seq);
  }

  /** Back to the present. */
  close() {
    if (!this.isOpen) return;
    this.pause();
    this.isOpen = false;
    this.elements = null;
    this.#round += 1;
    this.#kept.clear();
    this.#changed();
  }

  /** Looks at another moment. */
  seek(seq) {
    this.last = this.#lastOf();
    this.seq = Math.min(this.last, Math.max(0, Math.round(seq)));
    this.#position = this.seq;
    this.#show();
  }

  /** Goes on from here, or from the beginning when this is the present. */
  play() {
    if (this.isPlaying || !this.isOpen) return;
    if (this.seq >= this.#lastOf()) this.seek(0);
    this.isPlaying = true;
    this.#tick();
    this.#changed();
  }

  pause() {
    if (!this.isPlaying) return;
    this.isPlaying = false;
    this.#environment.clearTimeout(this.#timer);
    this.#changed();
  }

  #tick() {
    this.#timer = this.#environment.setTimeout(() => {
      this.last = this.#lastOf();
      const [, , rate] = SPEEDS.find(([name]) => name === this.speed);
      this.#position = Math.min(this.last, this.#position + (rate(this.last) * TICK_MS) / 1000);
      // Tenths add up to a little less than they should.
      this.seq = Math.floor(this.#position + 1e-6);
      if (this.seq >= this.last) this.isPlaying = false;
      else this.#tick();
      this.#show();
    }, TICK_MS);
  }

  #show() {
    const kept = this.#kept.get(this.seq);
    if (kept) {
      this.#kept.delete(this.seq);
      this.#kept.set(this.seq, kept);
      this.#shown = this.seq;
      this.elements = kept;
    } else if (this.#shown !== this.seq) {
      this.#fetchWanted();
    }
    this.#changed();
  }

  async #fetchWanted() {
    if (this.#isFetching) return;
    this.#isFetching = true;
    const wanted = this.seq;
    const round = this.#round;
    let moment;
    try {
      moment = await this.#fetch(wanted);
      if (moment.seq !== wanted) throw new Error(`moment ${moment.seq} came for ${wanted}`);
    } catch (error) {
      this.#isFetching = false;
      if (round === this.#round) this.#fail(error);
      else if (this.isOpen) this.#show();
      return;
    }
    this.#isFetching = false;
    if (round === this.#round) {
      this.#keep(wanted, moment.elements.map(withDefaults).sort(compareElements));
      this.#shown = wanted;
      this.elements = this.#kept.get(wanted);
    }
    if (this.isOpen) this.#show();
  }

  #keep(seq, elements) {
    this.#kept.set(seq, elements);
    let count = 0;
    for (const each of this.#kept.values()) count += each.length;
    for (const [oldest, each] of this.#kept) {
      if (count <= KEPT_ELEMENTS_MAX || oldest === seq) break;
      this.#kept.delete(oldest);
      count -= each.length;
    }
  }

  #fail(error) {
    console.warn(`The past of the board can't be shown: ${error.message}`);
    this.close();
    const event = new Event('failed');
    this.dispatchEvent(Object.assign(event, { detail: 'The past can’t be shown now.' }));
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/** Fetches moments of a room from the host that served the page. */
export function momentsOf(room) {
  return async (seq) => {
    const answer = await fetch(`v1/rooms/${encodeURIComponent(room)}/snapshot.json?seq=${seq}`);
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    return answer.json();
  };
}
