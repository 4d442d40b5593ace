// eraser_tool.js - removes every element it touches.

import { isTouched } from '../geometry.js';
import { makeId } from '../protocol.js';

const RADIUS_PIXELS = 8;

export class EraserTool {
  cursor = 'none';
  #context;
  #last = null;
  #seen = null;
  #down = false;
  /** What one gesture erases is undone together. */
  #group = undefined;

  constructor(context) {
    this.#context = context;
  }

  start(sample) {
    this.#down = true;
    this.#group = makeId();
    this.#last = sample;
    this.move([sample]);
  }

  /** One operation for everything that these samples touch. */
  move(samples) {
    const { session, renderer } = this.#context;
    const ids = new Set();
    for (const sample of samples) {
      this.#collect(this.#last, sample, ids);
      this.#last = sample;
    }
    if (ids.size > 0) session.remove([...ids], this.#group);
    this.#seen = this.#last;
    renderer.invalidateLive();
  }

  end() {
    this.#down = false;
    this.#context.renderer.invalidateLive();
  }

  cancel() {
    this.end();
  }

  hover(sample) {
    this.#seen = sample;
    this.#context.renderer.invalidateLive();
  }

  deactivate() {
    this.#seen = null;
    this.#context.renderer.invalidateLive();
  }

  paint(ctx) {
    if (!this.#seen) return;
    const { zoom } = this.#context.viewport;
    ctx.beginPath();
    ctx.arc(this.#seen.x, this.#seen.y, RADIUS_PIXELS / zoom, 0, Math.PI * 2);
    ctx.fillStyle = this.#down ? 'rgba(128, 128, 140, 0.45)' : 'rgba(128, 128, 140, 0.15)';
    ctx.fill();
    ctx.lineWidth = 1.5 / zoom;
    ctx.strokeStyle = 'rgba(110, 110, 124, 0.9)';
    ctx.stroke();
  }

  #collect(from, to, ids) {
    const { board, viewport } = this.#context;
    const radius = RADIUS_PIXELS / viewport.zoom;
    const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / radius));
    for (const element of board.ordered()) {
      for (let step = 1; step <= steps && !ids.has(element.id); step += 1) {
        const x = from.x + ((to.x - from.x) * step) / steps;
        const y = from.y + ((to.y - from.y) * step) / steps;
        if (isTouched(element, x, y, radius)) ids.add(element.id);
      }
    }
  }
}
