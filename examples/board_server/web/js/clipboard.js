// clipboard.js - copy, cut and paste: elements as JSON that any board takes, texts, and
// pictures that are small enough for an element to hold.

import { withDefaults } from './board.js';
import { boundsOfAll } from './geometry.js';
import { holdsPicture } from './images.js';
import {
  LIMITS,
  copiesOf,
  elementToSend,
  isHostKind,
  makeId,
  makePoint,
  onGrid,
} from './protocol.js';
import { isTyping } from './shortcuts.js';

const FORMAT = 'collab.elements';
const VERSION = 1;
const ELEMENTS_MAX = 2_000;
const SOURCE_MAX = 2_048;
const CUSTOM_MAX = 4_096;
const PICTURE_SIDE_MAX = 400;
const AGAIN_OFFSET = 24;

const KINDS = new Set('stroke rect ellipse diamond line arrow text sticky image'.split(' '));
const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);
const isWithin = (low, high) => (value) => isNumber(value) && value >= low && value <= high;
const isOneOf =
  (...words) =>
  (value) =>
    words.includes(value);
const isText = (max) => (value) => typeof value === 'string' && value.length <= max;
const isId = (value) => typeof value === 'string' && /^[A-Za-z0-9_:.-]{1,64}$/.test(value);
const isColor = (value) =>
  typeof value === 'string' && /^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i.test(value);
const isCoordinate = isWithin(-LIMITS.coordinate, LIMITS.coordinate);
const isPoint = (value) =>
  Array.isArray(value) && value.length >= 2 && value.length <= 4 && value.every(isNumber);
const isHead = isOneOf('none', 'arrow');
/** What each property may be; others are left out. */
const CHECKS = {
  x: isCoordinate,
  y: isCoordinate,
  angle: isCoordinate,
  opacity: isWithin(0, 1),
  locked: (value) => typeof value === 'boolean',
  group: isId,
  custom: (value) =>
    value !== null && typeof value === 'object' && JSON.stringify(value).length <= CUSTOM_MAX,
  points: (value) => Array.isArray(value) && value.every(isPoint),
  tool: isOneOf('pen', 'pencil', 'brush', 'highlighter'),
  color: isColor,
  width: isCoordinate,
  height: isCoordinate,
  strokeWidth: isWithin(0, 10_000),
  fill: isColor,
  dash: isOneOf('solid', 'dashed', 'dotted'),
  startHead: isHead,
  endHead: isHead,
  startBinding: isId,
  endBinding: isId,
  text: isText(LIMITS.textUnits),
  fontSize: isWithin(0, 10_000),
  source: isText(SOURCE_MAX),
};

/** The elements as the text that is put on the clipboard. */
export function textOfElements(elements) {
  const sent = elements.map((element) => elementToSend(element));
  return JSON.stringify({ format: FORMAT, version: VERSION, elements: sent });
}

/**
 * The elements that such a text holds, or null if it is any other text. Anybody may have
 * written it: what an element can't have is left out, and elements that are none.
 */
export function elementsOfText(text) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (value?.format !== FORMAT || !Array.isArray(value.elements)) return null;
  return value.elements.slice(0, ELEMENTS_MAX).map(checked).filter(Boolean);
}

/** The element with what is right of it, or null. */
function checked(raw) {
  const kind = raw?.kind;
  if (typeof kind !== 'string' || !(KINDS.has(kind) || isHostKind(kind))) return null;
  const element = { id: isId(raw.id) ? raw.id : makeId(), kind };
  for (const [name, check] of Object.entries(CHECKS)) {
    if (Object.hasOwn(raw, name) && check(raw[name])) element[name] = raw[name];
  }
  if (element.points) element.points = pointsOf(kind, element.points);
  if (kind === 'stroke' && !(element.points?.length > 0)) return null;
  return withDefaults(element);
}

function pointsOf(kind, points) {
  const kept = points.slice(0, LIMITS.pointsPerStroke);
  if (kind === 'stroke') return kept.map((point) => makePoint(...point));
  return kept.map(([x, y]) => [onGrid(x), onGrid(y)]);
}

/** Copies of the elements under fresh ids, with their common middle at this place. */
export function copiesAt(elements, { x, y }) {
  const bounds = boundsOfAll(elements);
  if (!bounds) return [];
  const dx = x - (bounds.left + bounds.right) / 2;
  const dy = y - (bounds.top + bounds.bottom) / 2;
  return copiesOf(elements, 0).map((copy) => ({
    ...copy,
    x: onGrid(copy.x + dx),
    y: onGrid(copy.y + dy),
  }));
}

