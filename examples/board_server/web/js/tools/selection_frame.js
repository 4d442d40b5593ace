// selection_frame.js - what is painted around the selection, and which handle of it a pointer
// is on.

import { boundsOfCorners, grow, outlineBounds } from '../geometry.js';
import { paintLock } from '../paint.js';
import { frameOf, fromFrame, handlesFor, placesOfHandles } from '../transform.js';

const COLOR = '#5b5bd6';
const MARGIN_PIXELS = 7;
const HANDLE_PIXELS = 8;
const HANDLE_FINGER_PIXELS = 11;
const TURN_PIXELS = 24;
/** Below this many pixels a side has no handle in its middle: the corners would not be found. */
const SIDE_PIXELS_MIN = 44;

/** The handles of a selection on the screen: name to `[x, y]` of the board; `turn` among them. */
export function handlePlaces(elements, zoom) {
  if (elements.length === 0) return new Map();
  const frame = frameOf(elements);
  const names = handlesFor(elements);
  const corners = names.some((name) => name.length === 2);
  const shown = names.filter((name) => {
    if (name.length === 2 || !corners) return true;
    const side = name === 'n' || name === 's' ? frame.width : frame.height;
    return side * zoom >= SIDE_PIXELS_MIN;
  });
  const places = placesOfHandles(shown, frame, MARGIN_PIXELS / zoom);
  const reach = frame.height / 2 + (MARGIN_PIXELS + TURN_PIXELS) / zoom;
  places.set('turn', fromFrame(frame, 0, -reach));
  return places;
}

/** The name of the handle within `reach` board units of a place, or null. */
export function handleAt(elements, { x, y }, reach, zoom) {
  let nearest = null;
  let least = reach;
  for (const [name, [hx, hy]] of handlePlaces(elements, zoom)) {
    const distance = Math.hypot(x - hx, y - hy);
    if (distance > least) continue;
    nearest = name;
    least = distance;
  }
  return nearest;
}

/** Paints the frame around the elements, with its handles unless something is being dragged. */
export function paintSelection(ctx, elements, { zoom, handles = true, finger = false }) {
  if (elements.length === 0) return;
  ctx.save();
  ctx.strokeStyle = COLOR;
  ctx.setLineDash([]);
  ctx.lineWidth = 1 / zoom;
  if (elements.length > 1) {
    for (const element of elements) paintBox(ctx, grow(outlineBounds(element), 3 / zoom));
  }
  for (const element of elements) {
    if (element.locked) paintLock(ctx, outlineBounds(element), zoom);
  }
  ctx.lineWidth = 1.5 / zoom;
  paintFrame(ctx, frameOf(elements), MARGIN_PIXELS / zoom);
  if (handles) paintHandles(ctx, elements, zoom, finger);
  ctx.restore();
}

function paintFrame(ctx, frame, margin) {
  const [width, height] = [frame.width / 2 + margin, frame.height / 2 + margin];
  ctx.beginPath();
  ctx.moveTo(...fromFrame(frame, -width, -height));
  ctx.lineTo(...fromFrame(frame, width, -height));
  ctx.lineTo(...fromFrame(frame, width, height));
  ctx.lineTo(...fromFrame(frame, -width, height));
  ctx.closePath();
  ctx.stroke();
}

function paintHandles(ctx, elements, zoom, finger) {
  const { angle } = frameOf(elements);
  const side = (finger ? HANDLE_FINGER_PIXELS : HANDLE_PIXELS) / zoom;
  ctx.fillStyle = '#ffffff';
  for (const [name, [x, y]] of handlePlaces(elements, zoom)) {
    ctx.save();
    ctx.translate(x, y);
    ctx.rotate(angle);
    ctx.beginPath();
    if (name === 'turn') ctx.arc(0, 0, side * 0.56, 0, 2 * Math.PI);
    else ctx.roundRect(-side / 2, -side / 2, side, side, side / 4);
    ctx.fill();
    ctx.stroke();
    ctx.restore();
  }
}

/** Paints the frame that is being drawn around what is to be selected. */
export function paintChoice(ctx, { from, to }, zoom) {
  const frame = boundsOfCorners(from.x, from.y, to.x, to.y);
  ctx.fillStyle = 'rgba(91, 91, 214, 0.08)';
  ctx.strokeStyle = COLOR;
  ctx.lineWidth = 1 / zoom;
  ctx.fillRect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
  paintBox(ctx, frame);
}

function paintBox(ctx, { left, top, right, bottom }) {
  ctx.strokeRect(left, top, right - left, bottom - top);
}
