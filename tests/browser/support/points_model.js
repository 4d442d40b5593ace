// points_model.js - docs/ink-format.md in its plainest form: strings of bits and big integers.
//
// It shares nothing with the page. Where an encoder may choose, it chooses what `random`
// says, so that a decoder is tested with everything that it must take.

const reversed = (text) => [...text].reverse().join('');
/** The lowest `count` bits of `value`, lowest first. */
const bitsOf = (value, count) =>
  reversed(BigInt.asUintN(count, BigInt(value)).toString(2).padStart(count, '0')).slice(0, count);

function bytesOfBits(bits) {
  const bytes = [];
  for (let at = 0; at < bits.length; at += 8) {
    const part = bits.slice(at, at + 8).padEnd(8, '0');
    bytes.push(parseInt(reversed(part), 2));
  }
  return bytes;
}

const bitsOfBytes = (bytes) => [...bytes].map((byte) => bitsOf(byte, 8)).join('');

/** A number of bits taken from the front of a string of bits. */
class Bits {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  take(count) {
    const part = this.text.slice(this.at, this.at + count);
    if (part.length < count) throw new Error('the bits end too early');
    this.at += count;
    return part === '' ? 0n : BigInt(`0b${reversed(part)}`);
  }

  signed(count) {
    return count === 0 ? 0n : BigInt.asIntN(count, this.take(count));
  }

  golomb(order) {
    let zeros = 0;
    while (this.take(1) === 0n) zeros += 1;
    const below = zeros + order;
    return this.take(below) + (1n << BigInt(below)) - (1n << BigInt(order));
  }
}

const fold = (value) => (value >= 0n ? 2n * value : -2n * value - 1n);
const unfold = (value) => (value % 2n === 0n ? value / 2n : -(value + 1n) / 2n);
const stepsOf = (point) => [point[0] * 16, point[1] * 16, point[2] * 1024, point[3]].map(BigInt);
const pointOf = ([x, y, pressure, t]) => [
  Number(x) / 16,
  Number(y) / 16,
  Number(pressure) / 1024,
  Number(t),
];

function golombBits(value, order) {
  const u = value + (1n << BigInt(order));
  const below = u.toString(2).length - 1;
  return `${'0'.repeat(below - order)}1${bitsOf(u, below)}`;
}

