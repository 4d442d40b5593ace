// bytes.test.js - the values of the binary dialect, byte by byte.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../hostile/random.mjs';
import { module } from './modules.js';

const { ByteReader, unfold } = await module('wire/byte_reader');
const { ByteWriter, fold } = await module('wire/byte_writer');

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const unhex = (text) => Uint8Array.from(Buffer.from(text, 'hex'));

function written(kind, value) {
  const writer = new ByteWriter();
  writer[kind](value);
  return hex(writer.written());
}

function read(kind, text) {
  const reader = new ByteReader(unhex(text));
  const value = reader[kind]();
  assert.equal(reader.left, 0, 'bytes are left');
  return value;
}

describe('a value of the binary dialect', () => {
  const GOLDEN = [
    ['varint', 0, '00'],
    ['varint', 127, '7f'],
    ['varint', 128, '8001'],
    ['varint', 300, 'ac02'],
    ['varint', 2 ** 32, '8080808010'],
    ['varint', 2 ** 53 - 1, 'ffffffffffffff0f'],
    ['signed', -1, '01'],
    ['signed', 1, '02'],
    ['signed', -64, '7f'],
    // 100 is 1600 sixteenths, folded 3200, doubled 6400.
    ['number', 100, '8032'],
    ['number', -0.0625, '02'],
    ['number', 0, '00'],
    ['number', 0.1, '019a9999999999b93f'],
    ['text', '', '00'],
    ['text', 'é', '02c3a9'],
    ['text', '\ufeffx', '04efbbbf78'],
    ['text', '💥', '04f09f92a5'],
    ['color', null, '00'],
    ['color', '#0a0b0c', '030a0b0c'],
    ['color', '#0a0b0cff', '040a0b0cff'],
  ];
  for (const [kind, value, bytes] of GOLDEN) {
    it(`${kind} ${JSON.stringify(value)} is ${bytes}`, () => {
      assert.equal(written(kind, value), bytes);
      assert.deepEqual(read(kind, bytes), value);
    });
  }

  it('takes a short colour and capital letters as the server does', () => {
    assert.equal(written('color', '#aBc'), '03aabbcc');
    assert.equal(written('color', '#ABCDEF01'), '04abcdef01');
    assert.equal(written('color', 'none'), '00');
    for (const wrong of ['', '#', '#12', '#12345', 'red', '#gggggg', 7])
      assert.throws(() => written('color', wrong), RangeError);
  });

  it('keeps any number exactly', () => {
    const random = new Random(1);
    const some = [0, -0, 1 / 3, 1e300, -1e-300, 2 ** 48, 2 ** 48 + 1, 2 ** 53, 5e-324, 1e6, -1e6];
    for (let i = 0; i < 2_000; i += 1)
      some.push((random.below(2 ** 31) - 2 ** 30) / random.pick([1, 16, 7]));
    for (const value of some)
      assert.equal(read('number', written('number', value)), value + 0 || 0);
  });

  it('folds and unfolds', () => {
    assert.deepEqual([0, -1, 1, -2, 2].map(fold), [0, 1, 2, 3, 4]);
    for (const value of [0, 1, -1, 2 ** 52 - 1, -(2 ** 52)])
      assert.equal(unfold(fold(value)), value);
  });

  it('is refused when it was written as no writer writes it', () => {
    const WRONG = [
      ['varint', '8000', /more bytes/],
      ['varint', '8180808080808000', /more bytes/],
      ['varint', '8080808080808010', /2\^53/],
      ['varint', '80808080808080808001', /2\^53/],
      ['varint', 'ffffffffffffffffff', /2\^53/],
      ['varint', '80', /too early/],
      ['varint', '', /too early/],
      ['number', '03', /no number/],
      ['number', '01000000000000f07f', /finite/],
      ['number', '010000000000f87f', /announced/],
      ['text', '02c3', /announced/],
      ['text', '01c3', /UTF-8/],
      ['text', '03eda080', /UTF-8/],
      ['text', 'ffffffffffffff0f', /announced/],
      ['color', '01', /colour/],
      ['color', '05', /colour/],
      ['color', '030102', /announced/],
    ];
    for (const [kind, bytes, says] of WRONG) {
      assert.throws(
        () => read(kind, bytes),
        (error) => error instanceof RangeError && says.test(error.message),
        `${kind} ${bytes}`,
      );
    }
    for (const value of [-1, 0.5, 2 ** 53, NaN, undefined, '7'])
      assert.throws(() => written('varint', value), RangeError);
    assert.throws(() => written('number', NaN), RangeError);
  });

  it('is read within its part only, and the place of a fault is that in the frame', () => {
    const frame = new ByteReader(unhex('0002ff'));
    frame.byte();
    const part = frame.part(1);
    assert.equal(part.byte(), 2);
    assert.throws(() => part.byte(), /^RangeError: byte 2 of a frame/);
    assert.throws(() => frame.part(2), /2 bytes are announced, 1 are left/);
  });

  it('a list that can not be there is refused before it is read', () => {
    let reads = 0;
    const reader = new ByteReader(unhex('ffffff7f0000'));
    assert.throws(() => reader.list(() => (reads += 1)), /a list of/);
    assert.equal(reads, 0);
  });
});
