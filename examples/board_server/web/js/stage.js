// stage.js - the drawing area: which part of the board is seen on it, and what is painted.

import { byId } from './dom.js';
import { boundsOfAll, contains, encloses, grow } from './geometry.js';
import { followImages } from './images.js';
import { Renderer } from './render.js';
import { Viewport } from './viewport.js';

const GRID_UNITS = 24;

export class Stage {
  area = byId('board');
  viewport;
  renderer;
  #sources;
  #onView;
  #viewTouched = false;

  /** `sources` are those of the renderer; `onView()` hears of every change of the view. */
  constructor({ sources, onView }) {
    this.#sources = sources;
    this.#onView = onView;
    this.viewport = new Viewport({ onChange: () => this.#viewChanged() });
    this.renderer = new Renderer({
      staticCanvas: byId('static-layer'),
      liveCanvas: byId('live-layer'),
      viewport: this.viewport,
      sources,
    });
    followImages(() => this.renderer.invalidateAll());
  }

  /** Fits into the window, from now on. */
  followWindow() {
    const measure = () => {
      const { width, height } = this.area.getBoundingClientRect();
      this.viewport.resize(width, height);
      this.renderer.resize(width, height, window.devicePixelRatio || 1);
    };
    new ResizeObserver(measure).observe(this.area);
    measure();
    this.viewport.fit(null);
    this.#showGrid();
  }

  set dark(dark) {
    this.renderer.dark = dark;
    this.area.classList.toggle('dark', dark);
    this.renderer.invalidateAll();
  }

  /** What is shown, lowest first. */
  ordered() {
    return this.#sources.ordered();
  }

  /** Brings everything on the board into view. */
  fit() {
    this.touchView();
    this.viewport.fit(boundsOfAll(this.#sources.ordered()), { padding: this.#padding });
  }

  /** The person has chosen what to see: the view does not move by itself any more. */
  touchView() {
    this.#viewTouched = true;
  }

  /** The first time, everything on the board is brought into view, unless it is seen already. */
  fitOnce() {
    if (this.#viewTouched) return;
    this.touchView();
    const bounds = boundsOfAll(this.#sources.ordered());
    if (!bounds) return;
    const inset = this.#padding / this.viewport.zoom;
    if (!encloses(grow(this.viewport.bounds, -inset), bounds)) this.fit();
  }

  /** The place, in board units, if it is in sight, otherwise the middle of what is. */
  placeInSight(at) {
    const { left, top, right, bottom } = this.viewport.bounds;
    const isSeen = at && contains({ left, top, right, bottom }, at.x, at.y);
    return isSeen ? at : { x: (left + right) / 2, y: (top + bottom) / 2 };
  }

  /** How much of the edge the panels may cover, in CSS pixels. */
  get #padding() {
    const { width, height } = this.viewport;
    if (width < 600) return 36;
    return height < 600 ? 70 : 110;
  }

  #viewChanged() {
    this.renderer.viewChanged();
    this.#showGrid();
    byId('zoom-level').textContent = `${Math.round(this.viewport.zoom * 100)}%`;
    this.#onView();
  }

  /** The dots follow the board; far out only every fourth or sixteenth is left. */
  #showGrid() {
    const { x, y, zoom } = this.viewport;
    let step = GRID_UNITS * zoom;
    while (step < 14) step *= 4;
    const { style } = this.area;
    style.backgroundSize = `${step}px ${step}px`;
    style.backgroundPosition = `${-x * zoom - step / 2}px ${-y * zoom - step / 2}px`;
  }
}
