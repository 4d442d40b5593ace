// transform.test.js - what dragging the handles of a selection makes of the elements.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { module } from './modules.js';

const { withDefaults } = await module('board');
const { middleOf, shapeBounds } = await module('geometry');
const { cursorOfHandle, frameOf, fromFrame, handlesFor, movedBy, resizedBy, toFrame, turnedBy } =
  await module('transform');

const QUARTER = Math.PI / 2;
const rect = (more) =>
  withDefaults({ id: 'r', kind: 'rect', x: 100, y: 200, width: 80, height: 40, ...more });
const line = (more) =>
  withDefaults({
    id: 'l',
    kind: 'line',
    x: 10,
    y: 20,
    points: [
      [0, 0],
      [40, 20],
    ],
    ...more,
  });
const stroke = (more) =>
  withDefaults({
    id: 's',
    kind: 'stroke',
    points: [
      [0, 0, 0.5, 0],
      [20, 10, 0.5, 8],
    ],
    ...more,
  });
const text = (more) =>
  withDefaults({ id: 't', kind: 'text', x: 0, y: 0, text: 'hello world', fontSize: 20, ...more });

/** The properties of the one element that changes. */
function alone(element, handle, x, y, options) {
  const changes = resizedBy([element], handle, { x, y }, options);
  assert.equal(changes.length, 1);
  assert.equal(changes[0].id, element.id);
  return changes[0].props;
}

function apply(element, props) {
  return withDefaults({ ...element, ...props });
}

describe('resizing one shape', () => {
  it('moves the dragged corner and keeps the opposite one', () => {
    assert.deepEqual(alone(rect(), 'se', 200, 260), { width: 100, height: 60 });
    assert.deepEqual(alone(rect(), 'nw', 90, 180), { x: 90, y: 180, width: 90, height: 60 });
  });

  it('changes one side only by the handle in the middle of it', () => {
    assert.deepEqual(alone(rect(), 'e', 200, 999), { width: 100 });
    assert.deepEqual(alone(rect(), 'n', 999, 190), { y: 190, height: 50 });
  });

  it('keeps the proportions, growing with the farther side', () => {
    assert.deepEqual(alone(rect(), 'se', 260, 210, { keep: true }), { width: 160, height: 80 });
    const wider = alone(rect(), 'e', 260, 0, { keep: true });
    assert.deepEqual(wider, { y: 180, width: 160, height: 80 }, 'both ways from the middle');
  });

  it('keeps the middle when told to', () => {
    const props = alone(rect(), 'se', 190, 245, { centred: true });
    assert.deepEqual(props, { x: 90, y: 195, width: 100, height: 50 });
  });

  it('goes through to the other side, never with a negative size', () => {
    assert.deepEqual(alone(rect(), 'e', 60, 0), { x: 60, width: 40 });
  });

  it('holds the opposite corner of a turned shape where it is', () => {
    const before = rect({ angle: 0.7 });
    const frame = frameOf([before]);
    const [x, y] = fromFrame(frame, 70, 45);
    const after = apply(before, alone(before, 'se', x, y));
    // From (-40, -20) to (70, 45) in the frame: 110 by 65.
    assert.deepEqual([after.width, after.height], [110, 65]);
    const corner = (element) =>
      fromFrame(frameOf([element]), -element.width / 2, -element.height / 2);
    const [ax, ay] = corner(before);
    const [bx, by] = corner(after);
    assert.ok(Math.hypot(ax - bx, ay - by) < 0.1, `${ax}, ${ay} is now ${bx}, ${by}`);
  });
});

describe('resizing other kinds', () => {
  it('scales the points of a line about the corner that stays', () => {
    const after = apply(line(), alone(line(), 'se', 90, 80));
    assert.deepEqual(after.points, [
      [0, 0],
      [80, 60],
    ]);
    assert.deepEqual([after.x, after.y], [10, 20]);
  });

  it('mirrors a line that is dragged over', () => {
    const after = apply(line(), alone(line(), 'e', -30, 0));
    assert.deepEqual(after.points, [
      [0, 0],
      [-40, 20],
    ]);
    assert.deepEqual(shapeBounds(after), { left: -30, top: 20, right: 10, bottom: 40 });
  });

  it('never resizes a stroke', () => {
    assert.deepEqual(handlesFor([stroke()]), []);
    const changes = resizedBy([stroke(), rect({ x: 0, y: 0 })], 'se', { x: 400, y: 300 });
    for (const { id, props } of changes)
      if (id === 's') assert.deepEqual(Object.keys(props).sort(), ['x', 'y']);
  });

  it('gives a text larger letters by a corner, and room for its lines by a side', () => {
    const box = shapeBounds(text());
    const letters = alone(text(), 'se', box.right * 2, box.bottom * 2);
    assert.deepEqual(letters, { fontSize: 40 });
    const room = alone(text(), 'w', box.right / 2, 0);
    assert.deepEqual(Object.keys(room).sort(), ['width', 'x']);
    const after = apply(text(), room);
    assert.ok(Math.abs(shapeBounds(after).right - box.right) < 0.1, 'the right side stays');
    assert.equal(after.y, 0, 'the lines begin where they did');
  });

  it('has no handle that could do nothing', () => {
    const flat = line({
      points: [
        [0, 0],
        [50, 0],
      ],
    });
    assert.deepEqual(handlesFor([flat]), ['e', 'w']);
    assert.deepEqual(handlesFor([text()]), ['nw', 'ne', 'e', 'se', 'sw', 'w']);
    assert.equal(handlesFor([rect()]).length, 8);
  });

  it('keeps every letter readable and every number on the grid', () => {
    const props = alone(text(), 'se', 0.1, 0.1);
    assert.equal(props.fontSize, 4);
    const odd = alone(rect(), 'se', 191.337, 249.911);
    for (const value of Object.values(odd)) assert.equal(value * 16, Math.round(value * 16));
  });
});

