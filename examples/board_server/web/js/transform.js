// transform.js - resizing and turning what is selected: the frame around it, the handles of
// the frame, and what dragging one makes of the elements. Pure but for the size of texts.
//
// A frame is `{cx, cy, width, height, angle}`: around one element it is turned with it, around
// several it is upright. A stroke is moved and turned, never resized: its points are fixed.

import { withDefaults } from './board.js';
import { middleOf, outlineBounds, shapeBounds, union } from './geometry.js';
import { onGrid } from './protocol.js';

/** Every handle by its name: which side of the frame it is on, from the middle. */
export const HANDLES = Object.freeze({
  nw: [-1, -1],
  n: [0, -1],
  ne: [1, -1],
  e: [1, 0],
  se: [1, 1],
  s: [0, 1],
  sw: [-1, 1],
  w: [-1, 0],
});

const FONT_SIZE_MIN = 4;
const FONT_SIZE_MAX = 10_000;
const TEXT_WIDTH_MIN = 16;
const TURN_STEP = Math.PI / 12;
const ANGLE_STEP = 1e-4;

const isText = ({ kind }) => kind === 'text' || kind === 'sticky';
const isLine = ({ kind }) => kind === 'line' || kind === 'arrow';
const isResizable = ({ kind }) => kind !== 'stroke';

/** The frame around the elements, at least one. */
export function frameOf(elements) {
  if (elements.length === 1) {
    const own = shapeBounds(elements[0]);
    return frameOfBounds(own, elements[0].angle ?? 0);
  }
  return frameOfBounds(
    elements.reduce((bounds, element) => union(bounds, outlineBounds(element)), null),
    0,
  );
}

function frameOfBounds({ left, top, right, bottom }, angle) {
  const [cx, cy] = [(left + right) / 2, (top + bottom) / 2];
  return { cx, cy, width: right - left, height: bottom - top, angle };
}

/** A point of the board as seen from the middle of the frame, along its sides. */
export function toFrame({ cx, cy, angle }, x, y) {
  return turned(x - cx, y - cy, -angle);
}

/** The point of the board that lies there from the middle of the frame. */
export function fromFrame({ cx, cy, angle }, dx, dy) {
  const [x, y] = turned(dx, dy, angle);
  return [cx + x, cy + y];
}

function turned(x, y, angle) {
  if (angle === 0) return [x, y];
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return [x * cosine - y * sine, x * sine + y * cosine];
}

/**
 * The names of the handles that do something: none at the ends of a side without length, no
 * upper and lower ones at a single text, whose lines make its height.
 */
export function handlesFor(elements) {
  if (!elements.some(isResizable)) return [];
  const { width, height } = frameOf(elements);
  const onlyText = elements.length === 1 && isText(elements[0]);
  return Object.keys(HANDLES).filter((name) => {
    const [hx, hy] = HANDLES[name];
    return !(hx !== 0 && width === 0) && !(hy !== 0 && height === 0) && !(onlyText && hx === 0);
  });
}

/**
 * What dragging a handle to a point makes of the elements: `[{id, props}, ...]` of those that
 * change. `place` is `{x, y}`, where the handle is dragged to; `keep` keeps the proportions,
 * `centred` the middle. Beyond the other side shapes and lines are mirrored, texts are not.
 */
export function resizedBy(elements, handle, place, { keep = false, centred = false } = {}) {
  const frame = frameOf(elements);
  const sides = HANDLES[handle];
  const isCorner = sides[0] !== 0 && sides[1] !== 0;
  const keepsAll = keep || (isCorner && elements.some(isText));
  const scales = scalesOf(frame, sides, toFrame(frame, place.x, place.y), keepsAll, centred);
  const options = { frame, sides, scales, keepsAll, centred };
  const resized = elements.length === 1 ? resizedAlone : resizedAmong;
  return changesOf(elements, (element) => resized(element, options));
}

function scalesOf({ width, height }, [hx, hy], [px, py], keep, centred) {
  const scale = (side, at, size) => {
    if (side === 0 || size === 0) return 1;
    return centred ? (2 * side * at) / size : (side * at) / size + 0.5;
  };
  const [sx, sy] = [scale(hx, px, width), scale(hy, py, height)];
  if (!keep) return [sx, sy];
  if (hx === 0 || width === 0) return [Math.abs(sy), sy];
  if (hy === 0 || height === 0) return [sx, Math.abs(sx)];
  const size = Math.max(Math.abs(sx), Math.abs(sy));
  return [sx < 0 ? -size : size, sy < 0 ? -size : size];
}

/** One element: the side opposite to the handle, or the middle, stays where it is. */
function resizedAlone(element, { frame, sides, scales, keepsAll, centred }) {
  const [hx, hy] = centred ? [0, 0] : sides;
  // A text grows downwards when it is made narrower, whatever its middle does.
  const anchor = isText(element) && !keepsAll && !centred ? [-hx, -1] : [-hx, -hy];
  const sized = scaled(element, scales, keepsAll);
  const own = shapeBounds(withDefaults({ ...element, ...sized }));
  const signX = isText(element) ? 1 : Math.sign(scales[0]) || 1;
  const signY = isText(element) ? 1 : Math.sign(scales[1]) || 1;
  const [width, height] = [own.right - own.left, own.bottom - own.top];
  const [ax, ay] = [(anchor[0] * frame.width) / 2, (anchor[1] * frame.height) / 2];
  const middle = fromFrame(
    frame,
    ax - (anchor[0] * signX * width) / 2,
    ay - (anchor[1] * signY * height) / 2,
  );
  return movedTo(element, sized, middle);
}

