// growing_stroke.js - a stroke that somebody else is drawing, as far as its live points need it.

import { LiveRun } from './live_points.js';

/** Knows how many points there are, and the last ones: what the next are told from. */
export class GrowingStroke {
  #count = 0;
  /** The last points in a row, at most two. */
  #tail = [];

  constructor(id, userId, points) {
    this.id = id;
    this.userId = userId;
    this.#add(0, points);
  }

  /** The points of a run from its beginning, the first of which is the stroke's point `from`. */
  begin(from, bytes) {
    const points = new LiveRun().decode(bytes);
    this.#add(from, points);
    return points;
  }

  /** The points that go on at `from`; null when those before them did not come here. */
  goOn(from, bytes) {
    if (from !== this.#count || this.#tail.length < Math.min(2, from)) return null;
    const points = LiveRun.after(this.#tail).decode(bytes);
    this.#add(from, points);
    return points;
  }

  #add(from, points) {
    if (from !== this.#count) this.#tail = [];
    this.#tail = [...this.#tail, ...points.slice(-2)].slice(-2);
    this.#count = from + points.length;
  }
}