describe('resizing several', () => {
  const a = rect({ id: 'a', x: 0, y: 0, width: 10, height: 10, strokeWidth: 0 });
  const b = rect({ id: 'b', x: 30, y: 10, width: 10, height: 10, strokeWidth: 0 });

  it('keeps their places within the frame', () => {
    const changes = resizedBy([a, b], 'se', { x: 80, y: 20 });
    assert.deepEqual(changes, [
      { id: 'a', props: { width: 20 } },
      { id: 'b', props: { x: 60, width: 20 } },
    ]);
  });

  it('scales a shape turned by a quarter along its own sides', () => {
    const changes = resizedBy([a, { ...b, angle: QUARTER }], 'e', { x: 80, y: 0 });
    const { props } = changes.find(({ id }) => id === 'b');
    assert.equal(props.height, 20);
    assert.equal(props.width, undefined);
  });

  it('keeps the proportions of texts among them', () => {
    const changes = resizedBy([a, text()], 'se', { x: 500, y: 30 });
    for (const { id, props } of changes) if (id === 'a') assert.equal(props.width, props.height);
  });
});

describe('turning', () => {
  const right = { x: 1000, y: 220 };
  const down = { x: 140, y: 1000 };

  it('turns a shape in its place', () => {
    const [{ props }] = turnedBy([rect()], right, down);
    assert.deepEqual(Object.keys(props), ['angle']);
    assert.ok(Math.abs(props.angle - QUARTER) < 1e-3);
  });

  it('turns several about their common middle', () => {
    const a = rect({ id: 'a', x: 0, y: 0, width: 20, height: 20, strokeWidth: 0 });
    const b = rect({ id: 'b', x: 80, y: 0, width: 20, height: 20, strokeWidth: 0 });
    const changes = turnedBy([a, b], { x: 100, y: 10 }, { x: 50, y: 60 });
    const moved = [a, b].map((element, i) => middleOf(apply(element, changes[i].props)));
    assert.deepEqual(moved, [
      [50, -30],
      [50, 50],
    ]);
  });

  it('turns a stroke without touching its points', () => {
    const [{ props }] = turnedBy([stroke()], { x: 100, y: 5 }, { x: 10, y: 100 });
    assert.deepEqual(Object.keys(props), ['angle']);
  });

  it('keeps to steps of 15 degrees, counted from upright', () => {
    const [{ props }] = turnedBy(
      [rect({ angle: 0.1 })],
      right,
      { x: 1000, y: 380 },
      { steps: true },
    );
    assert.ok(Math.abs(props.angle - Math.PI / 12) < 1e-3);
  });

  it('stays within half a turn', () => {
    const [{ props }] = turnedBy([rect({ angle: 3 })], right, down);
    assert.ok(Math.abs(props.angle - (3 + QUARTER - 2 * Math.PI)) < 1e-3);
  });
});

describe('a frame', () => {
  it('sees a point along its own sides, and back', () => {
    const frame = { cx: 5, cy: 7, width: 10, height: 4, angle: 1.2 };
    const [x, y] = fromFrame(frame, ...toFrame(frame, 31, -12));
    assert.ok(Math.hypot(x - 31, y + 12) < 1e-9);
  });

  it('shows the cursor of the direction that a handle has on the screen', () => {
    assert.equal(cursorOfHandle('e', 0), 'ew-resize');
    assert.equal(cursorOfHandle('n', 0), 'ns-resize');
    assert.equal(cursorOfHandle('nw', 0), 'nwse-resize');
    assert.equal(cursorOfHandle('ne', 0), 'nesw-resize');
    assert.equal(cursorOfHandle('e', QUARTER), 'ns-resize');
  });

  it('is moved by as much as the pointer', () => {
    assert.deepEqual(movedBy([rect()], 5, 0), [{ id: 'r', props: { x: 105 } }]);
    assert.deepEqual(movedBy([rect()], 0, 0), []);
  });
});
