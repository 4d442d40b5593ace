// ink.test.js - from samples to points to the path that is painted.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { polygonsOf, windingOf } from '../support/winding.js';
import { module } from './modules.js';

const { InkFilter, SvgPath, isUniform, sampleCurve, strokeStyle, traceStroke } =
  await module('ink');
const { pressureScale } = await module('outline');
const { GrowingTrace } = await module('growing_ink');

const sample = (x, y, more = {}) => ({ x, y, pressure: 0.5, time: 1000, zoom: 1, ...more });

describe('the filter', () => {
  it('drops what is nearer than one pixel of the screen and keeps what is one away', () => {
    const filter = new InkFilter(1000);
    assert.deepEqual(filter.accept(sample(0, 0)), [0, 0, 0.5, 0]);
    assert.equal(filter.accept(sample(0.9, 0)), null);
    assert.deepEqual(filter.accept(sample(1, 0, { time: 1016 })), [1, 0, 0.5, 16]);
  });

  it('measures in pixels, not in board units', () => {
    const near = new InkFilter(0);
    near.accept(sample(0, 0, { zoom: 4 }));
    assert.ok(near.accept(sample(0.25, 0, { zoom: 4 })));
    const far = new InkFilter(0);
    far.accept(sample(0, 0, { zoom: 0.25 }));
    assert.equal(far.accept(sample(3, 0, { zoom: 0.25 })), null);
  });

  it('keeps the end of the stroke however near, but not the same point twice', () => {
    const filter = new InkFilter(0);
    filter.accept(sample(0, 0));
    assert.ok(filter.accept(sample(0.5, 0, { force: true })));
    assert.equal(filter.accept(sample(0.5, 0, { force: true })), null);
  });
});

describe('the path', () => {
  const stroke = (points, more = {}) => ({ tool: 'pen', width: 4, points, ...more });
  const svgOf = (each) => {
    const path = new SvgPath();
    traceStroke(each, path);
    return String(path);
  };

  it('is a line for even pressure, an outline otherwise, and always a line for a highlighter', () => {
    const even = [
      [0, 0, 0.5],
      [10, 0, 0.5],
    ];
    const uneven = [
      [0, 0, 0.2],
      [10, 0, 0.9],
    ];
    assert.ok(isUniform(even) && !isUniform(uneven));
    assert.deepEqual(strokeStyle(stroke(even)), {
      filled: false,
      lineWidth: 4 * pressureScale(0.5),
    });
    assert.equal(strokeStyle(stroke(uneven)).filled, true);
    assert.deepEqual(strokeStyle(stroke(uneven, { tool: 'highlighter' })), {
      filled: false,
      lineWidth: 4,
    });
  });

  it('has the width of the stroke at the pressure of a mouse', () => {
    assert.equal(pressureScale(0.5), 1);
  });

  it('starts at the first point, passes through the midpoints, and ends at the last', () => {
    assert.equal(
      svgOf(
        stroke([
          [0, 0, 0.5],
          [10, 0, 0.5],
          [10, 10, 0.5],
        ]),
      ),
      'M0 0Q10 0 10 5L10 10',
    );
  });

  it('never moves what is drawn when points are added', () => {
    const points = [
      [0, 0, 0.5],
      [10, 3, 0.5],
      [20, -4, 0.5],
      [30, 8, 0.5],
    ];
    const before = svgOf(stroke(points));
    const after = svgOf(stroke([...points, [40, 0, 0.5]]));
    const settled = before.slice(0, before.lastIndexOf('L'));
    assert.ok(after.startsWith(settled));
  });

  it('makes a dot of a single point', () => {
    assert.match(svgOf(stroke([[5, 5, 0.5]])), /^M5 5L5\.01 5$/);
    assert.equal(svgOf(stroke([])), '');
  });

  it('samples a curve at most 8 units apart, from end to end, with widths between the given ones', () => {
    const points = [
      [0, 0, 0.1],
      [100, 0, 1],
      [100, 100, 0.4],
    ];
    const samples = sampleCurve(stroke(points, { width: 30 }));
    assert.deepEqual(samples[0].slice(0, 2), [0, 0]);
    assert.deepEqual(samples[samples.length - 1].slice(0, 2), [100, 100]);
    for (let i = 1; i < samples.length; i += 1) {
      const [x, y, r] = samples[i];
      assert.ok(Math.hypot(x - samples[i - 1][0], y - samples[i - 1][1]) <= 8 + 1e-9);
      assert.ok(r >= 15 * pressureScale(0.1) - 1e-9 && r <= 15 * pressureScale(1) + 1e-9);
    }
  });

  it('of varying pressure is one closed polygon with straight sides', () => {
    const points = Array.from({ length: 60 }, (_, i) => [i * 5, (i % 7) * 3, (i % 10) / 10]);
    assert.match(svgOf(stroke(points)), /^M[-\d. ]+(L[-\d. ]+){100,}Z$/);
  });
});

