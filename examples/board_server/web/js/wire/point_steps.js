// point_steps.js - points as whole steps of their grid, and the first byte of the point format.
//
// A point is `[x, y, pressure, t]` outside and `{x, y, pressure, t}` in whole steps inside of
// the two codecs, live_points.js and packed_points.js. docs/ink-format.md has every byte.

const VERSION = 1;
const COORDINATE_MAX = 1_000_000;
const STEPS = [16, 64, 1];

/** Steps to the board unit of the grid that this page writes. */
export const GRID_STEPS = 16;
export const PRESSURE_STEPS = 1024;
export const PRESSURE_MIDDLE = 512;

/** The first byte of points on the grid of 1/16. */
export function formatByte(isPacked) {
  return (VERSION << 4) | (isPacked ? 4 : 0);
}

/** Steps to the unit that a first byte tells; RangeError for another format or mode. */
export function stepsOf(byte, isPacked) {
  const steps = STEPS[byte & 3];
  if (byte >> 4 !== VERSION || (byte & 8) !== 0 || steps === undefined)
    throw new RangeError(`${byte} begins no points of version ${VERSION}`);
  if (((byte & 4) !== 0) !== isPacked)
    throw new RangeError(`${byte} begins ${isPacked ? 'live' : 'packed'} points`);
  return steps;
}

/** The greatest magnitude of a coordinate on a grid, in steps. */
export function limitOf(steps) {
  return COORDINATE_MAX * steps;
}

/**
 * A point, rounded to the grid of 1/16, in whole steps. Pressure and time may be missing.
 * RangeError when a value is not in its range.
 */
export function toSteps([x, y, pressure = 0.5, t = 0]) {
  const isGood =
    Math.abs(x) <= COORDINATE_MAX &&
    Math.abs(y) <= COORDINATE_MAX &&
    pressure >= 0 &&
    pressure <= 1 &&
    t >= 0 &&
    t <= 0xffffffff;
  if (!isGood) throw new RangeError(`[${x}, ${y}, ${pressure}, ${t}] is no point`);
  return {
    x: Math.floor(GRID_STEPS * x + 0.5) | 0,
    y: Math.floor(GRID_STEPS * y + 0.5) | 0,
    pressure: Math.floor(PRESSURE_STEPS * pressure + 0.5),
    t: Math.floor(t),
  };
}

/** The point that these steps name; a 32-bit float holds it exactly, or it is the nearest. */
export function fromSteps(x, y, pressure, t, steps) {
  return [Math.fround(x / steps), Math.fround(y / steps), pressure / PRESSURE_STEPS, t];
}

/** fold and its inverse on int32. */
export function foldInt(value) {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}
export function unfoldInt(value) {
  return (value >>> 1) ^ -(value & 1);
}
