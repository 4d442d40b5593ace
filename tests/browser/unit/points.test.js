// points.test.js - both modes of docs/ink-format.md against a plain model of them, on golden
// bytes, random strokes, recorded strokes and damage.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../hostile/random.mjs';
import { liveBytes, livePoints, packedBytes, packedPoints } from '../support/points_model.js';
import { randomStroke } from '../support/random_ink.js';
import { recordedStrokes } from '../support/recorded.js';
import { module } from './modules.js';

const { BitReader, BitWriter, golombBits } = await module('wire/bit_stream');
const { LiveRun } = await module('wire/live_points');
const { decodePacked, encodePacked } = await module('wire/packed_points');

const unhex = (text) => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const hex = (bytes) => Buffer.from(bytes).toString('hex');

// The example of docs/ink-format.md.
const EXAMPLE = [
  [100, 200, 0.5, 0],
  [103, 201, 0.5, 8],
  [107, 203.5, 0.5, 16],
];
const EXAMPLE_LIVE = '10 70 642003 79 301008 101808';
const EXAMPLE_PACKED = '14 03 8c0c1664a49ca2ca36';

const EXTREMES = [
  [1_000_000, -1_000_000, 1, 4_294_967_295],
  [-1_000_000, 1_000_000, 0, 0],
  [-1_000_000, 1_000_000, 0, 0],
  [0.0625, -0.0625, 0.5, 1],
];

describe('exponential Golomb codes', () => {
  it('hold any number below 2^32, and no other is read', () => {
    for (const order of [0, 1, 7, 15]) {
      for (const value of [0, 1, 2, 127, 65_535, 2 ** 31, 2 ** 32 - 1]) {
        const writer = new BitWriter();
        writer.golomb(value, order);
        const bytes = Uint8Array.from(writer.finish());
        const reader = new BitReader(bytes);
        assert.equal(reader.golomb(order), value);
        assert.ok(!reader.isPastEnd && reader.align() && reader.position === 8 * bytes.length);
        assert.equal(golombBits([value, value], order), 2 * lengthOf(value, order));
      }
    }
    // 33 zeros and more; 32 zeros and a number of 2^32 or more.
    for (const text of ['0000000002', '00000000000000', '', '00000000ffffffff01ff']) {
      const reader = new BitReader(unhex(text));
      assert.throws(() => reader.golomb(15), RangeError, text);
    }
  });

  function lengthOf(value, order) {
    return 2 * (value + 2 ** order).toString(2).length - order - 1;
  }
});

