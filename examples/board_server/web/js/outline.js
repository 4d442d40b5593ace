// outline.js - the polygon that a stroke of varying width covers.
//
// The same as include/collab/ink/outline.hpp, with widths by pressure. Lines between points
// stay straight: a stroke that should look round is sampled first, see ink.js.

/** How far a corner's polygon may lie inside of its circle, in board units. */
export const TOLERANCE = 0.02;

/** Most corners that a full circle is drawn with, whatever the tolerance. */
export const CORNERS_PER_CIRCLE_MAX = 64;

/** The width a point is painted with, as a share of the stroke's width. */
export function pressureScale(pressure) {
  return 0.35 + 1.3 * pressure;
}

/** The corners `[x, y]` of the outline of points `[x, y, pressure]`; see `traceOutline`. */
export function outlineOf({ points, width }, options) {
  const corners = [];
  const add = (x, y) => corners.push([x, y]);
  const discs = points.map(([x, y, pressure = 0.5]) => [
    x,
    y,
    (width * pressureScale(pressure)) / 2,
  ]);
  traceOutline(discs, { moveTo: add, lineTo: add, closePath() {} }, options);
  return corners;
}

/**
 * Writes the outline of `discs`, each `[x, y, radius]`, into `sink` as one closed polygon. It
 * covers every disc, and between neighbours all that lies between their common tangents:
 * round caps, round joins, and no place left out in however sharp a turn. It may overlap
 * itself, always turning the same way: to be filled nonzero, never even-odd.
 *
 * Discs at one place in a row are one, as wide as the widest. One disc is a circle; none
 * writes nothing. Up to 4 corners for each disc and those of the joins and caps.
 */
export function traceOutline(discs, sink, options = {}) {
  const { tolerance = TOLERANCE, cornersMax = CORNERS_PER_CIRCLE_MAX } = options;
  const places = apart(discs);
  if (places.length === 0) return;
  const pen = new Corners(sink, tolerance, cornersMax);
  const last = places.length - 1;
  if (last === 0) {
    pen.arc(places[0], 0, -2 * Math.PI);
    pen.close();
    return;
  }
  const lines = [];
  for (let i = 0; i < last; i += 1) lines.push(lineBetween(places[i], places[i + 1]));
  // Along the left side, around the end, back along the right side, around the beginning.
  for (let i = 1; i <= last; i += 1) {
    const { heading, tilt } = lines[i - 1];
    pen.put(places[i - 1], heading + tilt);
    pen.put(places[i], heading + tilt);
    if (i < last) {
      const turn = turned(lines[i - 1], lines[i]);
      pen.join(places[i], heading + tilt, turn + lines[i].tilt - tilt);
    }
  }
  const end = lines[last - 1];
  pen.arc(places[last], end.heading + end.tilt, -2 * end.tilt);
  for (let i = last - 1; i >= 0; i -= 1) {
    const { heading, tilt } = lines[i];
    pen.put(places[i + 1], heading - tilt);
    pen.put(places[i], heading - tilt);
    if (i > 0) {
      const turn = turned(lines[i - 1], lines[i]);
      pen.join(places[i], heading - tilt, -(turn - tilt + lines[i - 1].tilt));
    }
  }
  const [start] = lines;
  pen.arc(places[0], start.heading - start.tilt, -2 * (Math.PI - start.tilt));
  pen.close();
}

/** The discs without those that lie where the one before does. */
function apart(discs) {
  const places = [];
  for (const disc of discs) {
    const last = places[places.length - 1];
    if (!last || disc[0] !== last[0] || disc[1] !== last[1]) places.push(disc);
    else if (disc[2] > last[2]) places[places.length - 1] = disc;
  }
  return places;
}

/**
 * From one disc to the next: the direction, and the angle from it to where the tangent on the
 * left touches both; a quarter turn if they are of one size, 0 or pi if one contains the other.
 */
function lineBetween([x, y, radius], [toX, toY, toRadius]) {
  const share = (radius - toRadius) / Math.hypot(toX - x, toY - y);
  return {
    heading: Math.atan2(toY - y, toX - x),
    tilt: Math.acos(Math.min(1, Math.max(-1, share))),
  };
}

/** The angle between two lines, -pi to pi, positive if they turn from x towards y. */
function turned(from, to) {
  const angle = to.heading - from.heading;
  if (angle > Math.PI) return angle - 2 * Math.PI;
  return angle < -Math.PI ? angle + 2 * Math.PI : angle;
}

/** Writes corners into a sink. */
class Corners {
  #sink;
  #tolerance;
  #sideMin;
  #hasBegun = false;

  constructor(sink, tolerance, cornersMax) {
    this.#sink = sink;
    this.#tolerance = tolerance;
    this.#sideMin = (2 * Math.PI) / cornersMax;
  }

  /** The corner at this angle of the disc. */
  put([x, y, radius], angle) {
    this.#corner(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }

  /**
   * Around the outside of a turn, or through the middle on the inside, where both lines' areas
   * overlap: so every part is passed in the same sense, and the areas add up.
   */
  join(disc, angle, sweep) {
    if (sweep < 0) this.arc(disc, angle, sweep);
    else if (sweep > 0) this.#corner(disc[0], disc[1]);
  }

  /** The corners strictly between the two ends of an arc, and the first of a full circle. */
  arc(disc, angle, sweep) {
    const flat = 1 - this.#tolerance / Math.max(disc[2], 1e-9);
    // The most that one side may turn: its middle lies radius * (1 - cos(turn / 2)) inside.
    const widest = flat > 0 ? 2 * Math.acos(flat) : Math.PI;
    const side = Math.min(Math.PI / 4, Math.max(this.#sideMin, widest));
    const sides = Math.ceil(-sweep / side - 1e-9);
    const isCircle = sweep <= -2 * Math.PI;
    for (let i = isCircle ? 0 : 1; i < sides; i += 1) this.put(disc, angle + sweep * (i / sides));
  }

  close() {
    if (this.#hasBegun) this.#sink.closePath();
  }

  #corner(x, y) {
    if (this.#hasBegun) this.#sink.lineTo(x, y);
    else this.#sink.moveTo(x, y);
    this.#hasBegun = true;
  }
}
