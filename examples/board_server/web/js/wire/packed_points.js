// packed_points.js - the points of a finished stroke in as few bits as they need: the packed
// mode of docs/ink-format.md. Points of a stroke that is still drawn: live_points.js.

import { BitReader, BitWriter, golombBits } from './bit_stream.js';
import { ByteReader } from './byte_reader.js';
import { ByteWriter } from './byte_writer.js';
import {
  GRID_STEPS,
  PRESSURE_MIDDLE,
  PRESSURE_STEPS,
  foldInt,
  formatByte,
  fromSteps,
  limitOf,
  stepsOf,
  toSteps,
  unfoldInt,
} from './point_steps.js';

const BLOCK_POINTS = 128;
const ORDER_MAX = 15;
const SHIFT_MAX = 7;
const START_ORDER = 12;
const STEP_ORDER = 3;
const PRESSURE = { middle: 0, constant: 1, coded: 2 };

/** The bytes of `points`, rounded to 1/16. RangeError when a value is not in its range. */
export function encodePacked(points) {
  const out = new ByteWriter();
  out.byte(formatByte(true));
  out.varint(points.length);
  for (let from = 0; from < points.length; from += BLOCK_POINTS) {
    const block = encodeBlock(points.slice(from, from + BLOCK_POINTS).map(toSteps));
    const isLast = from + BLOCK_POINTS >= points.length;
    if (!isLast) {
      out.byte(block.length & 255);
      out.byte(block.length >> 8);
    }
    out.bytes(block);
  }
  return out.written();
}

/** The points of `bytes`, all of which must belong to them. RangeError when damaged. */
export function decodePacked(bytes) {
  const head = new ByteReader(bytes);
  const steps = stepsOf(head.byte(), true);
  const count = head.varint();
  // No point takes less than two bits.
  if (count > 4 * head.left) head.refuse(`${count} points in ${head.left} bytes`);
  const reader = new BitReader(bytes);
  const points = [];
  let at = head.at;
  while (points.length < count) {
    const size = Math.min(count - points.length, BLOCK_POINTS);
    let length = null;
    if (points.length + size < count) {
      length = bytes[at] | (bytes[at + 1] << 8);
      at += 2;
    }
    reader.seek(at);
    decodeBlock(reader, size, steps, points);
    const end = reader.position / 8;
    if (length !== null && end !== at + length) throw damaged(`its length is ${length}`, at);
    at = end;
  }
  if (at !== bytes.length) throw damaged(`${bytes.length - at} bytes are too many`, at);
  return points;
}

function damaged(what, at) {
  return new RangeError(`byte ${at} of packed points: ${what}`);
}

// ---- Writing a block

/** The order that codes `values` in the fewest bits, and these. */
function chooseOrder(values) {
  let best = { order: 0, bits: golombBits(values, 0) };
  for (let order = 1; order <= ORDER_MAX; order += 1) {
    const bits = golombBits(values, order);
    if (bits < best.bits) best = { order, bits };
  }
  return best;
}

/** How one axis is coded: `{start, shift, isSecond, order, residuals}`. */
function planAxis(values) {
  const [start] = values;
  let any = 0;
  for (let i = 1; i < values.length; i += 1) any |= values[i] - values[i - 1];
  const low = (any || start) | (1 << SHIFT_MAX);
  const shift = 31 - Math.clz32(low & -low);
  const first = [];
  const second = [];
  let before = 0;
  for (let i = 1; i < values.length; i += 1) {
    const step = (values[i] - values[i - 1]) >> shift;
    first.push(foldInt(step));
    second.push(foldInt(step - before));
    before = step;
  }
  const [one, two] = [chooseOrder(first), chooseOrder(second)];
  return two.bits <= one.bits
    ? { start, shift, isSecond: true, order: two.order, residuals: second }
    : { start, shift, isSecond: false, order: one.order, residuals: first };
}

/** Time is counted modulo 2^32, a step back is a negative one. */
function planTime(points) {
  const steps = points.slice(1).map(({ t }, i) => (t - points[i].t) | 0);
  const least = Math.min(...steps);
  const residuals = steps.map((step) => step - least);
  return { least, isSteady: residuals.every((each) => each === 0), residuals };
}

function planPressure(points) {
  const values = points.map(({ pressure }) => pressure);
  if (values.some((value) => value !== values[0])) {
    const residuals = values.slice(1).map((value, i) => foldInt(value - values[i]));
    return { mode: PRESSURE.coded, residuals };
  }
  return { mode: values[0] === PRESSURE_MIDDLE ? PRESSURE.middle : PRESSURE.constant };
}