describe('packed points', () => {
  it('are those of the example in the document', () => {
    assert.deepEqual(decodePacked(unhex(EXAMPLE_PACKED)), EXAMPLE);
    assert.equal(encodePacked(EXAMPLE).length, 11);
    assert.deepEqual(packedPoints(encodePacked(EXAMPLE)), EXAMPLE);
  });

  it('none at all are a count of 0', () => {
    assert.equal(hex(encodePacked([])), '1400');
    assert.deepEqual(decodePacked(unhex('1400')), []);
  });

  it('are read as the model writes them and read by the model as the page does', () => {
    const random = new Random(7);
    for (const count of [1, 1, 2, 2, 3, 5, 17, 127, 128, 129, 256, 257, 300]) {
      for (let i = 0; i < 20; i += 1) {
        const points = count === 3 && i === 0 ? EXTREMES : randomStroke(random, count);
        assert.deepEqual(decodePacked(Uint8Array.from(packedBytes(points, random))), points);
        assert.deepEqual(packedPoints(encodePacked(points)), points);
        assert.deepEqual(decodePacked(encodePacked(points)), points);
      }
    }
  });

  it('are rounded to the grid, and have a pressure and a time', () => {
    assert.deepEqual(
      decodePacked(
        encodePacked([
          [1.03, -0.04, 0.3],
          [2, 3],
        ]),
      ),
      [
        [1, -0.0625, 307 / 1024, 0],
        [2, 3, 0.5, 0],
      ],
    );
    for (const wrong of [
      [NaN, 0],
      [0, 1e6 + 1],
      [0, 0, 1.1],
      [0, 0, -0.1],
      [0, 0, 1, -1],
      [0, 0, 1, 2 ** 32],
    ])
      assert.throws(() => encodePacked([wrong]), RangeError, String(wrong));
  });

  it('may lie on the other grids', () => {
    // One point: shift 0, eg(12) of fold(3) = 6, of 0; eg(0) of 0; pressure 0.
    const bits = '000' + '1' + '011000000000' + '000' + '1' + '000000000000' + '1' + '00';
    const bytes = bits
      .match(/.{1,8}/g)
      .map((part) => parseInt([...part.padEnd(8, '0')].reverse().join(''), 2));
    assert.deepEqual(decodePacked(Uint8Array.from([0x15, 1, ...bytes])), [[3 / 64, 0, 0.5, 0]]);
    assert.deepEqual(decodePacked(Uint8Array.from([0x16, 1, ...bytes])), [[3, 0, 0.5, 0]]);
    assert.throws(() => decodePacked(Uint8Array.from([0x17, 1, ...bytes])), RangeError);
    assert.throws(() => decodePacked(Uint8Array.from([0x10, 1, ...bytes])), RangeError);
    assert.throws(() => decodePacked(Uint8Array.from([0x24, 1, ...bytes])), RangeError);
  });

  it('that are cut off anywhere, or go on, are refused', () => {
    const random = new Random(8);
    for (const count of [1, 4, 130]) {
      const bytes = encodePacked(randomStroke(random, count));
      for (let size = 0; size < bytes.length; size += 1)
        assert.throws(() => decodePacked(bytes.subarray(0, size)), RangeError);
      assert.throws(() => decodePacked(Uint8Array.from([...bytes, 0])), RangeError);
    }
  });

  it('whose blocks are not as long as they say are refused', () => {
    const bytes = encodePacked(randomStroke(new Random(10), 130));
    // Byte 0, two bytes of the count, then the length of the first block.
    for (const step of [1, -1]) {
      const wrong = bytes.slice();
      wrong[3] += step;
      assert.throws(() => decodePacked(wrong), RangeError);
    }
  });

  it('that are damaged give an error or points in range, and never take long', () => {
    const random = new Random(9);
    const began = performance.now();
    for (let i = 0; i < 5_000; i += 1) {
      const bytes = random.chance(50)
        ? Uint8Array.from([0x14, ...random.bytes(random.below(60))])
        : encodePacked(randomStroke(random, 1 + random.below(140)));
      for (let flips = random.below(4); flips >= 0; flips -= 1)
        bytes[random.below(bytes.length)] ^= 1 << random.below(8);
      assertRangeErrorOrPoints(() => decodePacked(bytes));
    }
    assert.throws(() => decodePacked(unhex('14ffffffff0f')), RangeError);
    assert.ok(performance.now() - began < 20_000);
  });
});

function assertRangeErrorOrPoints(decode) {
  let points = [];
  try {
    points = decode();
  } catch (error) {
    assert.ok(error instanceof RangeError, error.stack);
  }
  for (const [x, y, pressure, t] of points) {
    assert.ok(Math.abs(x) <= 1e6 && Math.abs(y) <= 1e6 && pressure >= 0 && pressure <= 1);
    assert.ok(Number.isInteger(t) && t >= 0 && t < 2 ** 32);
  }
}

