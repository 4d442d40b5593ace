// paint.js - paints one element on a 2D canvas, in board units. The same code paints the
// screen and the exported PNG.

import {
  arrowHeadLength,
  diamondCorners,
  hasFill,
  middleOf,
  shapeBounds,
  textBox,
} from './geometry.js';
import { GrowingTrace } from './growing_ink.js';
import { traceStroke } from './ink.js';
import { pictureOf } from './images.js';
import { fontOf, layoutText } from './text.js';

// A highlighter multiplies on light paper, so that what is below stays readable through it.
const MARKER_OPACITY = { light: 0.7, dark: 0.4 };
export const PLACEHOLDER_DASH = [6, 4];
export const PLACEHOLDER_FONT = 14;
const paths = new WeakMap();
const growing = new WeakMap();

/**
 * The colour an ink is shown in. On a dark board what is nearly black is shown nearly white
 * (and only shown: the element keeps its colour), everything else stays as chosen.
 */
export function shownColor(color, dark) {
  if (!dark) return color;
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  if (Math.max(r, g, b) > 0x48) return color;
  const flip = (value) => (255 - Math.round(value * 0.6)).toString(16).padStart(2, '0');
  return `#${flip(r)}${flip(g)}${flip(b)}${color.slice(7)}`;
}

/** The opacity an element is painted with: a highlighter is never opaque. */
export function opacityOf(element, dark) {
  const { opacity = 1 } = element;
  return element.tool === 'highlighter'
    ? opacity * MARKER_OPACITY[dark ? 'dark' : 'light']
    : opacity;
}

/** Dash lengths for a line of this width; empty for a solid one. */
export function dashOf(dash, strokeWidth) {
  if (dash === 'dashed') return [strokeWidth * 2 + 6, strokeWidth * 1.6 + 5];
  if (dash === 'dotted') return [0.01, strokeWidth * 1.6 + 3];
  return [];
}

/**
 * Paints `element`. `ctx` is already transformed to board units and is left as it was.
 * `live` says that the points still grow: their array is the same, and longer each time.
 */
export function paintElement(ctx, element, { dark, live = false }) {
  const painter = PAINTERS[element.kind] ?? paintPlaceholder;
  ctx.save();
  ctx.globalAlpha = opacityOf(element, dark);
  ctx.lineCap = 'round';
  ctx.lineJoin = 'round';
  if (element.angle) {
    const [cx, cy] = middleOf(element);
    ctx.translate(cx, cy);
    ctx.rotate(element.angle);
    ctx.translate(-cx, -cy);
  }
  painter(ctx, element, dark, live);
  ctx.restore();
}

const PAINTERS = {
  stroke: paintStroke,
  rect: paintShape,
  ellipse: paintShape,
  diamond: paintShape,
  line: paintLine,
  arrow: paintLine,
  text: paintText,
  sticky: paintSticky,
  image: paintImage,
};

/** What stands in the place of an element that this page can't draw. */
export function placeholderLabel({ kind, source }) {
  if (kind !== 'image') return kind;
  // Never fetched: a board must not make its readers call on servers that somebody chose.
  const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#]+)/i.exec(source ?? '')?.[1];
  return host ? `image: ${host}` : 'image';
}

/** The picture where the element itself holds it, otherwise the box in its place. */
function paintImage(ctx, element, dark) {
  const picture = pictureOf(element);
  if (!picture) {
    paintPlaceholder(ctx, element, dark);
    return;
  }
  const { left, top, right, bottom } = shapeBounds(element);
  ctx.drawImage(picture, left, top, right - left, bottom - top);
}

/** A labelled box; nothing where the element has no size. */
function paintPlaceholder(ctx, element, dark) {
  const { left, top, right, bottom } = shapeBounds(element);
  const [width, height] = [right - left, bottom - top];
  const color = shownColor(element.color ?? '#000000', dark);
  ctx.strokeStyle = color;
  ctx.lineWidth = 1;
  ctx.setLineDash(PLACEHOLDER_DASH);
  ctx.strokeRect(left, top, width, height);
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.fillStyle = color;
  ctx.font = fontOf(PLACEHOLDER_FONT);
  ctx.textBaseline = 'top';
  ctx.fillText(placeholderLabel(element), left + 6, top + 6);
}

/** A lock in the upper right corner of these bounds, of one size on the screen. */
export function paintLock(ctx, { right, top }, zoom) {
  const side = 10 / zoom;
  const [x, y] = [right - side, top - 0.8 * side];
  ctx.save();
  ctx.lineWidth = 1.5 / zoom;
  ctx.fillStyle = ctx.strokeStyle;
  ctx.beginPath();
  ctx.arc(x + side / 2, y, side * 0.3, Math.PI, 0);
  ctx.stroke();
  ctx.fillRect(x, y, side, side * 0.8);
  ctx.restore();
}

