// byte_writer.js - the values of the binary dialect, written one after another.

const utf8 = new TextEncoder();

/** Whole numbers 0, -1, 1, -2, ... as 0, 1, 2, 3, ... */
export function fold(value) {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

/** A colour as the server takes it, `#rgb`, `#rrggbb` or `#rrggbbaa`, as its bytes. */
function colorBytes(text) {
  if (!/^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(text))
    throw new RangeError(`'${text}' is no colour`);
  const digits = text.length === 4 ? text.replace(/[^#]/g, '$&$&') : text;
  return Array.from({ length: (digits.length - 1) / 2 }, (_, i) =>
    parseInt(digits.slice(2 * i + 1, 2 * i + 3), 16),
  );
}

export class ByteWriter {
  #bytes = new Uint8Array(64);
  #size = 0;

  get size() {
    return this.#size;
  }

  /** What was written, not copied: valid until more is written. */
  written() {
    return this.#bytes.subarray(0, this.#size);
  }

  byte(value) {
    this.#reserve(1);
    this.#bytes[this.#size] = value;
    this.#size += 1;
  }

  bytes(values) {
    this.#reserve(values.length);
    this.#bytes.set(values, this.#size);
    this.#size += values.length;
  }

  /** A whole number from 0 to 2^53 - 1; throws a RangeError for any other value. */
  varint(value) {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`${value} is not a whole number from 0 to 2^53 - 1`);
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  signed(value) {
    this.varint(fold(value));
  }

  /** Any finite number, in few bytes if it is a multiple of 1/16. */
  number(value) {
    if (!Number.isFinite(value)) throw new RangeError(`${value} is not a finite number`);
    const folded = 2 * fold(value * 16);
    if (Number.isInteger(value * 16) && Number.isSafeInteger(folded)) {
      this.varint(folded);
      return;
    }
    this.varint(1);
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#size, value, true);
    this.#size += 8;
  }

  text(value) {
    this.block(utf8.encode(value));
  }

  /** A colour as text; null, undefined and `none` are none. */
  color(value) {
    if (value === null || value === undefined || value === 'none') {
      this.byte(0);
      return;
    }
    const parts = colorBytes(value);
    this.byte(parts.length);
    this.bytes(parts);
  }

  /** How many bytes (varint), then these. */
  block(bytes) {
    this.varint(bytes.length);
    this.bytes(bytes);
  }

  /** How many there are (varint), then each as `write(value, writer)` writes it. */
  list(values, write) {
    this.varint(values.length);
    for (const value of values) write(value, this);
  }

  #reserve(more) {
    if (this.#size + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#size + more));
    grown.set(this.written());
    this.#bytes = grown;
  }
}