function varintBytes(value) {
  const bytes = [];
  let rest = BigInt(value);
  for (; rest >= 128n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

// ---- Live

const CLASSES = `
  0 1 px 1 0 6 | 1 1 px 2 0 4 | 2 1 step 2 0 4 | 3 2 px 3 0 10 | 4 2 px 4 0 8 | 5 2 px 5 0 6
  6 2 px 6 0 4 | 7 2 step 4 0 8 | 8 2 step 5 0 6 | 9 2 step 6 0 4 | 10 2 step 3 6 4
  11 2 step 2 8 4 | 12 2 px 1 10 4 | 13 3 px 7 0 10 | 14 3 px 10 0 4 | 15 3 step 8 0 8
  16 3 step 9 0 6 | 17 3 step 10 0 4 | 18 3 px 6 6 6 | 19 3 px 5 8 6 | 20 3 px 4 10 6
  21 3 px 3 12 6 | 22 3 step 5 6 8 | 23 3 step 4 12 4 | 24 4 px 12 0 8 | 25 4 step 11 0 10
  26 4 step 13 0 6 | 27 4 px 7 12 6 | 28 5 step 16 0 8 | 29 6 step 16 10 6 | 30 7 step 16 12 12
  31 16 step 32 32 32`
  .trim()
  .split(/\s*[|\n]\s*/)
  .map((line) => line.split(' '))
  .map(([, bytes, unit, across, pressure, time]) => ({
    bytes: Number(bytes),
    unit: unit === 'px' ? 16n : 1n,
    across: Number(across),
    pressure: Number(pressure),
    time: Number(time),
  }));

const isIn = (value, bits) => (bits === 0 ? value === 0n : BigInt.asIntN(bits, value) === value);

/** What the next point of a run is told from: `points` are those before it in the run. */
function stateAfter(points) {
  const [last = [0n, 0n, 512n, 0n], before] = points.slice(-2).reverse().map(stepsOf);
  return { last, step: before ? [last[0] - before[0], last[1] - before[1]] : [0n, 0n] };
}

/** The bytes of `points`, told after those of `before`; with byte 0 if there are none. */
export function liveBytes(points, before, random) {
  const bytes = points.length > 0 && before.length === 0 ? [0x10] : [];
  const done = [...before];
  for (let at = 0; at < points.length;) {
    const size = Math.min(1 + random.below(8), points.length - at);
    const rows = points.slice(at, at + size).map((point) => {
      const { last, step } = stateAfter(done);
      const [x, y, pressure, t] = stepsOf(point);
      done.push(point);
      return {
        dx: BigInt.asIntN(32, x - last[0] - step[0]),
        dy: BigInt.asIntN(32, y - last[1] - step[1]),
        dp: pressure - last[2],
        dt: BigInt.asUintN(32, t - last[3]),
      };
    });
    const fitting = CLASSES.map((each, number) => ({ ...each, number })).filter((each) =>
      rows.every(
        ({ dx, dy, dp, dt }) =>
          dx % each.unit === 0n &&
          dy % each.unit === 0n &&
          isIn(dx / each.unit, each.across) &&
          isIn(dy / each.unit, each.across) &&
          isIn(dp, each.pressure) &&
          dt < 1n << BigInt(each.time),
      ),
    );
    const chosen = random.chance(50) ? fitting[0] : random.pick(fitting);
    bytes.push((size - 1) | (chosen.number << 3));
    for (const { dx, dy, dp, dt } of rows) {
      const row =
        bitsOf(BigInt.asUintN(chosen.across, dx / chosen.unit), chosen.across) +
        bitsOf(BigInt.asUintN(chosen.across, dy / chosen.unit), chosen.across) +
        bitsOf(BigInt.asUintN(chosen.pressure, dp), chosen.pressure) +
        bitsOf(dt, chosen.time);
      bytes.push(...bytesOfBits(row));
    }
    at += size;
  }
  return bytes;
}

/** The points that live bytes tell after those of `before`. */
export function livePoints(bytes, before) {
  const points = [];
  let rest = [...bytes];
  if (rest.length > 0 && before.length === 0 && rest.shift() !== 0x10)
    throw new Error('not live points on the grid of 1/16');
  while (rest.length > 0) {
    const head = rest.shift();
    const { bytes: size, unit, across, pressure, time } = CLASSES[head >> 3];
    for (let i = 0; i <= (head & 7); i += 1) {
      if (rest.length < size) throw new Error('a group is cut off');
      const row = new Bits(bitsOfBytes(rest.splice(0, size)));
      const { last, step } = stateAfter([...before, ...points]);
      const x = last[0] + step[0] + row.signed(across) * unit;
      const y = last[1] + step[1] + row.signed(across) * unit;
      const force = last[2] + row.signed(pressure);
      points.push(pointOf([x, y, force, BigInt.asUintN(32, last[3] + row.take(time))]));
    }
  }
  return points;
}

// ---- Packed

/** Some valid packed form of `points`. */
export function packedBytes(points, random) {
  const bytes = [0x14, ...varintBytes(points.length)];
  for (let at = 0; at < points.length; at += 128) {
    const block = blockBytes(points.slice(at, at + 128).map(stepsOf), random);
    if (at + 128 < points.length) bytes.push(block.length & 255, block.length >> 8);
    bytes.push(...block);
  }
  return bytes;
}

/** An axis with some shift that loses nothing, by first or second differences. */
function axisOf(values, random) {
  const differences = values.slice(1).map((value, i) => value - values[i]);
  let most = 0;
  while (most < 7 && differences.every((each) => each % (2n << BigInt(most)) === 0n)) most += 1;
  const shift = BigInt(random.below(most + 1));
  const steps = differences.map((each) => each >> shift);
  const isSecond = random.chance(50);
  const told = isSecond ? steps.map((step, i) => step - (i > 0 ? steps[i - 1] : 0n)) : steps;
  const rest = BigInt.asUintN(Number(shift), values[0]);
  const start =
    bitsOf(shift, 3) +
    golombBits(fold(values[0] >> shift), 12) +
    (shift === 0n ? '' : rest === 0n ? '0' : `1${bitsOf(rest, Number(shift))}`);
  return { start, isSecond, order: random.below(16), told: told.map(fold) };
}

function blockBytes(points, random) {
  const [xs, ys, pressures, times] = [0, 1, 2, 3].map((i) => points.map((point) => point[i]));
  const axes = [axisOf(xs, random), axisOf(ys, random)];
  const isEven = pressures.every((each) => each === pressures[0]);
  const mode = !isEven || random.chance(10) ? 2 : pressures[0] === 512n ? 0 : 1;
  let bits = axes.map(({ start }) => start).join('') + golombBits(times[0], 0) + bitsOf(mode, 2);
  if (mode !== 0) bits += bitsOf(pressures[0], 11);
  if (points.length === 1) return bytesOfBits(bits);
  for (const { isSecond, order } of axes) bits += (isSecond ? '1' : '0') + bitsOf(order, 4);
  const steps = times.slice(1).map((t, i) => BigInt.asIntN(32, t - times[i]));
  const least = steps.reduce((a, b) => (b < a ? b : a));
  const isSteady = steps.every((step) => step === least) && random.chance(80);
  bits += (isSteady ? '1' : '0') + golombBits(fold(least), 3);
  const columns = [...axes];
  if (!isSteady) columns.push({ order: random.below(16), told: steps.map((step) => step - least) });
  if (mode === 2) {
    const told = pressures.slice(1).map((each, i) => fold(each - pressures[i]));
    columns.push({ order: random.below(16), told });
  }
  for (const { order } of columns.slice(2)) bits += bitsOf(order, 4);
  for (let i = 0; i + 1 < points.length; i += 1) {
    for (const { order, told } of columns) bits += golombBits(told[i], order);
  }
  return bytesOfBits(bits);
}

/** The points of packed bytes. */
export function packedPoints(bytes) {
  const list = [...bytes];
  if (list.shift() !== 0x14) throw new Error('not packed points on the grid of 1/16');
  let count = 0;
  for (let shift = 0, byte = 128; byte >= 128; shift += 7) {
    byte = list.shift();
    count += (byte & 127) << shift;
  }
  const points = [];
  while (points.length < count) {
    const size = Math.min(128, count - points.length);
    const isLast = points.length + size === count;
    const length = isLast ? list.length : list.shift() + 256 * list.shift();
    const block = list.splice(0, length);
    if (block.length < length) throw new Error('a block is cut off');
    points.push(...blockPoints(new Bits(bitsOfBytes(block)), size));
  }
  if (list.length > 0) throw new Error('bytes after the points');
  return points;
}

function blockPoints(bits, count) {
  const axes = [0, 1].map(() => {
    const shift = bits.take(3);
    const first = unfold(bits.golomb(12)) << shift;
    return { shift, at: shift > 0n && bits.take(1) ? first + bits.take(Number(shift)) : first };
  });
  let t = bits.golomb(0);
  const mode = bits.take(2);
  let pressure = mode === 0n ? 512n : bits.take(11);
  const points = [pointOf([axes[0].at, axes[1].at, pressure, t])];
  if (count > 1) {
    for (const axis of axes) {
      axis.isSecond = bits.take(1) === 1n;
      axis.order = Number(bits.take(4));
      axis.step = 0n;
    }
    const isSteady = bits.take(1) === 1n;
    const least = unfold(bits.golomb(3));
    const timeOrder = isSteady ? 0 : Number(bits.take(4));
    const pressureOrder = mode === 2n ? Number(bits.take(4)) : 0;
    while (points.length < count) {
      for (const axis of axes) {
        const told = unfold(bits.golomb(axis.order));
        axis.step = axis.isSecond ? axis.step + told : told;
        axis.at += axis.step << axis.shift;
      }
      t = BigInt.asUintN(32, t + least + (isSteady ? 0n : bits.golomb(timeOrder)));
      if (mode === 2n) pressure += unfold(bits.golomb(pressureOrder));
      points.push(pointOf([axes[0].at, axes[1].at, pressure, t]));
    }
  }
  const fill = bits.text.length - bits.at;
  if (fill > 7 || bits.take(fill) !== 0n) throw new Error('a block has bits too many');
  return points;
}
