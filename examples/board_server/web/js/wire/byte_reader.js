// byte_reader.js - the values of the binary dialect, read from a part of a frame.
//
// Every read is checked: what is cut off or written in a way that no writer writes throws a
// RangeError that names the byte of the frame.

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What fold made of a whole number: 0, 1, 2, 3, ... become 0, -1, 1, -2, ... */
export function unfold(value) {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

export class ByteReader {
  #bytes;
  #at;
  #end;

  /** Reads `bytes` from `begin` to before `end`; nothing is copied. */
  constructor(bytes, begin = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = begin;
    this.#end = end;
  }

  /** The offset in the frame of what is read next. */
  get at() {
    return this.#at;
  }

  /** How many bytes are left. */
  get left() {
    return this.#end - this.#at;
  }

  byte() {
    if (this.#at >= this.#end) this.refuse('the bytes end too early');
    const value = this.#bytes[this.#at];
    this.#at += 1;
    return value;
  }

  /** A whole number from 0 to 2^53 - 1. */
  varint() {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = this.byte();
      if (unit > 2 ** 49) this.refuse('a number of 2^53 or more');
      value += (byte & 127) * unit;
      if (byte < 128) {
        if (byte === 0 && unit > 1) this.refuse('a number in more bytes than it needs');
        if (value > Number.MAX_SAFE_INTEGER) this.refuse('a number of 2^53 or more');
        return value;
      }
    }
  }

  signed() {
    return unfold(this.varint());
  }

  /** Any finite number. */
  number() {
    const n = this.varint();
    if (n % 2 === 0) return unfold(n / 2) / 16;
    if (n !== 1) this.refuse(`${n} begins no number`);
    const { buffer, byteOffset } = this.bytes(8);
    const value = new DataView(buffer, byteOffset, 8).getFloat64(0, true);
    if (!Number.isFinite(value)) this.refuse(`${value} is no finite number`);
    return value;
  }

  text() {
    const bytes = this.bytes(this.varint());
    try {
      return utf8.decode(bytes);
    } catch {
      return this.refuse('a text is not UTF-8');
    }
  }

  /** `#rrggbb`, `#rrggbbaa` or null. */
  color() {
    const count = this.byte();
    if (count === 0) return null;
    if (count !== 3 && count !== 4) this.refuse(`${count} begins no colour`);
    let text = '#';
    for (const part of this.bytes(count)) text += part.toString(16).padStart(2, '0');
    return text;
  }

  /** The next `count` bytes, not copied. */
  bytes(count) {
    if (count > this.left) this.refuse(`${count} bytes are announced, ${this.left} are left`);
    const from = this.#at;
    this.#at += count;
    return this.#bytes.subarray(from, this.#at);
  }

  /** A reader of the next `count` bytes, which this one passes over. */
  part(count) {
    const from = this.#at;
    this.bytes(count);
    return new ByteReader(this.#bytes, from, this.#at);
  }

  /** How many there are (varint), then each as `read` reads it; `read` takes a byte or more. */
  list(read) {
    const count = this.varint();
    if (count > this.left) this.refuse(`a list of ${count} in ${this.left} bytes`);
    const values = [];
    for (let i = 0; i < count; i += 1) values.push(read(this));
    return values;
  }

  /** Throws a RangeError that names the place. */
  refuse(what) {
    throw new RangeError(`byte ${this.#at} of a frame: ${what}`);
  }
}
