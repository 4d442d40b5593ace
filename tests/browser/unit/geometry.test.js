// geometry.test.js - bounds and touches of elements.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { module } from './modules.js';

const { boundsOf, distanceToSegment, encloses, intersects, isTouched, topmostAt, union } =
  await module('geometry');
const { withDefaults } = await module('board');

const make = (kind, props) => withDefaults({ id: kind, kind, ...props });

describe('bounds', () => {
  it('hold everything that is painted', () => {
    const stroke = make('stroke', {
      x: 10,
      y: 0,
      width: 4,
      points: [
        [0, 0, 0.5, 0],
        [100, 50, 0.5, 0],
      ],
    });
    const bounds = boundsOf(stroke);
    assert.ok(encloses(bounds, { left: 8, top: -2, right: 112, bottom: 52 }));
    const turned = boundsOf(make('rect', { width: 100, height: 10, angle: Math.PI / 2 }));
    assert.ok(turned.bottom > 50 && turned.top < -40 && turned.right < 60);
  });

  it('unite and meet', () => {
    const a = { left: 0, top: 0, right: 1, bottom: 1 };
    const b = { left: 2, top: 2, right: 3, bottom: 3 };
    assert.deepEqual(union(a, b), { left: 0, top: 0, right: 3, bottom: 3 });
    assert.deepEqual(union(null, a), a);
    assert.ok(!intersects(a, b));
    assert.ok(intersects(a, { left: 1, top: 1, right: 2, bottom: 2 }));
  });
});

describe('a touch', () => {
  it('measures to the segment, not to its line', () => {
    assert.equal(distanceToSegment(5, 3, [0, 0], [10, 0]), 3);
    assert.equal(distanceToSegment(14, 3, [0, 0], [10, 0]), 5);
    assert.equal(distanceToSegment(3, 4, [0, 0], [0, 0]), 5);
  });

  it('of a rectangle without fill is at its outline only', () => {
    const rect = make('rect', { x: 0, y: 0, width: 100, height: 100 });
    assert.ok(isTouched(rect, 0, 50, 4));
    assert.ok(isTouched(rect, 103, 50, 4));
    assert.ok(!isTouched(rect, 50, 50, 4));
    assert.ok(isTouched(make('rect', { width: 100, height: 100, fill: '#ff000022' }), 50, 50, 4));
  });

  it('of an ellipse follows its curve', () => {
    const ellipse = make('ellipse', { x: 0, y: 0, width: 200, height: 100 });
    assert.ok(isTouched(ellipse, 100, 0, 4));
    assert.ok(isTouched(ellipse, 0, 50, 4));
    assert.ok(!isTouched(ellipse, 3, 3, 4), 'the corner of its box');
    assert.ok(!isTouched(ellipse, 100, 50, 4));
  });

  it('of a stroke that was moved is where it is seen', () => {
    const stroke = make('stroke', {
      x: 100,
      y: 0,
      points: [
        [0, 0, 0.5, 0],
        [50, 0, 0.5, 0],
      ],
    });
    assert.ok(isTouched(stroke, 125, 1, 2));
    assert.ok(!isTouched(stroke, 25, 1, 2));
  });

  it('of a turned element is where it is seen', () => {
    const line = make('line', {
      x: 0,
      y: 0,
      points: [
        [0, 0],
        [100, 0],
      ],
      angle: Math.PI / 2,
    });
    assert.ok(isTouched(line, 50, 40, 3));
    assert.ok(!isTouched(line, 10, 0, 3));
  });

  it('finds the topmost', () => {
    const below = make('rect', { width: 100, height: 100, fill: '#ffffff' });
    const above = make('ellipse', { width: 100, height: 100, fill: '#000000' });
    assert.equal(topmostAt([below, above], 50, 50, 1), above);
    assert.equal(topmostAt([below, above], 2, 2, 1), below);
    assert.equal(topmostAt([below, above], 300, 2, 1), null);
  });
});