/** A picture's size on the board: as it is, or smaller so that no side is longer than 400. */
export function pictureSize({ width, height }) {
  const scale = Math.min(1, PICTURE_SIDE_MAX / Math.max(width, height, 1));
  return { width: onGrid(width * scale), height: onGrid(height * scale) };
}

export class Clipboard {
  #host;
  #last = { text: null, times: 0 };

  /**
   * `host` gives `selected()`, `removeSelected()`, `place()` where to paste, `textStyle()` of new
   * texts, `put(element, group)` that yields the id, `select(ids)` and `notify(sentence)`.
   */
  constructor(host) {
    this.#host = host;
    document.addEventListener('copy', (event) => this.#copy(event));
    document.addEventListener('cut', (event) => {
      if (this.#copy(event)) host.removeSelected();
    });
    document.addEventListener('paste', (event) => this.#paste(event));
  }

  /** Whether the selection is on the clipboard now. */
  #copy(event) {
    const elements = this.#host.selected();
    if (elements.length === 0 || isElsewhere(event) || !getSelection().isCollapsed) return false;
    event.preventDefault();
    const text = textOfElements(elements);
    event.clipboardData.setData('application/json', text);
    event.clipboardData.setData('text/plain', text);
    this.#last = { text, times: 0 };
    return true;
  }

  #paste(event) {
    if (isElsewhere(event)) return;
    const { clipboardData } = event;
    const json = clipboardData.getData('application/json');
    const text = clipboardData.getData('text/plain');
    const picture = [...clipboardData.files].find(({ type }) => type.startsWith('image/'));
    if (json === '' && text === '' && !picture) return;
    event.preventDefault();
    const elements = elementsOfText(json) ?? elementsOfText(text);
    if (elements) this.#pasteElements(elements, json || text);
    else if (picture) this.#pastePicture(picture);
    else this.#pasteText(text);
  }

  /** The same again goes a little aside, so that it is seen. */
  #pasteElements(elements, text) {
    if (elements.length === 0) {
      this.#host.notify('What was copied can’t be pasted here.');
      return;
    }
    const times = this.#last.text === text ? this.#last.times + 1 : 1;
    this.#last = { text, times };
    const { x, y } = this.#host.place();
    const aside = (times - 1) * AGAIN_OFFSET;
    this.#put(copiesAt(elements, { x: x + aside, y: y + aside }));
  }

  #pasteText(text) {
    const shown = text.replace(/\r\n?/g, '\n').replace(/\s+$/, '');
    if (shown === '') return;
    if (shown.length > LIMITS.textUnits)
      this.#host.notify('The text is too long for one element. Only its beginning is pasted.');
    const { color, fontSize } = this.#host.textStyle();
    const { x, y } = this.#host.place();
    const element = { kind: 'text', x: onGrid(x), y: onGrid(y), color, fontSize };
    this.#put([{ ...element, text: shown.slice(0, LIMITS.textUnits) }]);
  }

  async #pastePicture(file) {
    const { x, y } = this.#host.place();
    const source = await dataUrlOf(file);
    if (source.length > SOURCE_MAX || !holdsPicture(source)) {
      this.#host.notify(
        `This picture is too large to paste: ${Math.ceil(file.size / 1024)} KB. ` +
          'A board keeps pictures of up to 1.5 KB; others can be linked to as text.',
      );
      return;
    }
    const { width, height } = pictureSize(await sizeOf(file));
    const corner = { x: onGrid(x - width / 2), y: onGrid(y - height / 2) };
    this.#put([{ kind: 'image', ...corner, width, height, source }]);
  }

  /** All in one step of undo, and selected. */
  #put(elements) {
    const group = elements.length > 1 ? makeId() : undefined;
    this.#host.select(elements.map((each) => this.#host.put(each, group)).filter(Boolean));
  }
}

/** Whether the event is about a text that is being typed, or a dialog. */
function isElsewhere(event) {
  return isTyping(event.target) || document.querySelector('dialog[open]') !== null;
}

function dataUrlOf(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

async function sizeOf(file) {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  bitmap.close();
  return { width, height };
}
