// ink.js - from pointer samples to points, and from points to the path that is painted.
//
// 1. InkFilter drops samples nearer than a pixel to the one before.
// 2. traceStroke smooths the points (quadratic curves through the midpoints, so that a
//    growing stroke never moves what is already drawn) and writes a path into a sink.
// 3. A sink is anything with moveTo, lineTo, quadraticCurveTo and closePath: a Path2D on the
//    screen, an SvgPath in an export.
//
// A stroke whose pressure never changes is one centre line, to be stroked with its width.
// One drawn with a pen is an outline, see outline.js, to be filled (nonzero). A stroke that
// still grows is traced piece by piece by growing_ink.js.

import { pressureScale, traceOutline } from './outline.js';
import { makePoint } from './protocol.js';

/** Samples nearer than this to the last one kept are dropped, in CSS pixels. */
export const FILTER_PIXELS = 1;

/** Samples along a smoothed curve are at most this far apart, in board units. */
export const GAP_UNITS = 8;

/** Keeps the samples of one stroke that are worth keeping, as points of the wire. */
export class InkFilter {
  #last = null;
  #began;

  /** `began` is the time of the first sample, in milliseconds. */
  constructor(began) {
    this.#began = began;
  }

  /**
   * The point to keep for this sample, or null. x, y in board units; `zoom` tells how many
   * pixels a unit is. `force` keeps the sample unless it is exactly the last point: the end
   * of a stroke is where the pen was lifted.
   */
  accept({ x, y, pressure, time, zoom, force = false }) {
    const point = makePoint(x, y, pressure, Math.max(0, time - this.#began));
    const last = this.#last;
    if (last) {
      const distance = Math.hypot(point[0] - last[0], point[1] - last[1]);
      if (distance === 0 || (!force && distance * zoom < FILTER_PIXELS)) return null;
    }
    this.#last = point;
    return point;
  }
}

/** Whether all points have the same pressure, so that a centre line is enough. */
export function isUniform(points) {
  const pressure = points[0]?.[2] ?? 0.5;
  return points.every((point) => Math.abs((point[2] ?? 0.5) - pressure) < 1 / 512);
}

/**
 * How a stroke is painted: `{filled, lineWidth}`. A highlighter, and every stroke without
 * changes of pressure, is a stroked line; any other is a filled outline. `uniform` tells
 * whether the points have one pressure, where that is known.
 */
export function strokeStyle({ tool, width, points }, uniform = isUniform(points)) {
  if (tool === 'highlighter') return { filled: false, lineWidth: width };
  if (!uniform) return { filled: true, lineWidth: 0 };
  return { filled: false, lineWidth: width * pressureScale(points[0]?.[2] ?? 0.5) };
}

/** Writes the stroke's path into `sink` and returns its style. */
export function traceStroke(stroke, sink) {
  const style = strokeStyle(stroke);
  if (style.filled) traceOutline(sampleCurve(stroke), sink);
  else traceLine(stroke.points, sink);
  return style;
}

/** The smoothed centre line. A single point becomes a line of no length: a dot when stroked. */
export function traceLine(points, sink) {
  if (points.length === 0) return;
  const [first] = points;
  sink.moveTo(first[0], first[1]);
  if (points.length === 1) {
    sink.lineTo(first[0] + 0.01, first[1]);
    return;
  }
  for (let i = 1; i + 1 < points.length; i += 1) {
    const [x, y] = points[i];
    const next = points[i + 1];
    sink.quadraticCurveTo(x, y, (x + next[0]) / 2, (y + next[1]) / 2);
  }
  const last = points[points.length - 1];
  sink.lineTo(last[0], last[1]);
}

/**
 * The smoothed curve of a stroke as samples `[x, y, radius]`, at most `gap` apart and close
 * enough that its bends look round. The stroke may grow between the calls.
 */
export class CurveSampler {
  /** The samples that further points will not change. */
  settled = [];
  #width;
  #step;
  #from = null;
  #next = 1;

  constructor(width, gap = GAP_UNITS) {
    this.#width = width;
    this.#step = Math.min(gap, Math.max(1, width / 2));
  }

  /** Samples the curve as far as `points` settle it: to the middle before the last one. */
  extend(points) {
    if (points.length === 0) return;
    if (!this.#from) {
      this.#from = this.#sample(points[0]);
      this.settled.push(this.#from);
    }
    for (; this.#next + 1 < points.length; this.#next += 1) {
      const via = this.#sample(points[this.#next]);
      const after = this.#sample(points[this.#next + 1]);
      const to = [0, 1, 2].map((i) => (via[i] + after[i]) / 2);
      this.#curve(this.#from, via, to, this.settled);
      this.#from = to;
    }
  }

  /** The samples from the settled ones to the last point, after `extend(points)`. */
  tail(points) {
    const samples = [];
    if (points.length > 1) {
      const last = this.#sample(points[points.length - 1]);
      this.#curve(this.#from, last, last, samples);
    }
    return samples;
  }

  #sample([x, y, pressure = 0.5]) {
    return [x, y, (this.#width * pressureScale(pressure)) / 2];
  }

  #curve(from, via, to, samples) {
    // A quadratic curve moves at most twice as fast as its longer leg is long.
    const leg = Math.max(distance(from, via), distance(via, to));
    const parts = Math.max(1, Math.ceil((2 * leg) / this.#step));
    for (let part = 1; part <= parts; part += 1) {
      const t = part / parts;
      const a = (1 - t) * (1 - t);
      const b = 2 * t * (1 - t);
      const c = t * t;
      const sample = [0, 1, 2].map((i) => a * from[i] + b * via[i] + c * to[i]);
      const last = samples[samples.length - 1] ?? from;
      if (distance(last, sample) > 1e-3) samples.push(sample);
    }
  }
}

function distance(a, b) {
  return Math.hypot(b[0] - a[0], b[1] - a[1]);
}

/** All samples of a stroke that does not grow. */
export function sampleCurve({ points, width }, gap = GAP_UNITS) {
  const sampler = new CurveSampler(width, gap);
  sampler.extend(points);
  return [...sampler.settled, ...sampler.tail(points)];
}

/** A sink that writes the `d` of an SVG path. */
export class SvgPath {
  #parts = [];

  moveTo(x, y) {
    this.#parts.push(`M${short(x)} ${short(y)}`);
  }
  lineTo(x, y) {
    this.#parts.push(`L${short(x)} ${short(y)}`);
  }
  quadraticCurveTo(cx, cy, x, y) {
    this.#parts.push(`Q${short(cx)} ${short(cy)} ${short(x)} ${short(y)}`);
  }
  closePath() {
    this.#parts.push('Z');
  }
  toString() {
    return this.#parts.join('');
  }
}

function short(value) {
  return String(Math.round(value * 100) / 100);
}
