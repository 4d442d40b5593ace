// geometry.js - bounds and hit tests of elements. Pure; the size of a text comes from a
// measuring function, because only a browser knows its fonts.

import { pressureScale } from './outline.js';
import { layoutText, LINE_HEIGHT } from './text.js';

export function union(a, b) {
  if (!a) return b;
  if (!b) return a;
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}

export function grow(bounds, by) {
  return {
    left: bounds.left - by,
    top: bounds.top - by,
    right: bounds.right + by,
    bottom: bounds.bottom + by,
  };
}

export function intersects(a, b) {
  return a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom;
}

export function contains(bounds, x, y) {
  return x >= bounds.left && x <= bounds.right && y >= bounds.top && y <= bounds.bottom;
}

export function encloses(outer, inner) {
  return (
    inner.left >= outer.left &&
    inner.right <= outer.right &&
    inner.top >= outer.top &&
    inner.bottom <= outer.bottom
  );
}

/** The rectangle between two corners, whichever way round. */
export function boundsOfCorners(ax, ay, bx, by) {
  return {
    left: Math.min(ax, bx),
    top: Math.min(ay, by),
    right: Math.max(ax, bx),
    bottom: Math.max(ay, by),
  };
}

/** The bounds of points `[x, y, ...]`; null when there are none. */
export function boundsOfPoints(points) {
  let bounds = null;
  for (const [x, y] of points) {
    if (!bounds) bounds = { left: x, top: y, right: x, bottom: y };
    if (x < bounds.left) bounds.left = x;
    if (x > bounds.right) bounds.right = x;
    if (y < bounds.top) bounds.top = y;
    if (y > bounds.bottom) bounds.bottom = y;
  }
  return bounds;
}

const pointBounds = new WeakMap();
const elementBounds = new WeakMap();
const NOTHING = { left: 0, top: 0, right: 0, bottom: 0 };

/** The rectangle that everything painted of the element lies in, in board units. */
export function boundsOf(element) {
  let bounds = elementBounds.get(element);
  if (!bounds) {
    bounds = turned(element, grow(shapeBounds(element), paintMargin(element)));
    elementBounds.set(element, bounds);
  }
  return bounds;
}

/** The rectangle to show around the element: its outline, without heads and shadows. */
export function outlineBounds(element) {
  const line = element.kind === 'stroke' ? element.width : (element.strokeWidth ?? 0);
  return turned(element, grow(shapeBounds(element), line / 2));
}

/** The element's own rectangle, without the width of its outline and without its angle. */
export function shapeBounds(element) {
  const { x, y } = element;
  switch (element.kind) {
    case 'stroke':
    case 'line':
    case 'arrow': {
      let own = pointBounds.get(element.points);
      if (!own) {
        own = boundsOfPoints(element.points) ?? NOTHING;
        pointBounds.set(element.points, own);
      }
      return { left: own.left + x, top: own.top + y, right: own.right + x, bottom: own.bottom + y };
    }
    case 'text':
    case 'sticky': {
      const { width, height } = textBox(element);
      return { left: x, top: y, right: x + width, bottom: y + height };
    }
    default:
      return boundsOfCorners(x, y, x + (element.width ?? 0), y + (element.height ?? 0));
  }
}

/** The size of the box of a text or a sticky note, in board units. */
export function textBox(element) {
  const layout = layoutText(element);
  if (element.kind === 'sticky') {
    return {
      width: element.width,
      height: Math.max(element.width, layout.height + 2 * element.fontSize),
    };
  }
  return { width: Math.max(element.width ?? 0, layout.width, 4), height: layout.height };
}

function paintMargin(element) {
  switch (element.kind) {
    case 'stroke':
      return (element.width * pressureScale(1)) / 2 + 1;
    case 'arrow':
      return arrowHeadLength(element.strokeWidth) + element.strokeWidth;
    case 'line':
      return element.startHead || element.endHead
        ? arrowHeadLength(element.strokeWidth) + element.strokeWidth
        : element.strokeWidth;
    case 'text':
      return element.fontSize * (LINE_HEIGHT - 1);
    case 'sticky':
      return 14;
    default:
      return (element.strokeWidth ?? 2) / 2 + 1;
  }
}

/** The length of an arrow head for a line of this width. */
export function arrowHeadLength(strokeWidth) {
  return 8 + strokeWidth * 2.6;
}

