// live_points.js - the points of a stroke while it is drawn: the live mode of
// docs/ink-format.md. A finished stroke goes by packed_points.js.

import { BitReader, BitWriter } from './bit_stream.js';
import {
  GRID_STEPS,
  PRESSURE_MIDDLE,
  formatByte,
  fromSteps,
  stepsOf,
  toSteps,
} from './point_steps.js';

const GROUP_POINTS = 8;
const COORDINATE_MAX = 1_000_000;

/** By number: bytes of a row, whether whole pixels are counted, bits of dx and dy, dp, dt. */
const CLASSES = [
  [1, true, 1, 0, 6],
  [1, true, 2, 0, 4],
  [1, false, 2, 0, 4],
  [2, true, 3, 0, 10],
  [2, true, 4, 0, 8],
  [2, true, 5, 0, 6],
  [2, true, 6, 0, 4],
  [2, false, 4, 0, 8],
  [2, false, 5, 0, 6],
  [2, false, 6, 0, 4],
  [2, false, 3, 6, 4],
  [2, false, 2, 8, 4],
  [2, true, 1, 10, 4],
  [3, true, 7, 0, 10],
  [3, true, 10, 0, 4],
  [3, false, 8, 0, 8],
  [3, false, 9, 0, 6],
  [3, false, 10, 0, 4],
  [3, true, 6, 6, 6],
  [3, true, 5, 8, 6],
  [3, true, 4, 10, 6],
  [3, true, 3, 12, 6],
  [3, false, 5, 6, 8],
  [3, false, 4, 12, 4],
  [4, true, 12, 0, 8],
  [4, false, 11, 0, 10],
  [4, false, 13, 0, 6],
  [4, true, 7, 12, 6],
  [5, false, 16, 0, 8],
  [6, false, 16, 10, 6],
  [7, false, 16, 12, 12],
  [16, false, 32, 32, 32],
].map(([bytes, isWhole, across, pressure, time]) => ({ bytes, isWhole, across, pressure, time }));

/** `bits` bits of two's complement as a number. */
function signExtended(value, bits) {
  return bits === 0 ? 0 : (value << (32 - bits)) >> (32 - bits);
}

/** How many bits of two's complement an int32 needs; 0 needs none. */
function bitsOfSigned(value) {
  return value === 0 ? 0 : 33 - Math.clz32(value < 0 ? ~value : value);
}

/**
 * One run of live points, either written or read. What follows depends on the last two
 * points alone, so a run can be taken up at any point of a stroke.
 */
export class LiveRun {
  #steps = GRID_STEPS;
  #count = 0;
  #x = 0;
  #y = 0;
  #pressure = PRESSURE_MIDDLE;
  #t = 0;
  #stepX = 0;
  #stepY = 0;

  /** The run that goes on after these points of a stroke, the last two of them or its only one. */
  static after(points) {
    const run = new LiveRun();
    for (const point of points.slice(-2)) {
      const { x, y, pressure, t } = toSteps(point);
      run.#moveTo(x, y);
      run.#pressure = pressure;
      run.#t = t;
    }
    return run;
  }

  /** How many points the run has so far. */
  get count() {
    return this.#count;
  }

  /**
   * The bytes that tell the next points. RangeError when one is not in its range; then the
   * run is spoilt.
   */
  encode(points) {
    const out = new BitWriter();
    if (points.length > 0 && this.#count === 0) out.put(formatByte(false), 8);
    for (let from = 0; from < points.length;) {
      const size = this.#count === 0 ? 1 : GROUP_POINTS;
      this.#encodeGroup(points.slice(from, from + size), out);
      from += size;
    }
    return Uint8Array.from(out.finish());
  }

  /** The points that `bytes` tell, whole groups. RangeError when damaged; then it is spoilt. */
  decode(bytes) {
    const points = [];
    if (bytes.length === 0) return points;
    const reader = new BitReader(bytes);
    if (this.#count === 0) this.#steps = stepsOf(reader.take(8), false);
    while (reader.position < 8 * bytes.length) this.#decodeGroup(reader, points);
    return points;
  }

  /** Makes `x`, `y` the last point. */
  #moveTo(x, y) {
    if (this.#count > 0) {
      this.#stepX = (x - this.#x) | 0;
      this.#stepY = (y - this.#y) | 0;
    }
    this.#x = x;
    this.#y = y;
    this.#count += 1;
  }

  #encodeGroup(points, out) {
    let [anyAcross, bitsAcross, bitsPressure, greatestTime] = [0, 0, 0, 0];
    const rows = points.map((point) => {
      const { x, y, pressure, t } = toSteps(point);
      const dx = (x - this.#x - this.#stepX) | 0;
      const dy = (y - this.#y - this.#stepY) | 0;
      const dp = pressure - this.#pressure;
      const dt = (t - this.#t) >>> 0;
      anyAcross |= dx | dy;
      bitsAcross = Math.max(bitsAcross, bitsOfSigned(dx), bitsOfSigned(dy));
      bitsPressure = Math.max(bitsPressure, bitsOfSigned(dp));
      greatestTime = Math.max(greatestTime, dt);
      this.#moveTo(x, y);
      this.#pressure = pressure;
      this.#t = t;
      return { dx, dy, dp, dt };
    });
    const shift = Math.log2(GRID_STEPS);
    const isWhole = (anyAcross & (GRID_STEPS - 1)) === 0;
    const number = CLASSES.findIndex(
      (each) =>
        (!each.isWhole || isWhole) &&
        bitsAcross <= each.across + (each.isWhole ? shift : 0) &&
        bitsPressure <= each.pressure &&
        greatestTime < 2 ** each.time,
    );
    const { isWhole: inPixels, across, pressure, time } = CLASSES[number];
    const cut = (value, bits) => (bits === 32 ? value >>> 0 : value & ((1 << bits) - 1));
    out.put((points.length - 1) | (number << 3), 8);
    for (const { dx, dy, dp, dt } of rows) {
      out.put(cut(inPixels ? dx >> shift : dx, across), across);
      out.put(cut(inPixels ? dy >> shift : dy, across), across);
      out.put(cut(dp, pressure), pressure);
      out.put(dt, time);
    }
  }

  #decodeGroup(reader, points) {
    const head = reader.take(8);
    const { isWhole, across, pressure, time } = CLASSES[head >> 3];
    const unit = isWhole ? this.#steps : 1;
    for (let left = (head & 7) + 1; left > 0; left -= 1) {
      const dx = Math.imul(signExtended(reader.take(across), across), unit);
      const dy = Math.imul(signExtended(reader.take(across), across), unit);
      this.#pressure = (this.#pressure + signExtended(reader.take(pressure), pressure)) | 0;
      this.#t = (this.#t + reader.take(time)) >>> 0;
      this.#moveTo((this.#x + this.#stepX + dx) | 0, (this.#y + this.#stepY + dy) | 0);
      const point = fromSteps(this.#x, this.#y, this.#pressure, this.#t, this.#steps);
      if (reader.isPastEnd) throw new RangeError('a group of live points is cut off');
      if (!isOnBoard(point)) throw new RangeError(`live points lead to [${point}]`);
      points.push(point);
    }
  }
}

function isOnBoard([x, y, pressure]) {
  return (
    Math.abs(x) <= COORDINATE_MAX && Math.abs(y) <= COORDINATE_MAX && pressure >= 0 && pressure <= 1
  );
}
