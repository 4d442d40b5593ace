// growing_ink.js - the path of a stroke that still grows, at a cost that does not grow with it.
//
// What further points will not change is traced once and kept; each frame adds the rest.

import { CurveSampler, isUniform, strokeStyle } from './ink.js';
import { traceOutline } from './outline.js';

/** Samples that are outlined together once they are settled. */
const PIECE_SAMPLES = 64;

export class GrowingTrace {
  #makePath;
  #kept = null;

  /** `makePath(from)` makes an empty path, or a copy of `from`; paths are sinks, see ink.js. */
  constructor(makePath) {
    this.#makePath = makePath;
  }

  /**
   * The whole path of the stroke as it is now, and its style. The points of a stroke only
   * become more; whatever else changes has everything traced anew.
   */
  trace(stroke) {
    const { points, width, tool } = stroke;
    const uniform = this.#staysUniform(points);
    const style = strokeStyle(stroke, uniform);
    const isSame =
      this.#kept &&
      this.#kept.width === width &&
      this.#kept.tool === tool &&
      this.#kept.filled === style.filled &&
      this.#kept.seen <= points.length;
    if (!isSame) this.#kept = this.#begin(width, tool, style.filled);
    this.#kept.seen = points.length;
    this.#kept.uniform = uniform;
    const path = style.filled ? this.#outline(points) : this.#line(points);
    return { path, style };
  }

  #begin(width, tool, filled) {
    const finished = this.#makePath();
    const sampler = new CurveSampler(width);
    return { width, tool, filled, finished, sampler, traced: 0, seen: 0, uniform: true };
  }

  /** Whether all points have the same pressure; looks at new ones only. */
  #staysUniform(points) {
    if (!this.#kept || this.#kept.seen > points.length) return isUniform(points);
    if (!this.#kept.uniform) return false;
    return isUniform([...points.slice(0, 1), ...points.slice(this.#kept.seen)]);
  }

  /** The settled samples in finished pieces that overlap in one sample, and the rest. */
  #outline(points) {
    const kept = this.#kept;
    const { settled } = kept.sampler;
    kept.sampler.extend(points);
    while (settled.length - kept.traced > PIECE_SAMPLES) {
      traceOutline(settled.slice(kept.traced, kept.traced + PIECE_SAMPLES + 1), kept.finished);
      kept.traced += PIECE_SAMPLES;
    }
    const path = this.#makePath(kept.finished);
    traceOutline([...settled.slice(kept.traced), ...kept.sampler.tail(points)], path);
    return path;
  }

  /** The centre line to the middle before the last point, and on to that. */
  #line(points) {
    const kept = this.#kept;
    if (points.length === 0) return this.#makePath();
    if (kept.traced === 0) kept.finished.moveTo(points[0][0], points[0][1]);
    kept.traced = Math.max(1, kept.traced);
    let end = middle(points, kept.traced - 1);
    for (; kept.traced + 1 < points.length; kept.traced += 1) {
      const [x, y] = points[kept.traced];
      end = middle(points, kept.traced);
      kept.finished.quadraticCurveTo(x, y, end[0], end[1]);
    }
    const path = this.#makePath(kept.finished);
    const [x, y] = points[points.length - 1];
    path.moveTo(end[0], end[1]);
    path.lineTo(points.length === 1 ? x + 0.01 : x, y);
    return path;
  }
}

/** Where the curve that bends towards point `i` ends; the first point ends nothing but itself. */
function middle(points, i) {
  if (i === 0) return points[0];
  return [(points[i][0] + points[i + 1][0]) / 2, (points[i][1] + points[i + 1][1]) / 2];
}
