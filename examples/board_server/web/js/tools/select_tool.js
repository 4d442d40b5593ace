// select_tool.js - choose elements by click or by a frame around them; move, resize, turn and
// remove them.

import { withDefaults } from '../board.js';
import {
  boundsOfCorners,
  contains,
  encloses,
  grow,
  outlineBounds,
  topmostAt,
  union,
} from '../geometry.js';
import { paintElement } from '../paint.js';
import { copiesOf, makeId } from '../protocol.js';
import { cornerOf, cursorOfHandle, frameOf, movedBy, resizedBy, turnedBy } from '../transform.js';
import { handleAt, paintChoice, paintSelection } from './selection_frame.js';

const TOUCH_PIXELS = { mouse: 5, pen: 6, touch: 12 };
const HANDLE_TOUCH_PIXELS = { mouse: 8, pen: 10, touch: 20 };
const DRAG_PIXELS = 3;
const DOUBLE_MS = 400;
const COPY_OFFSET = 24;

export class SelectTool {
  cursor = 'default';
  #context;
  #ids = new Set();
  #gesture = null;
  #lastClick = { time: -Infinity, id: null };
  #byFinger = false;

  constructor(context) {
    this.#context = context;
  }

  /** The selected elements that are (still) on the board, lowest first. */
  get selected() {
    if (this.#ids.size === 0) return [];
    return this.#context.board.ordered().filter(({ id }) => this.#ids.has(id));
  }

  select(ids) {
    this.#ids = new Set(ids);
    this.#changed();
  }

  selectAll() {
    this.select(this.#context.board.ordered().map(({ id }) => id));
  }

  removeSelected() {
    const ids = this.selected.map(({ id }) => id);
    if (ids.length === 0) return false;
    this.#context.session.remove(ids);
    this.select([]);
    return true;
  }

  /** Copies the selection a little aside and selects the copies. */
  duplicateSelected() {
    const group = makeId();
    const copies = copiesOf(this.selected, COPY_OFFSET).map((copy) =>
      this.#context.session.put(copy, group),
    );
    if (copies.length > 0) this.select(copies.filter(Boolean));
  }

  moveSelectedBy(dx, dy) {
    this.#commit(movedBy(this.selected, dx, dy));
    this.#changed();
  }

  /** Does the changes; several are undone together. */
  #commit(changes) {
    const group = changes.length > 1 ? makeId() : undefined;
    for (const { id, props } of changes) this.#context.session.set(id, props, group);
  }

  /** An element is gone or has changed: what is shown around the selection follows. */
  boardChanged() {
    if (this.#ids.size > 0) this.#changed();
  }

  start(sample) {
    const { board, viewport } = this.#context;
    this.#byFinger = sample.type === 'touch';
    const handle = this.#handleAt(sample);
    if (handle) {
      this.#gesture = this.#handleGesture(handle, sample);
      return;
    }
    const tolerance = (TOUCH_PIXELS[sample.type] ?? 5) / viewport.zoom;
    const hit = topmostAt(board.ordered(), sample.x, sample.y, tolerance);
    const within = this.#isWithinSelection(sample, tolerance);
    if (!hit && !within) {
      if (!sample.shift) this.select([]);
      this.#gesture = { kind: 'frame', from: sample, to: sample, kept: [...this.#ids] };
      return;
    }
    if (hit && sample.shift) this.#toggle(hit.id);
    else if (hit && !this.#ids.has(hit.id) && !within) this.select([hit.id]);
    this.#gesture = { kind: 'press', from: sample, hit: hit?.id ?? null };
  }

  /** The handle under the pointer; it lies above everything. */
  #handleAt(sample) {
    const { zoom } = this.#context.viewport;
    const reach = (HANDLE_TOUCH_PIXELS[sample.type] ?? 8) / zoom;
    return handleAt(this.selected, sample, reach, zoom);
  }

  /** `elements` are those at the beginning: whoever changes them meanwhile, the drag stays whole. */
  #handleGesture(handle, from) {
    const elements = this.selected;
    if (handle === 'turn') return { kind: 'press', from, handle, elements };
    const [x, y] = cornerOf(frameOf(elements), handle);
    return { kind: 'press', from, handle, elements, offset: [x - from.x, y - from.y] };
  }

  hover(sample) {
    const handle = this.#handleAt(sample);
    const angle = handle ? frameOf(this.selected).angle : 0;
    const turnOrResize = handle === 'turn' ? 'grab' : handle && cursorOfHandle(handle, angle);
    this.#showCursor(turnOrResize ?? 'default');
  }

  #showCursor(cursor) {
    if (cursor === this.cursor) return;
    this.cursor = cursor;
    this.#context.showCursor();
  }