/** The bounds after turning about the middle by the element's angle. */
function turned(element, bounds) {
  if (!element.angle) return bounds;
  const [cx, cy] = middleOf(element);
  const corners = [
    [bounds.left, bounds.top],
    [bounds.right, bounds.top],
    [bounds.right, bounds.bottom],
    [bounds.left, bounds.bottom],
  ];
  return boundsOfPoints(corners.map(([x, y]) => turn(x - cx, y - cy, element.angle, cx, cy)));
}

function turn(dx, dy, angle, cx, cy) {
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  return [cx + dx * cosine - dy * sine, cy + dx * sine + dy * cosine];
}

/** The point an element turns about. */
export function middleOf(element) {
  const own = shapeBounds(element);
  return [(own.left + own.right) / 2, (own.top + own.bottom) / 2];
}

/** The bounds of all elements; null when there are none. */
export function boundsOfAll(elements) {
  let bounds = null;
  for (const element of elements) bounds = union(bounds, boundsOf(element));
  return bounds;
}

/** The distance of (px, py) from the segment a-b. */
export function distanceToSegment(px, py, [ax, ay], [bx, by]) {
  const dx = bx - ax;
  const dy = by - ay;
  const square = dx * dx + dy * dy;
  const t = square === 0 ? 0 : Math.min(1, Math.max(0, ((px - ax) * dx + (py - ay) * dy) / square));
  return Math.hypot(px - ax - t * dx, py - ay - t * dy);
}

function isNearPolyline(points, px, py, reach, closed = false) {
  if (points.length === 1) return Math.hypot(px - points[0][0], py - points[0][1]) <= reach;
  for (let i = 1; i < points.length; i += 1) {
    if (distanceToSegment(px, py, points[i - 1], points[i]) <= reach) return true;
  }
  return closed && distanceToSegment(px, py, points[points.length - 1], points[0]) <= reach;
}

/**
 * Whether the point (x, y) touches what is painted of the element, within `tolerance` board
 * units. A shape without fill is touched at its outline only.
 */
export function isTouched(element, x, y, tolerance) {
  if (!contains(grow(boundsOf(element), tolerance), x, y)) return false;
  let [px, py] = [x, y];
  if (element.angle) {
    const [cx, cy] = middleOf(element);
    [px, py] = turn(x - cx, y - cy, -element.angle, cx, cy);
  }
  const own = shapeBounds(element);
  const reach = tolerance + (element.strokeWidth ?? 0) / 2;
  switch (element.kind) {
    case 'stroke':
      return isNearPolyline(
        element.points,
        px - element.x,
        py - element.y,
        tolerance + element.width / 2,
      );
    case 'line':
    case 'arrow':
      return isNearPolyline(element.points, px - element.x, py - element.y, reach);
    case 'ellipse':
      return (
        isInEllipse(own, px, py, reach) && (hasFill(element) || !isInEllipse(own, px, py, -reach))
      );
    case 'rect':
      return hasFill(element) || !contains(grow(own, -reach), px, py);
    case 'diamond':
      return hasFill(element) || isNearPolyline(diamondCorners(own), px, py, reach, true);
    default:
      return contains(grow(own, tolerance), px, py);
  }
}

/** The corners of the diamond within these bounds, from the top clockwise. */
export function diamondCorners({ left, top, right, bottom }) {
  const cx = (left + right) / 2;
  const cy = (top + bottom) / 2;
  return [
    [cx, top],
    [right, cy],
    [cx, bottom],
    [left, cy],
  ];
}

export function hasFill(element) {
  return Boolean(element.fill) && element.fill !== 'none';
}

function isInEllipse({ left, top, right, bottom }, x, y, by) {
  const rx = (right - left) / 2 + by;
  const ry = (bottom - top) / 2 + by;
  if (rx <= 0 || ry <= 0) return false;
  const dx = (x - (left + right) / 2) / rx;
  const dy = (y - (top + bottom) / 2) / ry;
  return dx * dx + dy * dy <= 1;
}

/** The topmost of the elements (given lowest first) that is touched at (x, y), or null. */
export function topmostAt(elements, x, y, tolerance) {
  for (let i = elements.length - 1; i >= 0; i -= 1) {
    if (isTouched(elements[i], x, y, tolerance)) return elements[i];
  }
  return null;
}
