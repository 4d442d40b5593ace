// render.js - two layers: finished elements on a static canvas, everything that moves on a
// live one above it. Each is repainted at most once per animation frame and only if something
// on it changed; the static one only where it changed.

import { boundsOf, grow, intersects, union } from './geometry.js';
import { paintElement } from './paint.js';

const SCREEN_MARGIN = 2;

export class Renderer {
  #staticCtx;
  #liveCtx;
  #viewport;
  #sources;
  #ratio = 1;
  #scheduled = false;
  #allDirty = true;
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
    if (this.#allDirty) this.#repaintAll();
    else if (this.#dirty) this.#repaintDirty();
    else this.#paintAdded();
    this.#allDirty = false;
    this.#dirty = null;
    this.#added = [];
    if (this.#liveDirty) this.#repaintLive();
    this.#liveDirty = false;
  }

  #repaintAll() {
    const ctx = this.#staticCtx;
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, ctx.canvas.width, ctx.canvas.height);
    this.#toBoardUnits(ctx);
    this.#paintWithin(ctx, this.#viewport.bounds);
  }

  /** Repaints the dirty rectangle, widened to whole device pixels so that its edge is clean. */
  #repaintDirty() {
    for (const element of this.#added) this.#dirty = union(this.#dirty, boundsOf(element));
    const scale = this.#viewport.zoom * this.#ratio;
    const left = Math.max(0, Math.floor((this.#dirty.left - this.#viewport.x) * scale) - SCREEN_MARGIN);
    const top = Math.max(0, Math.floor((this.#dirty.top - this.#viewport.y) * scale) - SCREEN_MARGIN);
    const right = Math.ceil((this.#dirty.right - this.#viewport.x) * scale) + SCREEN_MARGIN;
    const bottom = Math.ceil((this.#dirty.bottom - this.#viewport.y) * scale) + SCREEN_MARGIN;
    const ctx = this.#staticCtx;
    if (right <= left || bottom <= top) return;
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.beginPath();
    ctx.rect(left, top, right - left, bottom - top);
    ctx.clip();
    ctx.clearRect(left, top, right - left, bottom - top);
    this.#toBoardUnits(ctx);
    this.#paintWithin(ctx, grow(this.#dirty, (2 * SCREEN_MARGIN) / scale));
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
    const seen = this.#viewport.bounds;
    for (const element of this.#sources.ordered()) {
      const own = boundsOf(element);
      if (this.#hidden.has(element.id) || !intersects(own, bounds) || !intersects(own, seen)) continue;
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
    ctx.canvas.classList.toggle('marking', growing.some(({ tool }) => tool === 'highlighter'));
    for (const stroke of growing) {
      paintElement(ctx, { x: 0, y: 0, ...stroke, kind: 'stroke' }, { dark: this.dark, live: true });
    }
    this.#sources.paintTool(ctx, this);
  }

  #toBoardUnits(ctx) {
    const { x, y, zoom } = this.#viewport;
    const scale = zoom * this.#ratio;
    ctx.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
  }
}
