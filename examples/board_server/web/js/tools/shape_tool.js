// shape_tool.js - rectangle, ellipse, line and arrow, by dragging from one corner or end to
// the other. Shift keeps the sides equal, or the line at a multiple of 15 degrees.

import { withDefaults } from '../board.js';
import { paintElement } from '../paint.js';
import { onGrid } from '../protocol.js';

const SIZE_MIN_PIXELS = 4;
const SNAP = Math.PI / 12;

export class ShapeTool {
  cursor = 'crosshair';
  #context;
  #kind;
  #from = null;
  #draft = null;

  /** `kind` is `rect`, `ellipse`, `line` or `arrow`. */
  constructor(context, kind) {
    this.#context = context;
    this.#kind = kind;
  }

  start(sample) {
    this.#from = sample;
    this.#draft = null;
  }

  move(samples) {
    this.#draft = this.#shapeTo(samples[samples.length - 1]);
    this.#context.renderer.invalidateLive();
  }

  end(sample) {
    if (sample) this.move([sample]);
    if (this.#draft && this.#isLargeEnough(sample)) this.#context.session.put(this.#draft);
    this.cancel();
  }

  cancel() {
    this.#from = null;
    this.#draft = null;
    this.#context.renderer.invalidateLive();
  }

  paint(ctx, options) {
    if (this.#draft) paintElement(ctx, withDefaults(this.#draft), options);
  }

  #isLargeEnough(sample) {
    if (!sample) return true;
    const { screenX, screenY } = this.#from;
    return Math.hypot(sample.screenX - screenX, sample.screenY - screenY) >= SIZE_MIN_PIXELS;
  }

  #shapeTo(sample) {
    const { color, width, dash, filled } = this.#context.styles.of(this.#kind);
    const common = { kind: this.#kind, color, strokeWidth: width, dash };
    const dx = sample.x - this.#from.x;
    const dy = sample.y - this.#from.y;
    if (this.#kind === 'line' || this.#kind === 'arrow')
      return this.#lineTo(common, dx, dy, sample.shift);
    return this.#boxTo({ ...common, ...(filled && { fill: `${color}2e` }) }, dx, dy, sample.shift);
  }

  #lineTo(common, dx, dy, snapped) {
    const length = Math.hypot(dx, dy);
    const direction = Math.atan2(dy, dx);
    const angle = snapped ? Math.round(direction / SNAP) * SNAP : direction;
    return {
      ...common,
      x: onGrid(this.#from.x),
      y: onGrid(this.#from.y),
      points: [
        [0, 0],
        [onGrid(length * Math.cos(angle)), onGrid(length * Math.sin(angle))],
      ],
      ...(this.#kind === 'arrow' && { endHead: 'arrow' }),
    };
  }

  #boxTo(common, dx, dy, equal) {
    const side = Math.max(Math.abs(dx), Math.abs(dy));
    const width = equal ? side : Math.abs(dx);
    const height = equal ? side : Math.abs(dy);
    return {
      ...common,
      x: onGrid(dx < 0 ? this.#from.x - width : this.#from.x),
      y: onGrid(dy < 0 ? this.#from.y - height : this.#from.y),
      width: onGrid(width),
      height: onGrid(height),
    };
  }
}
