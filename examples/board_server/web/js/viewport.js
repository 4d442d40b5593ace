// viewport.js - which part of the board is seen, and the way between screen and board.
//
// Screen coordinates are CSS pixels from the top left of the drawing area; board
// coordinates are board units. screen = (board - origin) * zoom.

import { clamp } from './protocol.js';

export const ZOOM_MIN = 0.1;
export const ZOOM_MAX = 8;

export class Viewport {
  x = 0;
  y = 0;
  zoom = 1;
  width = 1;
  height = 1;
  #onChange;

  /** `onChange` is called after every change, never with an unchanged view. */
  constructor({ onChange = () => {} } = {}) {
    this.#onChange = onChange;
  }

  toBoard(screenX, screenY) {
    return [screenX / this.zoom + this.x, screenY / this.zoom + this.y];
  }

  toScreen(boardX, boardY) {
    return [(boardX - this.x) * this.zoom, (boardY - this.y) * this.zoom];
  }

  /** The rectangle of the board that is seen. */
  get bounds() {
    const [right, bottom] = this.toBoard(this.width, this.height);
    return { left: this.x, top: this.y, right, bottom };
  }

  /** Tells the size of the drawing area in CSS pixels; what is at its top left stays there. */
  resize(width, height) {
    this.#set({ width: Math.max(1, width), height: Math.max(1, height) });
  }

  /** Moves the board under the screen by this many CSS pixels. */
  panBy(screenX, screenY) {
    this.#set({ x: this.x - screenX / this.zoom, y: this.y - screenY / this.zoom });
  }

  /** Sets the zoom and keeps the board point under (screenX, screenY) where it is. */
  zoomTo(zoom, screenX = this.width / 2, screenY = this.height / 2) {
    const next = clamp(zoom, ZOOM_MIN, ZOOM_MAX);
    const [boardX, boardY] = this.toBoard(screenX, screenY);
    this.#set({ zoom: next, x: boardX - screenX / next, y: boardY - screenY / next });
  }

  zoomBy(factor, screenX, screenY) {
    this.zoomTo(this.zoom * factor, screenX, screenY);
  }

  /**
   * Shows `bounds` whole and centred, with `padding` CSS pixels around, never larger than
   * `zoomMax`. Without bounds (an empty board) it shows the origin's surroundings at 100 %.
   */
  fit(bounds, { padding = 64, zoomMax = 1.5 } = {}) {
    if (!bounds) {
      this.#set({ x: -this.width / 2, y: -this.height / 2, zoom: 1 });
      return;
    }
    const width = Math.max(1, bounds.right - bounds.left);
    const height = Math.max(1, bounds.bottom - bounds.top);
    const room = Math.min(padding, this.width / 4, this.height / 4) * 2;
    const zoom = clamp(
      Math.min((this.width - room) / width, (this.height - room) / height, zoomMax),
      ZOOM_MIN,
      ZOOM_MAX,
    );
    this.#set({
      zoom,
      x: bounds.left + width / 2 - this.width / 2 / zoom,
      y: bounds.top + height / 2 - this.height / 2 / zoom,
    });
  }

  #set(next) {
    const changed = Object.keys(next).some((name) => this[name] !== next[name]);
    if (!changed) return;
    Object.assign(this, next);
    this.#onChange(this);
  }
}
