// select_tool.js - choose elements by click or by a frame around them, move and remove them.

import {
  boundsOfCorners,
  contains,
  encloses,
  grow,
  outlineBounds,
  topmostAt,
  union,
} from '../geometry.js';
import { paintElement, paintLock } from '../paint.js';
import { copiesOf, makeId, onGrid } from '../protocol.js';

const TOUCH_PIXELS = { mouse: 5, pen: 6, touch: 12 };
const DRAG_PIXELS = 3;
const DOUBLE_MS = 400;
const COPY_OFFSET = 24;

export class SelectTool {
  cursor = 'default';
  #context;
  #ids = new Set();
  #gesture = null;
  #lastClick = { time: -Infinity, id: null };

  constructor(context) {
    this.#context = context;
  }

  /** The selected elements that are (still) on the board, lowest first. */
  get selected() {
    if (this.#ids.size === 0) return [];
    return this.#context.board.ordered().filter(({ id }) => this.#ids.has(id));
  }

  select(ids) {
    this.#ids = new Set(ids);
    this.#changed();
  }

  selectAll() {
    this.select(this.#context.board.ordered().map(({ id }) => id));
  }

  removeSelected() {
    const ids = this.selected.map(({ id }) => id);
    if (ids.length === 0) return false;
    this.#context.session.remove(ids);
    this.select([]);
    return true;
  }

  /** Copies the selection a little aside and selects the copies. */
  duplicateSelected() {
    const group = makeId();
    const copies = copiesOf(this.selected, COPY_OFFSET).map((copy) =>
      this.#context.session.put(copy, group),
    );
    if (copies.length > 0) this.select(copies.filter(Boolean));
  }

  moveSelectedBy(dx, dy) {
    const group = this.#ids.size > 1 ? makeId() : undefined;
    for (const { id, props } of this.#movedBy(dx, dy)) this.#context.session.set(id, props, group);
    this.#changed();
  }

  #movedBy(dx, dy) {
    return this.selected.map(({ id, x, y }) => ({
      id,
      props: { x: onGrid(x + dx), y: onGrid(y + dy) },
    }));
  }

  /** An element is gone or has changed: what is shown around the selection follows. */
  boardChanged() {
    if (this.#ids.size > 0) this.#changed();
  }

  start(sample) {
    const { board, viewport } = this.#context;
    const tolerance = (TOUCH_PIXELS[sample.type] ?? 5) / viewport.zoom;
    const hit = topmostAt(board.ordered(), sample.x, sample.y, tolerance);
    const within = this.#isWithinSelection(sample, tolerance);
    if (!hit && !within) {
      if (!sample.shift) this.select([]);
      this.#gesture = { kind: 'frame', from: sample, to: sample, kept: [...this.#ids] };
      return;
    }
    if (hit && sample.shift) this.#toggle(hit.id);
    else if (hit && !this.#ids.has(hit.id) && !within) this.select([hit.id]);
    this.#gesture = { kind: 'press', from: sample, hit: hit?.id ?? null, dx: 0, dy: 0 };
  }

  move(samples) {
    const sample = samples[samples.length - 1];
    const gesture = this.#gesture;
    if (!gesture) return;
    if (gesture.kind === 'frame') {
      gesture.to = sample;
      this.#selectFramed(gesture);
    } else {
      if (gesture.kind === 'press' && pixelsBetween(gesture.from, sample) >= DRAG_PIXELS)
        this.#beginDrag();
      if (gesture.kind === 'drag') {
        gesture.dx = sample.x - gesture.from.x;
        gesture.dy = sample.y - gesture.from.y;
        this.#context.session.preview(this.#movedBy(gesture.dx, gesture.dy));
      }
    }
    this.#context.renderer.invalidateLive();
  }

  end(sample) {
    if (sample) this.move([sample]);
    const gesture = this.#gesture;
    this.#gesture = null;
    if (gesture?.kind === 'drag') this.#drop(gesture);
    if (gesture?.kind === 'press' && sample) this.#click(gesture, sample);
    this.#context.renderer.invalidateLive();
  }

  cancel() {
    if (this.#gesture?.kind === 'drag') this.#context.renderer.hide([]);
    this.#gesture = null;
    this.#context.renderer.invalidateLive();
  }

  deactivate() {
    this.select([]);
  }

  paint(ctx, options) {
    const { zoom } = this.#context.viewport;
    const selected = this.selected;
    const moved = this.#gesture?.kind === 'drag' ? this.#gesture : { dx: 0, dy: 0 };
    ctx.save();
    ctx.translate(moved.dx, moved.dy);
    if (this.#gesture?.kind === 'drag')
      for (const element of selected) paintElement(ctx, element, options);
    this.#paintSelection(ctx, selected, zoom);
    ctx.restore();
    if (this.#gesture?.kind === 'frame') paintFrame(ctx, this.#gesture, zoom);
  }

  #paintSelection(ctx, selected, zoom) {
    if (selected.length === 0) return;
    ctx.strokeStyle = '#5b5bd6';
    ctx.lineWidth = 1 / zoom;
    if (selected.length > 1) {
      for (const element of selected) strokeBounds(ctx, grow(outlineBounds(element), 3 / zoom));
    }
    for (const element of selected) {
      if (element.locked) paintLock(ctx, outlineBounds(element), zoom);
    }
    ctx.lineWidth = 1.5 / zoom;
    const all = grow(selectionBounds(selected), 7 / zoom);
    ctx.setLineDash([]);
    strokeBounds(ctx, all);
    const side = 7 / zoom;
    ctx.fillStyle = '#ffffff';
    for (const [x, y] of [
      [all.left, all.top],
      [all.right, all.top],
      [all.left, all.bottom],
      [all.right, all.bottom],
    ]) {
      ctx.beginPath();
      ctx.roundRect(x - side / 2, y - side / 2, side, side, 2 / zoom);
      ctx.fill();
      ctx.stroke();
    }
  }

  #isWithinSelection({ x, y }, tolerance) {
    const bounds = selectionBounds(this.selected);
    return bounds !== null && contains(grow(bounds, tolerance), x, y);
  }

  #selectFramed({ from, to, kept }) {
    const frame = boundsOfCorners(from.x, from.y, to.x, to.y);
    const framed = this.#context.board
      .ordered()
      .filter((element) => encloses(frame, outlineBounds(element)));
    this.select([...kept, ...framed.map(({ id }) => id)]);
  }

  #beginDrag() {
    this.#gesture.kind = 'drag';
    this.#context.renderer.hide([...this.#ids]);
  }

  #drop({ dx, dy }) {
    this.#context.renderer.hide([]);
    this.moveSelectedBy(dx, dy);
  }

  #click({ hit }, sample) {
    const { time, id } = this.#lastClick;
    const element = this.#context.board.get(hit);
    const isDouble = hit !== null && id === hit && sample.time - time < DOUBLE_MS;
    if (isDouble && (element?.kind === 'text' || element?.kind === 'sticky'))
      this.#context.editText(element);
    else if (hit !== null && !sample.shift) this.select([hit]);
    else if (hit === null) this.select([]);
    this.#lastClick = { time: sample.time, id: hit };
  }

  #toggle(id) {
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#changed();
  }

  #changed() {
    this.#context.renderer.invalidateLive();
    this.#context.onSelection(this.selected);
  }
}

function selectionBounds(elements) {
  return elements.reduce((bounds, element) => union(bounds, outlineBounds(element)), null);
}

function pixelsBetween(a, b) {
  return Math.hypot(a.screenX - b.screenX, a.screenY - b.screenY);
}

function strokeBounds(ctx, { left, top, right, bottom }) {
  ctx.strokeRect(left, top, right - left, bottom - top);
}

function paintFrame(ctx, { from, to }, zoom) {
  const frame = boundsOfCorners(from.x, from.y, to.x, to.y);
  ctx.fillStyle = 'rgba(91, 91, 214, 0.08)';
  ctx.strokeStyle = '#5b5bd6';
  ctx.lineWidth = 1 / zoom;
  ctx.fillRect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top);
  strokeBounds(ctx, frame);
}