describe('live points', () => {
  it('are those of the example in the document, byte by byte', () => {
    assert.equal(hex(new LiveRun().encode(EXAMPLE)), EXAMPLE_LIVE.replaceAll(' ', ''));
    assert.deepEqual(new LiveRun().decode(unhex(EXAMPLE_LIVE)), EXAMPLE);
  });

  it('none at all are no bytes, and do not begin a run', () => {
    const run = new LiveRun();
    assert.equal(hex(run.encode([])), '');
    assert.equal(hex(run.encode([[0, 0]])).slice(0, 2), '10');
    assert.deepEqual(new LiveRun().decode(unhex('')), []);
    assert.deepEqual(new LiveRun().decode(unhex('10')), []);
  });

  it('go on through any number of messages, as the model has it', () => {
    const random = new Random(17);
    for (let i = 0; i < 300; i += 1) {
      const points = i === 0 ? EXTREMES : randomStroke(random, 1 + random.below(60));
      const [writer, reader] = [new LiveRun(), new LiveRun()];
      for (let at = 0; at < points.length;) {
        const part = points.slice(at, at + 1 + random.below(20));
        const before = points.slice(0, at);
        assert.deepEqual(livePoints(writer.encode(part), before), part);
        assert.deepEqual(reader.decode(Uint8Array.from(liveBytes(part, before, random))), part);
        at += part.length;
        assert.equal(writer.count, at);
      }
    }
  });

  it('can be taken up after any points, from the last two of them', () => {
    const random = new Random(18);
    for (let i = 0; i < 200; i += 1) {
      const points = randomStroke(random, 2 + random.below(30));
      const at = 1 + random.below(points.length - 1);
      const bytes = LiveRun.after(points.slice(0, at)).encode(points.slice(at));
      assert.deepEqual(livePoints(bytes, points.slice(0, at)), points.slice(at));
      assert.deepEqual(
        LiveRun.after(points.slice(Math.max(0, at - 2), at)).decode(bytes),
        points.slice(at),
      );
    }
  });

  it('may lie on the other grids', () => {
    assert.deepEqual(new LiveRun().decode(unhex('12 70 642003')), [[100, 200, 0.5, 0]]);
    assert.deepEqual(new LiveRun().decode(unhex('11 70 642003')), [[100, 200, 0.5, 0]]);
    for (const wrong of ['13', '14', '18', '20', '00'])
      assert.throws(() => new LiveRun().decode(unhex(`${wrong} 70 642003`)), RangeError);
  });

  it('that are cut off within a group are refused', () => {
    const random = new Random(19);
    for (let i = 0; i < 50; i += 1) {
      const points = randomStroke(random, 20);
      const bytes = new LiveRun().encode(points);
      for (let size = 0; size < bytes.length; size += 1) {
        let found = [];
        try {
          found = new LiveRun().decode(bytes.subarray(0, size));
        } catch (error) {
          assert.ok(error instanceof RangeError, error.stack);
        }
        // A whole number of groups is a shorter run.
        assert.ok(found.length < points.length);
        assert.deepEqual(found, points.slice(0, found.length));
      }
    }
  });

  it('that are damaged give an error or points in range', () => {
    const random = new Random(20);
    for (let i = 0; i < 5_000; i += 1) {
      const bytes = new LiveRun().encode(randomStroke(random, 1 + random.below(40)));
      for (let flips = random.below(4); flips >= 0; flips -= 1)
        bytes[random.below(bytes.length)] ^= 1 << random.below(8);
      assertRangeErrorOrPoints(() => new LiveRun().decode(bytes));
    }
  });

  it('beyond the board or the range of pressure are refused', () => {
    // Class 31: dx, dy, dp, dt of 32 bits each.
    const row = (...values) => {
      const bytes = Buffer.alloc(16);
      values.forEach((value, i) => bytes.writeInt32LE(value, 4 * i));
      return Uint8Array.from([0x10, 31 << 3, ...bytes]);
    };
    assert.deepEqual(new LiveRun().decode(row(16_000_000, -16_000_000, 512, 0)), [
      [1e6, -1e6, 1, 0],
    ]);
    assert.deepEqual(new LiveRun().decode(row(0, 0, -512, -1)), [[0, 0, 0, 2 ** 32 - 1]]);
    for (const bad of [
      [16_000_001, 0, 0, 0],
      [0, -16_000_001, 0, 0],
      [0, 0, 513, 0],
      [0, 0, -513, 0],
    ])
      assert.throws(() => new LiveRun().decode(row(...bad)), RangeError);
  });
});

describe('recorded strokes', () => {
  const strokes = recordedStrokes();

  it('come back from both modes', { skip: strokes.length === 0 && 'there are none here' }, (t) => {
    const random = new Random(27);
    const sizes = { points: 0, packed: 0, live: 0, json: 0 };
    for (const points of strokes) {
      const packed = encodePacked(points);
      assert.deepEqual(decodePacked(packed), points);
      const [writer, reader] = [new LiveRun(), new LiveRun()];
      for (let at = 0; at < points.length;) {
        const part = points.slice(at, at + 2 + random.below(3));
        const bytes = writer.encode(part);
        assert.deepEqual(reader.decode(bytes), part);
        sizes.live += bytes.length;
        at += part.length;
      }
      sizes.points += points.length;
      sizes.packed += packed.length;
      sizes.json += JSON.stringify(points).length;
    }
    t.diagnostic(
      `${strokes.length} strokes, ${sizes.points} points; bytes a point: ` +
        ['json', 'live', 'packed']
          .map((n) => `${n} ${(sizes[n] / sizes.points).toFixed(2)}`)
          .join(', '),
    );
  });

  it('are the same to the model', { skip: strokes.length === 0 && 'there are none here' }, () => {
    for (const points of strokes.filter((_, i) => i % 40 === 0)) {
      assert.deepEqual(packedPoints(encodePacked(points)), points);
      assert.deepEqual(livePoints(new LiveRun().encode(points), []), points);
    }
  });
});
