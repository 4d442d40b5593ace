// ink_tool.js - pen and highlighter: pointer samples become a live stroke, visible in the
// same frame.

import { InkFilter } from '../ink.js';

export class InkTool {
  cursor = 'crosshair';
  #context;
  #name;
  #stroke = null;
  #filter = null;
  #pressure = 0.5;

  /** `name` is `pen` or `highlighter`. */
  constructor(context, name) {
    this.#context = context;
    this.#name = name;
  }

  start(sample) {
    const { color, width } = this.#context.styles.of(this.#name);
    this.#stroke = this.#context.session.beginStroke({ tool: this.#name, color, width });
    this.#filter = new InkFilter(sample.time);
    this.move([sample]);
  }

  move(samples) {
    const points = samples.map((sample) => this.#accept(sample, false)).filter(Boolean);
    if (points.length > 0) this.#stroke.extend(points);
    this.#context.renderer.invalidateLive();
  }

  /** `sample` is where the pointer was lifted, or null when that is not known. */
  end(sample) {
    const last = sample && this.#accept({ ...sample, pressure: this.#pressure }, true);
    if (last) this.#stroke.extend([last]);
    this.#stroke.end();
    this.#stroke = null;
    this.#context.renderer.invalidateLive();
  }

  cancel() {
    this.#stroke.cancel();
    this.#stroke = null;
    this.#context.renderer.invalidateLive();
  }

  #accept(sample, force) {
    this.#pressure = sample.pressure;
    return this.#filter.accept({ ...sample, zoom: this.#context.viewport.zoom, force });
  }
}