function putStart(out, { start, shift }) {
  out.put(shift, 3);
  out.golomb(foldInt(start >> shift), START_ORDER);
  if (shift === 0) return;
  const rest = start & ((1 << shift) - 1);
  out.put(rest === 0 ? 0 : 1, 1);
  if (rest !== 0) out.put(rest, shift);
}

function encodeBlock(points) {
  const out = new BitWriter();
  const axes = [planAxis(points.map(({ x }) => x)), planAxis(points.map(({ y }) => y))];
  const pressure = planPressure(points);
  for (const axis of axes) putStart(out, axis);
  out.golomb(points[0].t, 0);
  out.put(pressure.mode, 2);
  if (pressure.mode !== PRESSURE.middle) out.put(points[0].pressure, 11);
  if (points.length === 1) return out.finish();
  for (const { isSecond, order } of axes) {
    out.put(isSecond ? 1 : 0, 1);
    out.put(order, 4);
  }
  const time = planTime(points);
  out.put(time.isSteady ? 1 : 0, 1);
  out.golomb(foldInt(time.least), STEP_ORDER);
  const columns = axes.map(({ residuals, order }) => ({ residuals, order }));
  for (const { residuals } of [time.isSteady ? {} : time, pressure]) {
    if (!residuals) continue;
    const { order } = chooseOrder(residuals);
    out.put(order, 4);
    columns.push({ residuals, order });
  }
  for (let i = 0; i + 1 < points.length; i += 1) {
    for (const { residuals, order } of columns) out.golomb(residuals[i], order);
  }
  return out.finish();
}

// ---- Reading a block

/** One axis while it is decoded, in units of 2^shift steps. */
class Axis {
  #at;
  #step = 0;
  #shift;
  #rest = 0;
  #isSecond = false;
  #order = 0;
  #low;
  #span;

  constructor(bits, limit) {
    this.#shift = bits.take(3);
    this.#at = unfoldInt(bits.golomb(START_ORDER));
    if (this.#shift > 0 && bits.take(1) !== 0) this.#rest = bits.take(this.#shift);
    this.#low = (limit + this.#rest) >> this.#shift;
    this.#span = this.#low + ((limit - this.#rest) >> this.#shift);
  }

  readPlan(bits) {
    this.#isSecond = bits.take(1) !== 0;
    this.#order = bits.take(4);
  }

  advance(bits) {
    const residual = unfoldInt(bits.golomb(this.#order));
    this.#step = this.#isSecond ? (this.#step + residual) | 0 : residual;
    this.#at = (this.#at + this.#step) | 0;
  }

  /** In steps; RangeError outside of the board. */
  get value() {
    if ((this.#at + this.#low) >>> 0 > this.#span)
      throw new RangeError('a coordinate is too large');
    return (this.#at << this.#shift) | this.#rest;
  }
}

function checkedPressure(value) {
  if (value < 0 || value > PRESSURE_STEPS) throw new RangeError(`a pressure of ${value}`);
  return value;
}

/** Adds the points of the block that `bits` stands at to `points`. */
function decodeBlock(bits, count, steps, points) {
  const x = new Axis(bits, limitOf(steps));
  const y = new Axis(bits, limitOf(steps));
  let t = bits.golomb(0);
  const mode = bits.take(2);
  if (mode > PRESSURE.coded) throw new RangeError('no such way to code pressure');
  let pressure = checkedPressure(mode === PRESSURE.middle ? PRESSURE_MIDDLE : bits.take(11));
  points.push(fromSteps(x.value, y.value, pressure, t, steps));
  if (count > 1) {
    x.readPlan(bits);
    y.readPlan(bits);
    const isSteady = bits.take(1) !== 0;
    const least = unfoldInt(bits.golomb(STEP_ORDER));
    const timeOrder = isSteady ? 0 : bits.take(4);
    const isCoded = mode === PRESSURE.coded;
    const pressureOrder = isCoded ? bits.take(4) : 0;
    for (let i = 1; i < count; i += 1) {
      x.advance(bits);
      y.advance(bits);
      t = (t + least + (isSteady ? 0 : bits.golomb(timeOrder))) >>> 0;
      if (isCoded)
        pressure = checkedPressure((pressure + unfoldInt(bits.golomb(pressureOrder))) | 0);
      points.push(fromSteps(x.value, y.value, pressure, t, steps));
    }
  }
  if (!bits.align()) throw new RangeError('a block is not filled up with zeros');
  if (bits.isPastEnd) throw new RangeError('a block is cut off');
}