  move(samples) {
    const sample = samples[samples.length - 1];
    const gesture = this.#gesture;
    if (!gesture) return;
    if (gesture.kind === 'frame') {
      gesture.to = sample;
      this.#selectFramed(gesture);
    } else {
      if (gesture.kind === 'press' && pixelsBetween(gesture.from, sample) >= DRAG_PIXELS)
        this.#beginDrag();
      if (gesture.kind === 'drag') {
        gesture.changes = changesBy(gesture, sample);
        this.#context.session.preview(gesture.changes);
      }
    }
    this.#context.renderer.invalidateLive();
  }

  end(sample) {
    if (sample) this.move([sample]);
    const gesture = this.#gesture;
    this.#gesture = null;
    if (gesture?.kind === 'drag') this.#drop(gesture);
    if (gesture?.kind === 'press' && sample) this.#click(gesture, sample);
    this.#context.renderer.invalidateLive();
  }

  cancel() {
    if (this.#gesture?.kind === 'drag') this.#context.renderer.hide([]);
    this.#gesture = null;
    this.#context.renderer.invalidateLive();
  }

  deactivate() {
    this.cursor = 'default';
    this.select([]);
  }

  paint(ctx, options) {
    const { zoom } = this.#context.viewport;
    const gesture = this.#gesture;
    const isDragged = gesture?.kind === 'drag';
    const shown = isDragged ? changed(gesture.elements, gesture.changes) : this.selected;
    if (isDragged) for (const element of shown) paintElement(ctx, element, options);
    paintSelection(ctx, shown, { zoom, handles: !isDragged, finger: this.#byFinger });
    if (gesture?.kind === 'frame') paintChoice(ctx, gesture, zoom);
  }

  #isWithinSelection({ x, y }, tolerance) {
    const bounds = selectionBounds(this.selected);
    return bounds !== null && contains(grow(bounds, tolerance), x, y);
  }

  #selectFramed({ from, to, kept }) {
    const frame = boundsOfCorners(from.x, from.y, to.x, to.y);
    const framed = this.#context.board
      .ordered()
      .filter((element) => encloses(frame, outlineBounds(element)));
    this.select([...kept, ...framed.map(({ id }) => id)]);
  }

  #beginDrag() {
    Object.assign(this.#gesture, { kind: 'drag', changes: [] });
    this.#gesture.elements ??= this.selected;
    this.#context.renderer.hide([...this.#ids]);
  }

  #drop({ changes }) {
    this.#context.renderer.hide([]);
    this.#commit(changes);
    this.#changed();
  }

  #click({ hit, handle }, sample) {
    if (handle) return;
    const { time, id } = this.#lastClick;
    const element = this.#context.board.get(hit);
    const isDouble = hit !== null && id === hit && sample.time - time < DOUBLE_MS;
    if (isDouble && (element?.kind === 'text' || element?.kind === 'sticky'))
      this.#context.editText(element);
    else if (hit !== null && !sample.shift) this.select([hit]);
    else if (hit === null) this.select([]);
    this.#lastClick = { time: sample.time, id: hit };
  }

  #toggle(id) {
    if (!this.#ids.delete(id)) this.#ids.add(id);
    this.#changed();
  }

  #changed() {
    this.#context.renderer.invalidateLive();
    this.#context.onSelection(this.selected);
  }
}

function selectionBounds(elements) {
  return elements.reduce((bounds, element) => union(bounds, outlineBounds(element)), null);
}

function pixelsBetween(a, b) {
  return Math.hypot(a.screenX - b.screenX, a.screenY - b.screenY);
}

/** What the drag makes of its elements with the pointer at `sample`. */
function changesBy({ elements, handle, from, offset }, sample) {
  if (handle === 'turn') return turnedBy(elements, from, sample, { steps: sample.shift });
  if (!handle) return movedBy(elements, sample.x - from.x, sample.y - from.y);
  const place = { x: sample.x + offset[0], y: sample.y + offset[1] };
  return resizedBy(elements, handle, place, { keep: sample.shift, centred: sample.alt });
}

/** The elements with the changes made. */
function changed(elements, changes) {
  const props = new Map(changes.map((change) => [change.id, change.props]));
  return elements.map((element) =>
    props.has(element.id) ? withDefaults({ ...element, ...props.get(element.id) }) : element,
  );
}
