// outline.test.js - the polygon of a stroke against a plain model: a place is covered when it
// lies in a disc of the stroke, the discs being as many between two points as one likes.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../hostile/random.mjs';
import { windingOf } from '../support/winding.js';
import { module } from './modules.js';

const { outlineOf, pressureScale } = await module('outline');

const TOLERANCE = 0.02;
const near = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1]) < 1e-9;

/** How far (x, y) lies outside of the nearest disc of the stroke; negative inside. */
function distanceOutside({ points, width }, x, y) {
  const radius = (pressure) => (width * pressureScale(pressure)) / 2;
  let least = Infinity;
  points.forEach(([ax, ay, ap], i) => {
    const [bx, by, bp] = points[Math.min(i + 1, points.length - 1)];
    const steps = Math.max(1, Math.ceil(Math.hypot(bx - ax, by - ay) * 20));
    for (let step = 0; step <= steps; step += 1) {
      const t = step / steps;
      const r = radius(ap) + t * (radius(bp) - radius(ap));
      least = Math.min(least, Math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay)) - r);
    }
  });
  return least;
}

function assertCovers(stroke, random, what) {
  const outline = [outlineOf(stroke)];
  for (const [px, py, pressure] of stroke.points) {
    for (let i = 0; i < 12; i += 1) {
      const reach = 1.3 * stroke.width * pressureScale(pressure);
      const x = px + ((random.below(2001) - 1000) / 1000) * reach;
      const y = py + ((random.below(2001) - 1000) / 1000) * reach;
      const outside = distanceOutside(stroke, x, y);
      const winding = windingOf(outline, x, y);
      assert.ok(winding <= 0, `${what}: (${x}, ${y}) is passed in the other sense`);
      if (outside < -TOLERANCE - 0.01) assert.ok(winding < 0, `${what}: (${x}, ${y}) is left out`);
      if (outside > 0.01) assert.equal(winding, 0, `${what}: (${x}, ${y}) is covered`);
    }
  }
}

describe('the outline', () => {
  it('of no points has no corners, and of one point is a circle', () => {
    assert.deepEqual(outlineOf({ points: [], width: 4 }), []);
    const circle = outlineOf({ points: [[3, 5, 0.5]], width: 4 });
    assert.ok(circle.length >= 8);
    for (const [x, y] of circle) assert.ok(Math.abs(Math.hypot(x - 3, y - 5) - 2) < 1e-9);
    const apothem = 2 * Math.cos(Math.PI / circle.length);
    assert.ok(2 - apothem <= TOLERANCE, 'no side lies further inside than the tolerance');
  });

  it('of two points of one pressure is a capsule', () => {
    const corners = outlineOf({
      points: [
        [0, 0, 0.5],
        [10, 0, 0.5],
      ],
      width: 4,
    });
    for (const corner of [
      [0, 2],
      [10, 2],
      [0, -2],
      [10, -2],
    ])
      assert.ok(
        corners.some((each) => near(each, corner)),
        `a corner at ${corner}`,
      );
    for (const [x, y] of corners) {
      const radius = Math.hypot(x - Math.min(10, Math.max(0, x)), y);
      assert.ok(Math.abs(radius - 2) < 1e-9);
    }
  });

  it('touches discs of two sizes along their common tangents', () => {
    // Radii 0.7 and 3.3 for a width of 4, 10 apart: the tangent leans by asin(0.26).
    const corners = outlineOf({
      points: [
        [0, 0, 0],
        [10, 0, 1],
      ],
      width: 4,
    });
    const lean = Math.asin(2.6 / 10);
    for (const side of [1, -1]) {
      const [x, y] = [-Math.sin(lean), side * Math.cos(lean)];
      assert.ok(corners.some((each) => near(each, [0.7 * x, 0.7 * y])));
      assert.ok(corners.some((each) => near(each, [10 + 3.3 * x, 3.3 * y])));
    }
  });

  it('passes through the middle on the inside of a turn', () => {
    const points = [
      [0, 0, 0.5],
      [10, 0, 0.5],
      [10, 10, 0.5],
    ];
    const middles = outlineOf({ points, width: 4 }).filter((each) => near(each, [10, 0]));
    assert.equal(middles.length, 1);
  });

  it('takes points at one place as one, as wide as the widest', () => {
    const points = [
      [0, 0, 0.5],
      [0, 0, 0.9],
      [0, 0, 0.1],
      [10, 0, 0.5],
      [10, 0, 0.2],
    ];
    assert.deepEqual(
      outlineOf({ points, width: 4 }),
      outlineOf({
        points: [
          [0, 0, 0.9],
          [10, 0, 0.5],
        ],
        width: 4,
      }),
    );
  });

  it('covers exactly what its discs cover, whatever the turns', () => {
    const random = new Random(51);
    for (let i = 0; i < 150; i += 1) {
      const reach = random.pick([2, 10, 40]);
      const points = Array.from({ length: 1 + random.below(12) }, () => [
        random.below(reach * 16) / 16,
        random.below(reach * 16) / 16,
        random.below(1025) / 1024,
      ]);
      assertCovers({ points, width: random.pick([1, 4, 12]) }, random, `stroke ${i}`);
    }
  });

  it('covers a stroke that turns back on itself, and one disc inside of another', () => {
    const random = new Random(52);
    assertCovers(
      {
        points: [
          [0, 0, 0.5],
          [20, 0, 0.8],
          [0, 0, 0.2],
        ],
        width: 8,
      },
      random,
      'back',
    );
    assertCovers(
      {
        points: [
          [0, 0, 1],
          [1, 0, 0],
          [2, 0, 0.1],
          [3, 0, 1],
        ],
        width: 12,
      },
      random,
      'within',
    );
    assertCovers(
      {
        points: [
          [0, 0, 1],
          [0.0625, 0, 0],
        ],
        width: 12,
      },
      random,
      'a blob',
    );
  });

  it('has few corners where the stroke is smooth', () => {
    const points = Array.from({ length: 1_000 }, (_, i) => [
      i,
      Math.sin(i / 30),
      0.5 + (i % 9) / 20,
    ]);
    assert.ok(outlineOf({ points, width: 3 }).length < 6 * 1_000);
  });
});
