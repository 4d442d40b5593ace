// recorded.js - strokes that people have drawn, from ../shared/data beside this tree, where
// they can be read.

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const FOLDER =
  process.env.COLLAB_STROKES ??
  fileURLToPath(new URL('../../../../shared/data/strokes', import.meta.url));

const grid = (value, steps) => Math.floor(value * steps + 0.5) / steps;
const point = ([x, y, pressure, t]) => [
  grid(x, 16),
  grid(y, 16),
  grid(pressure, 1024),
  Math.round(t),
];

function lines(folder) {
  const path = join(FOLDER, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .sort()
    .map((name) => ({ name, text: gunzipSync(readFileSync(join(path, name))).toString() }));
}

function quickDraw() {
  const drawings = lines('quickdraw_raw').slice(0, 12);
  return drawings.flatMap(({ text }) =>
    text
      .trim()
      .split('\n')
      .flatMap((line) => JSON.parse(line).drawing)
      .map(([xs, ys, ts]) => xs.map((x, i) => [x, ys[i], 0.5, Math.max(0, ts[i] - ts[0])])),
  );
}

/** Arrays of points, whatever they are nested in. */
function arraysOfPoints(value) {
  if (!Array.isArray(value)) {
    return value && typeof value === 'object' ? Object.values(value).flatMap(arraysOfPoints) : [];
  }
  const isStroke =
    value.length > 0 && value.every((each) => Array.isArray(each) && each.length === 4);
  return isStroke ? [value] : value.flatMap(arraysOfPoints);
}

/** Pens with pressure, of MyScript. */
function penStrokes() {
  const found = [];
  const walk = (value) => {
    if (!value || typeof value !== 'object') return;
    if (Array.isArray(value.pointers)) {
      const [first] = value.pointers;
      found.push(value.pointers.map(({ x, y, p = 0.5, t }) => [x, y, p, Math.max(0, t - first.t)]));
    }
    for (const each of Object.values(value)) walk(each);
  };
  for (const { text } of lines('myscript_iink')) walk(JSON.parse(text));
  return found;
}

/** Recorded strokes on the grid; empty where there is no such folder. */
export function recordedStrokes() {
  const freehand = lines('perfect_freehand').flatMap(({ text }) =>
    arraysOfPoints(JSON.parse(text)),
  );
  return [...quickDraw(), ...freehand, ...penStrokes()]
    .filter((stroke) => stroke.length > 0 && stroke.every(([x, y]) => Number.isFinite(x + y)))
    .map((stroke) => stroke.map(point));
}
