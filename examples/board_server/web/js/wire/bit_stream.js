// bit_stream.js - bits in and out of bytes, least significant first, and the exponential
// Golomb codes of docs/ink-format.md.

const TWO_32 = 2 ** 32;

/** The bits that `value`, below 2^33, takes without leading zeros. */
function widthOf(value) {
  return value >= TWO_32 ? 33 : 32 - Math.clz32(value);
}

/** How many bits the codes of order `order` of all `values` take together. */
export function golombBits(values, order) {
  const least = 2 ** order;
  let widths = 0;
  for (const value of values) widths += widthOf(value + least);
  return 2 * widths - values.length * (order + 1);
}

/** Writes bits into bytes that grow as needed. */
export class BitWriter {
  #bytes = [];
  #pending = 0;
  #filled = 0;

  /** The `bits` lowest of `value`, at most 47; the others must be zero. */
  put(value, bits) {
    let rest = value;
    let left = bits;
    while (left > 0) {
      const count = Math.min(left, 8 - this.#filled);
      const unit = 2 ** count;
      this.#pending |= (rest % unit) << this.#filled;
      this.#filled += count;
      rest = Math.floor(rest / unit);
      left -= count;
      if (this.#filled === 8) this.#flush();
    }
  }

  /** A whole number below 2^32 by the code of this order, 0 to 15. */
  golomb(value, order) {
    const u = value + 2 ** order;
    const below = widthOf(u) - 1;
    const zeros = below - order;
    this.put(0, zeros);
    this.put(1, 1);
    this.put(u - 2 ** below, below);
  }

  /** The bytes so far, the last one filled up with zeros. */
  finish() {
    if (this.#filled > 0) this.#flush();
    return this.#bytes;
  }

  #flush() {
    this.#bytes.push(this.#pending);
    this.#pending = 0;
    this.#filled = 0;
  }
}

/**
 * Reads bits. Past the end come zeros, which end every code within 33 bits, and `isPastEnd`
 * says so: whoever reads a bounded number of values asks once, afterwards.
 */
export class BitReader {
  #bytes;
  #end;
  #position = 0;

  constructor(bytes) {
    this.#bytes = new Uint8Array(bytes.length + 8);
    this.#bytes.set(bytes);
    this.#end = 8 * bytes.length;
  }

  /** In bits, from the first byte. */
  get position() {
    return this.#position;
  }

  get isPastEnd() {
    return this.#position > this.#end;
  }

  /** Goes to the first bit of a byte. */
  seek(byte) {
    this.#position = 8 * byte;
  }

  /** The next bits, at most 47, as a whole number. */
  take(bits) {
    if (bits > 32) return this.take(32) + this.take(bits - 32) * TWO_32;
    if (bits === 0) return 0;
    const value = this.#peek() & (bits === 32 ? -1 : (1 << bits) - 1);
    this.#position += bits;
    return value >>> 0;
  }

  /** A number below 2^32 by the code of this order; RangeError for what is none. */
  golomb(order) {
    let zeros = 0;
    let word = this.#peek();
    if (word === 0) {
      zeros = 32;
      this.#position += 32;
      word = this.#peek();
    }
    zeros += 31 - Math.clz32(word & -word);
    if (word === 0 || zeros > 32) throw new RangeError('a code is too long');
    this.#position += (zeros & 31) + 1;
    const below = zeros + order;
    const value = this.take(below) + 2 ** below - 2 ** order;
    if (value >= TWO_32) throw new RangeError('a code is of 2^32 or more');
    return value;
  }

  /** Goes on to the next whole byte. False when a bit on the way is not zero. */
  align() {
    return this.take(-this.#position & 7) === 0;
  }

  /** The next 32 bits, lowest first, as an int32. */
  #peek() {
    const bytes = this.#bytes;
    const at = Math.min(this.#position >>> 3, bytes.length - 5);
    const shift = this.#position & 7;
    const low = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    return shift === 0 ? low : (low >>> shift) | (bytes[at + 4] << (32 - shift));
  }
}
