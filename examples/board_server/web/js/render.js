// render.js - two layers: finished elements on a static canvas, everything that moves on a
// live one above it. Each is repainted at most once per animation frame and only if something
// on it changed; the static one only where it changed.

import { boundsOf, intersects, union } from './geometry.js';
import { paintElement } from './paint.js';

const PIXEL_MARGIN = 2;
const PIXEL_TOLERANCE = 1e-6;

export class Renderer {
  #staticCtx;
  #liveCtx;
  #viewport;
  #sources;
  #ratio = 1;
  #scheduled = false;
  #allDirty = true;
  #painted = null;
  #dirty = null;
  #added = [];
  #liveDirty = true;
  #hidden = new Set();
  dark = false;

  /**
   * `sources` tells what to paint: `ordered()` the elements lowest first, `live()` the growing
   * strokes, `paintTool(ctx, renderer)` what the tool shows, `beforeFrame()` is called first.
   */
  constructor({ staticCanvas, liveCanvas, viewport, sources }) {
    this.#staticCtx = staticCanvas.getContext('2d');
    this.#liveCtx = liveCanvas.getContext('2d');
    this.#viewport = viewport;
    this.#sources = sources;
  }

  /** Fits both canvases to the drawing area, in device pixels. */
  resize(width, height, ratio) {
    this.#ratio = ratio;
    for (const { canvas } of [this.#staticCtx, this.#liveCtx]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    this.invalidateAll();
  }

  /** The view has moved or zoomed; what stays in sight is kept where that is exact. */
  viewChanged() {
    this.invalidateLive();
  }

  /** Nothing of what is painted can be kept. */
  invalidateAll() {
    this.#allDirty = true;
    this.invalidateLive();
  }

  invalidateLive() {
    this.#liveDirty = true;
    this.requestFrame();
  }

  /** One element of the board changed; undefined = was not there, is gone. */
  elementChanged(before, after, isOnTop) {
    if (!before && isOnTop) this.#added.push(after);
    else {
      if (before) this.#dirty = union(this.#dirty, boundsOf(before));
      if (after) this.#dirty = union(this.#dirty, boundsOf(after));
    }
    this.requestFrame();
  }

  /** Leaves these elements out of the static layer: a tool is showing them elsewhere. */
  hide(ids) {
    const touched = new Set([...this.#hidden, ...ids]);
    this.#hidden = new Set(ids);
    for (const element of this.#sources.ordered()) {
      if (touched.has(element.id)) this.#dirty = union(this.#dirty, boundsOf(element));
    }
    this.requestFrame();
  }

  requestFrame() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#frame();
    });
  }

  #frame() {
    this.#sources.beforeFrame();
    const shift = this.#shiftOfView();
    if (this.#allDirty || !shift) this.#repaintAll();
    else {
      const moved = shift.dx !== 0 || shift.dy !== 0;
      if (moved) this.#shiftBy(shift);
      // After a move, what was added may be painted in a strip already: once must do.
      if (this.#dirty || (moved && this.#added.length > 0)) this.#repaintDirty();
      else this.#paintAdded();
    }
    this.#allDirty = false;
    this.#dirty = null;
    this.#added = [];
    this.#painted = this.#view();
    if (this.#liveDirty) this.#repaintLive();
    this.#liveDirty = false;
  }

  #view() {
    const { x, y, zoom } = this.#viewport;
    return { x, y, scale: zoom * this.#ratio };
  }

  /**
   * By how many whole device pixels the view has moved since the static layer was painted, or
   * null when it did something else: then nothing of the layer can be kept.
   */
  #shiftOfView() {
    const { x, y, scale } = this.#view();
    if (!this.#painted || this.#painted.scale !== scale) return null;
    const dx = (this.#painted.x - x) * scale;
    const dy = (this.#painted.y - y) * scale;
    const [wholeX, wholeY] = [Math.round(dx), Math.round(dy)];
    const isWhole =
      Math.abs(dx - wholeX) < PIXEL_TOLERANCE && Math.abs(dy - wholeY) < PIXEL_TOLERANCE;
    const { width, height } = this.#staticCtx.canvas;
    return isWhole && Math.abs(wholeX) < width && Math.abs(wholeY) < height
      ? { dx: wholeX, dy: wholeY }
      : null;
  }

  /** Moves what is painted and paints the strips that came into view. */
  #shiftBy({ dx, dy }) {
    const ctx = this.#staticCtx;
    const { width, height } = ctx.canvas;
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.globalCompositeOperation = 'copy';
    ctx.drawImage(ctx.canvas, dx, dy);
    ctx.restore();
    if (dx !== 0) this.#repaintPixels(dx > 0 ? 0 : width + dx, 0, Math.abs(dx), height);
    if (dy !== 0) this.#repaintPixels(0, dy > 0 ? 0 : height + dy, width, Math.abs(dy));
  }

  #repaintAll() {
    const { width, height } = this.#staticCtx.canvas;
    this.#repaintPixels(0, 0, width, height);
  }

  /** Repaints the dirty rectangle, widened to whole device pixels so that its edge is clean. */
  #repaintDirty() {
    for (const element of this.#added) this.#dirty = union(this.#dirty, boundsOf(element));
    const { width, height } = this.#staticCtx.canvas;
    const { x, y, scale } = this.#view();
    const left = Math.max(0, Math.floor((this.#dirty.left - x) * scale) - PIXEL_MARGIN);
    const top = Math.max(0, Math.floor((this.#dirty.top - y) * scale) - PIXEL_MARGIN);
    const right = Math.min(width, Math.ceil((this.#dirty.right - x) * scale) + PIXEL_MARGIN);
    const bottom = Math.min(height, Math.ceil((this.#dirty.bottom - y) * scale) + PIXEL_MARGIN);
    if (right > left && bottom > top) this.#repaintPixels(left, top, right - left, bottom - top);
  }

  /** Paints a rectangle of device pixels of the static layer anew. */
  #repaintPixels(left, top, width, height) {
    const ctx = this.#staticCtx;
    const { x, y, scale } = this.#view();
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    ctx.clearRect(left, top, width, height);
    this.#toBoardUnits(ctx);
    this.#paintWithin(ctx, {
      left: x + left / scale,
      top: y + top / scale,
      right: x + (left + width) / scale,
      bottom: y + (top + height) / scale,
    });
    ctx.restore();
  }

  #paintAdded() {
    if (this.#added.length === 0) return;
    this.#toBoardUnits(this.#staticCtx);
    const seen = this.#viewport.bounds;
    for (const element of this.#added) {
      if (intersects(boundsOf(element), seen)) paintElement(this.#staticCtx, element, this);
    }
  }

  #paintWithin(ctx, bounds) {
    for (const element of this.#sources.ordered()) {
      if (this.#hidden.has(element.id) || !intersects(boundsOf(element), bounds)) continue;
      paintElement(ctx, element, this);
    }
  }

  #repaintLive() {
    const ctx = this.#liveCtx;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, ctx.canvas.width, ctx.canvas.height);
    this.#toBoardUnits(ctx);
    const growing = this.#sources.live();
    // A highlighter has to multiply with the layer below, not only with its own.
    ctx.canvas.classList.toggle(
      'marking',
      growing.some(({ tool }) => tool === 'highlighter'),
    );
    for (const stroke of growing) {
      paintElement(ctx, { x: 0, y: 0, ...stroke, kind: 'stroke' }, { dark: this.dark, live: true });
    }
    this.#sources.paintTool(ctx, this);
  }

  #toBoardUnits(ctx) {
    const { x, y, scale } = this.#view();
    ctx.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
  }
}