describe('the path of a stroke that grows', () => {
  /** A path that goes on where another has stopped. */
  class Recorder extends SvgPath {
    constructor(from) {
      super();
      this.before = from ? String(from) : '';
    }
    toString() {
      return this.before + super.toString();
    }
  }
  const stroke = (points, more = {}) => ({ tool: 'pen', width: 6, points, ...more });
  const makeTrace = () => new GrowingTrace((from) => new Recorder(from));
  const wave = (count, pressure) =>
    Array.from({ length: count }, (_, i) => [i * 2, 30 * Math.sin(i / 9), pressure(i)]);

  it('covers what the whole stroke does, at every length', () => {
    const all = wave(400, (i) => 0.5 + 0.4 * Math.sin(i / 20));
    const points = [];
    const trace = makeTrace();
    for (const [i, point] of all.entries()) {
      points.push(point);
      const { path, style } = trace.trace(stroke(points));
      if (i % 23 !== 5) continue;
      assert.equal(style.filled, true);
      const grown = polygonsOf(String(path));
      const whole = polygonsOf(svgOf(stroke(points)));
      for (let n = 0; n < 150; n += 1) {
        const at = points[Math.floor((n * points.length) / 150)];
        const [x, y] = [at[0] + ((n * 7) % 11) - 5, at[1] + ((n * 5) % 13) - 6];
        assert.equal(windingOf(grown, x, y) !== 0, windingOf(whole, x, y) !== 0, `(${x}, ${y})`);
      }
    }
  });

  it('has no gaps where its pieces meet', () => {
    const points = [];
    const trace = makeTrace();
    for (let i = 0; i < 200; i += 1) {
      points.push([i * 20, 0, 0.2 + (i % 2) / 10]);
      const { path } = trace.trace(stroke(points, { width: 0.5 }));
      if (i % 40 !== 39) continue;
      const polygons = polygonsOf(String(path));
      for (let x = 0.5; x < i * 20; x += 1)
        assert.notEqual(windingOf(polygons, x, 0.01), 0, `a gap at ${x} of ${i * 20}`);
    }
  });

  it('is the same centre line where the pressure is even', () => {
    const points = [];
    const trace = makeTrace();
    for (const point of wave(50, () => 0.5)) {
      points.push(point);
      const { path, style } = trace.trace(stroke(points));
      assert.deepEqual(style, strokeStyle(stroke(points)));
      const whole = svgOf(stroke(points));
      const settled = whole.slice(0, whole.lastIndexOf('L'));
      assert.ok(String(path).startsWith(settled));
      assert.ok(String(path).endsWith(whole.slice(settled.length)));
    }
  });

  it('becomes an outline when the pressure changes, and follows another width', () => {
    const trace = makeTrace();
    const points = wave(30, () => 0.5);
    assert.equal(trace.trace(stroke(points)).style.filled, false);
    points.push([70, 0, 0.9]);
    assert.equal(trace.trace(stroke(points)).style.filled, true);
    points.push([80, 0, 0.5]);
    const { path } = trace.trace(stroke(points, { width: 20 }));
    assert.notEqual(windingOf(polygonsOf(String(path)), 0, 9.5), 0);
    assert.equal(trace.trace(stroke([], {})).style.filled, false);
  });

  it('costs a frame no more at the end of a long stroke than at its beginning', () => {
    const tally = { lines: 0 };
    const count = { moveTo() {}, lineTo: () => (tally.lines += 1), closePath() {} };
    const trace = new GrowingTrace(() => count);
    const all = wave(5_000, (i) => 0.5 + 0.4 * Math.sin(i / 20));
    const points = [];
    const costs = [];
    for (const point of all) {
      points.push(point);
      tally.lines = 0;
      trace.trace(stroke(points));
      costs.push(tally.lines);
    }
    assert.ok(Math.max(...costs.slice(-1_000)) <= 2 * Math.max(...costs.slice(200, 1_200)));
    assert.ok(Math.max(...costs) < 1_500, `${Math.max(...costs)} corners in a frame`);
  });

  function svgOf(each) {
    const path = new SvgPath();
    traceStroke(each, path);
    return String(path);
  }
});
