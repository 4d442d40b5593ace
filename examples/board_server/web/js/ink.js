// ink.js - from pointer samples to points, and from points to the outline that is painted.
//
// 1. InkFilter drops samples nearer than a pixel to the one before.
// 2. traceStroke smooths the points (quadratic curves through the midpoints, so that a
//    growing stroke never moves what is already drawn) and writes a path into a sink.
// 3. A sink is anything with moveTo, lineTo, quadraticCurveTo, arc and closePath: a Path2D
//    on the screen, an SvgPath in an export.
//
// A stroke whose pressure never changes is one centre line, to be stroked with its width.
// One drawn with a pen is a ribbon, to be filled (nonzero).

import { makePoint } from './protocol.js';

/** Samples nearer than this to the last one kept are dropped, in CSS pixels. */
export const FILTER_PIXELS = 1;

/** Samples along a ribbon are at most this far apart, in board units. */
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

/** The width a point is painted with, as a share of the stroke's width. */
export function pressureScale(pressure) {
  return 0.35 + 1.3 * pressure;
}

/** Whether all points have the same pressure, so that a centre line is enough. */
export function isUniform(points) {
  const pressure = points[0]?.[2] ?? 0.5;
  return points.every((point) => Math.abs((point[2] ?? 0.5) - pressure) < 1 / 512);
}

/**
 * How a stroke is painted: `{filled, lineWidth}`. A highlighter, and every stroke without
 * changes of pressure, is a stroked line; any other is a filled ribbon.
 */
export function strokeStyle({ tool, width, points }) {
  if (tool === 'highlighter') return { filled: false, lineWidth: width };
  if (!isUniform(points)) return { filled: true, lineWidth: 0 };
  return { filled: false, lineWidth: width * pressureScale(points[0]?.[2] ?? 0.5) };
}

/** Writes the stroke's path into `sink` and returns its style. */
export function traceStroke(stroke, sink) {
  const style = strokeStyle(stroke);
  if (style.filled) traceRibbon(stroke, sink);
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
 * Samples `[x, y, radius]` along the smoothed curve, at most `gap` apart and close enough
 * that its bends look round.
 */
export function sampleCurve({ points, width }, gap = GAP_UNITS) {
  const radius = (point) => (width * pressureScale(point[2] ?? 0.5)) / 2;
  const samples = [];
  const push = (x, y, r) => {
    const last = samples[samples.length - 1];
    if (!last || Math.hypot(x - last[0], y - last[1]) > 1e-3) samples.push([x, y, r]);
  };
  if (points.length === 0) return samples;
  push(points[0][0], points[0][1], radius(points[0]));
  const step = Math.min(gap, Math.max(1, width / 2));
  let from = [points[0][0], points[0][1], radius(points[0])];
  for (let i = 1; i < points.length; i += 1) {
    const via = points[i];
    const viaRadius = radius(via);
    const next = points[i + 1];
    const to = next
      ? [(via[0] + next[0]) / 2, (via[1] + next[1]) / 2, (viaRadius + radius(next)) / 2]
      : [via[0], via[1], viaRadius];
    // A quadratic curve moves at most twice as fast as its longer leg is long.
    const leg = Math.max(
      Math.hypot(via[0] - from[0], via[1] - from[1]),
      Math.hypot(to[0] - via[0], to[1] - via[1]),
    );
    const parts = Math.max(1, Math.ceil((2 * leg) / step));
    for (let part = 1; part <= parts; part += 1) {
      const t = part / parts;
      const a = (1 - t) * (1 - t);
      const b = 2 * t * (1 - t);
      const c = t * t;
      push(
        a * from[0] + b * via[0] + c * to[0],
        a * from[1] + b * via[1] + c * to[1],
        a * from[2] + b * viaRadius + c * to[2],
      );
    }
    from = to;
  }
  return samples;
}

/**
 * The ribbon of a stroke with pressure: between each two samples a quadrilateral, all wound
 * the same way, and a disc at both ends and wherever the quadrilaterals could not share an
 * edge without folding over. Filled nonzero it has no holes and no seams.
 */
function traceRibbon(stroke, sink) {
  const samples = sampleCurve(stroke);
  if (samples.length === 0) return;
  disc(sink, samples[0]);
  const normals = segmentNormals(samples);
  const joints = samples.map((sample, i) => sharedNormal(samples, normals, i));
  for (let i = 0; i + 1 < samples.length; i += 1) {
    const own = normals[i];
    quadrilateral(sink, samples[i], joints[i] ?? own, samples[i + 1], joints[i + 1] ?? own);
    if (!joints[i + 1]) disc(sink, samples[i + 1]);
  }
}

function segmentNormals(samples) {
  const normals = [];
  for (let i = 0; i + 1 < samples.length; i += 1) {
    const dx = samples[i + 1][0] - samples[i][0];
    const dy = samples[i + 1][1] - samples[i][1];
    const length = Math.hypot(dx, dy);
    normals.push([-dy / length, dx / length, length]);
  }
  return normals;
}

/** The normal both neighbours may use at sample i; null at the ends and at sharp turns. */
function sharedNormal(samples, normals, i) {
  const before = normals[i - 1];
  const after = normals[i];
  if (!before || !after) return null;
  const cosine = before[0] * after[0] + before[1] * after[1];
  const turn = Math.acos(Math.min(1, Math.max(-1, cosine)));
  if (turn > 0.5 || turn * samples[i][2] > 0.7 * Math.min(before[2], after[2])) return null;
  const x = before[0] + after[0];
  const y = before[1] + after[1];
  const length = Math.hypot(x, y);
  return [x / length, y / length];
}

function quadrilateral(sink, [ax, ay, ar], [anx, any], [bx, by, br], [bnx, bny]) {
  sink.moveTo(ax - anx * ar, ay - any * ar);
  sink.lineTo(bx - bnx * br, by - bny * br);
  sink.lineTo(bx + bnx * br, by + bny * br);
  sink.lineTo(ax + anx * ar, ay + any * ar);
  sink.closePath();
}

function disc(sink, [x, y, r]) {
  sink.moveTo(x + r, y);
  sink.arc(x, y, r, 0, Math.PI * 2);
  sink.closePath();
}

/** A sink that writes the `d` of an SVG path. `arc` only takes whole circles. */
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
  arc(x, y, r) {
    const width = short(2 * r);
    this.#parts.push(
      `a${short(r)} ${short(r)} 0 1 1 -${width} 0a${short(r)} ${short(r)} 0 1 1 ${width} 0`,
    );
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
