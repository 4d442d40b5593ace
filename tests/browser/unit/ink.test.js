// ink.test.js - from samples to points to the path that is painted.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { module } from './modules.js';

const { InkFilter, SvgPath, isUniform, pressureScale, sampleCurve, strokeStyle, traceStroke } =
  await module('ink');

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

  it('is a line for even pressure, a ribbon otherwise, and always a line for a highlighter', () => {
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

  it('samples a ribbon at most 8 units apart, from end to end, with widths between the given ones', () => {
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

  it('winds every part of a ribbon the same way, so that filling leaves no holes', () => {
    const points = Array.from({ length: 60 }, (_, i) => [
      30 * Math.cos(i * 0.9) + i,
      20 * Math.sin(i * 1.7),
      0.2 + 0.7 * Math.abs(Math.sin(i)),
    ]);
    const polygons = [];
    const sink = {
      moveTo: (x, y) => polygons.push([[x, y]]),
      lineTo: (x, y) => polygons.at(-1).push([x, y]),
      arc() {
        polygons.pop();
      },
      quadraticCurveTo() {
        throw new Error('a ribbon has straight sides');
      },
      closePath() {},
    };
    traceStroke(stroke(points, { width: 12 }), sink);
    assert.ok(polygons.length > 60);
    for (const polygon of polygons) {
      const area = polygon.reduce((sum, [x, y], i) => {
        const [nextX, nextY] = polygon[(i + 1) % polygon.length];
        return sum + x * nextY - nextX * y;
      }, 0);
      assert.ok(area >= -1e-6, `area ${area}`);
    }
  });
});