/** One of several: it keeps its place within the frame. */
function resizedAmong(element, { frame, sides, scales, keepsAll, centred }) {
  const [hx, hy] = centred ? [0, 0] : sides;
  const [ax, ay] = [(-hx * frame.width) / 2, (-hy * frame.height) / 2];
  const [mx, my] = toFrame(frame, ...middleOf(element));
  const middle = fromFrame(frame, ax + (mx - ax) * scales[0], ay + (my - ay) * scales[1]);
  const sized = scaled(element, alongSides(scales, element.angle ?? 0), keepsAll);
  return movedTo(element, sized, middle);
}

/** By how much a thing at this angle grows along its own sides. */
function alongSides([sx, sy], angle) {
  if (!angle) return [sx, sy];
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  return [Math.hypot(sx * cosine, sy * sine), Math.hypot(sx * sine, sy * cosine)];
}

/** The properties that give an element its size, scaled. */
function scaled(element, [sx, sy], keepsAll) {
  if (!isResizable(element)) return {};
  if (isText(element)) return scaledText(element, Math.abs(sx), keepsAll);
  if (isLine(element))
    return { points: element.points.map(([x, y]) => [onGrid(x * sx), onGrid(y * sy)]) };
  return {
    width: onGrid(Math.abs((element.width ?? 0) * sx)),
    height: onGrid(Math.abs((element.height ?? 0) * sy)),
  };
}

/** With its proportions kept a text's letters grow, otherwise the room for its lines does. */
function scaledText(element, scale, keepsAll) {
  if (!keepsAll) {
    const { left, right } = shapeBounds(element);
    return { width: onGrid(Math.max(TEXT_WIDTH_MIN, (right - left) * scale)) };
  }
  const wanted = onGrid(element.fontSize * scale);
  const fontSize = Math.min(FONT_SIZE_MAX, Math.max(FONT_SIZE_MIN, wanted));
  if (!element.width) return { fontSize };
  return { fontSize, width: onGrid((element.width * fontSize) / element.fontSize) };
}

/** The properties with which the element is of this size and has its middle there. */
function movedTo(element, sized, [mx, my]) {
  const own = shapeBounds(withDefaults({ ...element, ...sized, x: 0, y: 0 }));
  return {
    ...sized,
    x: onGrid(mx - (own.left + own.right) / 2),
    y: onGrid(my - (own.top + own.bottom) / 2),
  };
}

/**
 * What turning about the middle of the frame makes of the elements, when the pointer that
 * began at `from` is at `to`; `steps` keeps to multiples of 15 degrees.
 */
export function turnedBy(elements, from, to, { steps = false } = {}) {
  const frame = frameOf(elements);
  const directionOf = ({ x, y }) => Math.atan2(y - frame.cy, x - frame.cx);
  let by = directionOf(to) - directionOf(from);
  if (steps) by = Math.round((frame.angle + by) / TURN_STEP) * TURN_STEP - frame.angle;
  return changesOf(elements, (element) => {
    const [mx, my] = middleOf(element);
    const [dx, dy] = turned(mx - frame.cx, my - frame.cy, by);
    const moved = elements.length === 1 ? {} : movedTo(element, {}, [frame.cx + dx, frame.cy + dy]);
    return { ...moved, angle: withinTurn((element.angle ?? 0) + by) };
  });
}

/** The angle from -pi to pi, in steps of 1/10,000. */
function withinTurn(angle) {
  const turns = Math.round(angle / (2 * Math.PI));
  return Math.round((angle - turns * 2 * Math.PI) / ANGLE_STEP) * ANGLE_STEP + 0;
}

/** What moving by (dx, dy) makes of the elements. */
export function movedBy(elements, dx, dy) {
  return changesOf(elements, ({ x, y }) => ({ x: onGrid(x + dx), y: onGrid(y + dy) }));
}

/** Of each element only the properties that become others; elements without any are left out. */
function changesOf(elements, propsOf) {
  const changes = [];
  for (const element of elements) {
    const props = Object.fromEntries(
      Object.entries(propsOf(element)).filter(([name, value]) => !isSame(element[name], value)),
    );
    if (Object.keys(props).length > 0) changes.push({ id: element.id, props });
  }
  return changes;
}

function isSame(a, b) {
  if (!Array.isArray(b)) return a === b;
  return a.length === b.length && a.every(([x, y], i) => x === b[i][0] && y === b[i][1]);
}

/** Where the handles of a frame are, `margin` outside of it: name to `[x, y]` of the board. */
export function placesOfHandles(names, frame, margin) {
  const places = new Map();
  for (const name of names) {
    const [hx, hy] = HANDLES[name];
    const dx = hx * (frame.width / 2 + margin);
    const dy = hy * (frame.height / 2 + margin);
    places.set(name, fromFrame(frame, dx, dy));
  }
  return places;
}

/** The corner of the frame a handle stands for, in board units. */
export function cornerOf(frame, name) {
  const [hx, hy] = HANDLES[name];
  return fromFrame(frame, (hx * frame.width) / 2, (hy * frame.height) / 2);
}

/** The mouse cursor over a handle of a frame turned by `angle`. */
export function cursorOfHandle(name, angle) {
  const [hx, hy] = HANDLES[name];
  const eighth = Math.round((Math.atan2(hy, hx) + angle) / (Math.PI / 4));
  return ['ew-resize', 'nwse-resize', 'ns-resize', 'nesw-resize'][((eighth % 4) + 4) % 4];
}