function paintStroke(ctx, element, dark, live) {
  const color = shownColor(element.color, dark);
  if (element.tool === 'highlighter') ctx.globalCompositeOperation = dark ? 'screen' : 'multiply';
  ctx.translate(element.x, element.y);
  const { path, style } = live ? growingPath(element) : rememberedPath(element);
  if (style.filled) {
    ctx.fillStyle = color;
    ctx.fill(path);
  } else {
    ctx.strokeStyle = color;
    ctx.lineWidth = style.lineWidth;
    ctx.stroke(path);
  }
}

function growingPath(element) {
  let trace = growing.get(element.points);
  if (!trace) {
    trace = new GrowingTrace((from) => (from ? new Path2D(from) : new Path2D()));
    growing.set(element.points, trace);
  }
  return trace.trace(element);
}

function tracedPath(element) {
  const path = new Path2D();
  return { path, style: traceStroke(element, path) };
}

/** Points of a committed stroke never change, so its path is made once per width. */
function rememberedPath(element) {
  let known = paths.get(element.points);
  if (!known || known.width !== element.width || known.tool !== element.tool) {
    known = { ...tracedPath(element), width: element.width, tool: element.tool };
    paths.set(element.points, known);
  }
  return { path: known.path, style: known.style };
}

function setOutline(ctx, element, dark) {
  ctx.strokeStyle = shownColor(element.color, dark);
  ctx.lineWidth = element.strokeWidth;
  ctx.setLineDash(dashOf(element.dash, element.strokeWidth));
}

function paintShape(ctx, element, dark) {
  const { left, top, right, bottom } = shapeBounds(element);
  const path = new Path2D();
  if (element.kind === 'rect') {
    path.roundRect(left, top, right - left, bottom - top, cornerRadius(right - left, bottom - top));
  } else if (element.kind === 'ellipse') {
    path.ellipse(
      (left + right) / 2,
      (top + bottom) / 2,
      (right - left) / 2,
      (bottom - top) / 2,
      0,
      0,
      Math.PI * 2,
    );
  } else {
    diamondCorners({ left, top, right, bottom }).forEach(([x, y], i) =>
      i ? path.lineTo(x, y) : path.moveTo(x, y),
    );
    path.closePath();
  }
  if (hasFill(element)) {
    ctx.fillStyle = shownColor(element.fill, dark);
    ctx.fill(path);
  }
  setOutline(ctx, element, dark);
  ctx.stroke(path);
}

/** Corners are a little round, less so on a small rectangle. */
export function cornerRadius(width, height) {
  return Math.min(6, width / 6, height / 6);
}

function paintLine(ctx, element, dark) {
  const points = element.points.map(([x, y]) => [x + element.x, y + element.y]);
  if (points.length < 2) return;
  setOutline(ctx, element, dark);
  ctx.beginPath();
  points.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
  ctx.stroke();
  ctx.setLineDash([]);
  for (const head of arrowHeads(element)) {
    ctx.beginPath();
    head.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
    ctx.stroke();
  }
}

/** The open heads of a line or an arrow: three points each, the tip in the middle. */
export function arrowHeads(element) {
  const points = element.points.map(([x, y]) => [x + element.x, y + element.y]);
  const heads = [];
  if (points.length < 2) return heads;
  const last = points.length - 1;
  if (element.endHead === 'arrow')
    heads.push(headAt(points[last], points[last - 1], element.strokeWidth));
  if (element.startHead === 'arrow') heads.push(headAt(points[0], points[1], element.strokeWidth));
  return heads;
}

function headAt([x, y], [fromX, fromY], strokeWidth) {
  const span = Math.hypot(x - fromX, y - fromY);
  const length = Math.min(arrowHeadLength(strokeWidth), Math.max(4, span * 0.6));
  const direction = Math.atan2(y - fromY, x - fromX);
  const wing = (turn) => [
    x - length * Math.cos(direction + turn),
    y - length * Math.sin(direction + turn),
  ];
  return [wing(0.48), [x, y], wing(-0.48)];
}

function paintText(ctx, element, dark) {
  if (hasFill(element)) {
    const { width, height } = textBox(element);
    ctx.fillStyle = shownColor(element.fill, dark);
    ctx.fillRect(element.x, element.y, width, height);
  }
  paintLines(ctx, element, element.x, element.y, dark);
}

function paintSticky(ctx, element, dark) {
  const { width, height } = textBox(element);
  ctx.save();
  ctx.shadowColor = 'rgba(0, 0, 0, 0.2)';
  ctx.shadowBlur = 8;
  ctx.fillStyle = hasFill(element) ? element.fill : '#ffe066';
  ctx.fillRect(element.x, element.y, width, height);
  ctx.restore();
  paintLines(
    ctx,
    element,
    element.x + element.fontSize * 0.8,
    element.y + element.fontSize * 0.8,
    dark && hasFill(element),
  );
}

function paintLines(ctx, element, x, y, dark) {
  const { lines, lineHeight } = layoutText(element);
  ctx.fillStyle = shownColor(element.color, dark);
  ctx.font = fontOf(element.fontSize);
  ctx.textBaseline = 'middle';
  lines.forEach((line, i) => ctx.fillText(line, x, y + lineHeight * (i + 0.5)));
}
