// styles.js - the colour, width and so on that each tool draws with; remembered.

import { recall, remember } from './settings.js';

const KEYS = {
  pen: { color: 'ink', width: 'penWidth' },
  highlighter: { color: 'marker', width: 'markerWidth' },
  rect: { color: 'ink', width: 'shapeWidth', dash: 'dash', filled: 'filled' },
  ellipse: { color: 'ink', width: 'shapeWidth', dash: 'dash', filled: 'filled' },
  line: { color: 'ink', width: 'shapeWidth', dash: 'dash' },
  arrow: { color: 'ink', width: 'shapeWidth', dash: 'dash' },
  text: { color: 'ink', fontSize: 'fontSize' },
};

const DEFAULTS = {
  ink: '#1d1d24',
  marker: '#ffd43b',
  penWidth: 4,
  markerWidth: 24,
  shapeWidth: 3,
  dash: 'solid',
  filled: false,
  fontSize: 28,
};

export const WIDTHS = {
  pen: [2, 4, 8, 16],
  highlighter: [14, 24, 36, 52],
  shape: [2, 3, 6, 10],
  text: [18, 28, 44, 72],
};

export class Styles {
  #values = { ...DEFAULTS, ...recall('styles', {}) };

  /** What this tool draws with: `{color, width, dash, filled, fontSize}` as far as it has them. */
  of(tool) {
    const keys = KEYS[tool] ?? {};
    return Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, this.#values[key]]));
  }

  /** Whether this tool has the property. */
  has(tool, name) {
    return KEYS[tool]?.[name] !== undefined;
  }

  change(tool, name, value) {
    const key = KEYS[tool]?.[name];
    if (!key) return;
    this.#values[key] = value;
    remember('styles', this.#values);
  }
}

/** The property of the element that a choice in the style panel changes; undefined: none. */
export function propertyFor({ kind }, name) {
  if (name === 'color') return 'color';
  if (kind === 'image') return undefined;
  const isText = kind === 'text' || kind === 'sticky';
  if (name === 'fontSize') return isText ? 'fontSize' : undefined;
  if (name === 'width' && !isText) return kind === 'stroke' ? 'width' : 'strokeWidth';
  return undefined;
}
