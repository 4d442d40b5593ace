// board.js - the document as this page sees it: what the server has said, and on top of it
// the operations the server has not answered yet.
//
// `confirmed` changes only in the order of the server's events and acks. What is seen of an
// element is its confirmed value with the pending operations on it applied in order, so an
// own change stays on top until it is answered, and taking a refused one back is exact.
// Elements are immutable values: a change makes a new object. Pure: no DOM, no network.

const DEFAULTS = { x: 0, y: 0, angle: 0, opacity: 1 };
const KIND_DEFAULTS = {
  stroke: { points: [], tool: 'pen', color: '#000000', width: 2 },
  rect: { width: 0, height: 0, color: '#000000', strokeWidth: 2, dash: 'solid' },
  ellipse: { width: 0, height: 0, color: '#000000', strokeWidth: 2, dash: 'solid' },
  diamond: { width: 0, height: 0, color: '#000000', strokeWidth: 2, dash: 'solid' },
  line: { points: [], color: '#000000', strokeWidth: 2, dash: 'solid' },
  arrow: { points: [], color: '#000000', strokeWidth: 2, dash: 'solid' },
  text: { text: '', fontSize: 20, color: '#000000' },
  sticky: { text: '', fontSize: 20, color: '#000000', width: 200 },
  image: { width: 0, height: 0, color: '#000000', source: '' },
};
/** Of the kinds that a host has of its own; what else they have is the host's affair. */
const HOST_KIND_DEFAULTS = { width: 0, height: 0, color: '#000000' };

/** What the server does as it was asked; what undo and restoring do only the server knows. */
const CONFIRMED_AS_SENT = new Set(['element:set', 'element:remove', 'canvas:clear']);

/** The element with the defaults of its kind filled in. */
export function withDefaults(element) {
  return { ...DEFAULTS, ...(KIND_DEFAULTS[element.kind] ?? HOST_KIND_DEFAULTS), ...element };
}

/** The element that a live stroke becomes when it ends. */
export function elementOfStroke(stroke, userId) {
  return withDefaults({ ...stroke, kind: 'stroke', userId });
}

/**
 * The order of painting, lowest first: by index as bytes, then by id; an element the server
 * has not placed yet is on top, in the order it was made.
 */
export function compareElements(a, b) {
  if (a.index !== b.index) {
    if (a.index === undefined) return 1;
    if (b.index === undefined) return -1;
    return a.index < b.index ? -1 : 1;
  }
  if (a.index === undefined && a.order !== b.order) return (a.order ?? 0) - (b.order ?? 0);
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}

export class Board {
  #confirmed = new Map();
  #seen = new Map();
  #pendingById = new Map();
  #pendingClears = [];
  /** What others are about to make of elements: id to `{clientId, props}`. */
  #previews = new Map();
  #ordered = [];
  #orderedIsStale = false;
  #onChange;

  /** Strokes the others are drawing now: id to `{userId, stroke, nextIndex}`. */
  live = new Map();

  /** `onChange(before, after)`: one element changed; undefined = was not there, is gone. */
  constructor({ onChange = () => {} } = {}) {
    this.#onChange = onChange;
  }

  get size() {
    return this.#seen.size;
  }

  get(id) {
    return this.#seen.get(id);
  }

  /** Whether the server has this element, whatever pending operations make of it. */
  isConfirmed(id) {
    return this.#confirmed.has(id);
  }

  /** What the server last said about the element, without pending operations. */
  confirmed(id) {
    return this.#confirmed.get(id);
  }

  /** All that the server has, in no order. */
  confirmedElements() {
    return this.#confirmed.values();
  }

  /** All elements as they are to be painted, lowest first. The array is the board's own. */
  ordered() {
    if (this.#orderedIsStale) {
      this.#ordered = [...this.#seen.values()].sort(compareElements);
      this.#orderedIsStale = false;
    }
    return this.#ordered;
  }

  /** Whether the element is known to be above all others; never sorts to find out. */
  isOnTop(element) {
    return !this.#orderedIsStale && this.#ordered[this.#ordered.length - 1] === element;
  }

  // ---- what the server says -------------------------------------------------------------

  /** Replaces everything confirmed, and the live strokes, by a `room:state`. */
  reset(elements, live = []) {
    const ids = new Set(this.#confirmed.keys());
    this.#confirmed.clear();
    for (const element of elements) this.#confirmed.set(element.id, withDefaults(element));
    for (const id of this.#confirmed.keys()) ids.add(id);
    this.#previews.clear();
    this.resetLive(live);
    this.#recompute(ids);
  }

  /** Replaces what is passing, live strokes and previews; the elements stay. */
  resetLive(live) {
    for (const id of [...this.#previews.keys()]) this.endPreview(id);
    this.live.clear();
    for (const { userId, stroke } of live) this.#startLive(userId, stroke);
  }

  /** Applies what an undo says it has done, or a `room:chunk` after it. */
  applyEffect({ removed = [], restored = [], changed = [] }) {
    this.#forget(removed);
    this.#addConfirmed(restored);
    for (const { id, props } of changed) this.#change(id, props);
  }

  /** The first `count` points of a stroke are an element now; `index` is its place. */
  confirmStroke(stroke, { count, index, userId }) {
    const points = stroke.points.slice(0, count);
    const placed = { ...stroke, points, index: index ?? stroke.index, order: undefined };
    this.#confirm(elementOfStroke(placed, userId));
  }

  #addConfirmed(elements) {
    for (const element of elements) this.#confirmed.set(element.id, withDefaults(element));
    this.#recompute(elements.map((element) => element.id));
  }

  /** Applies one event of the server; other types of message are left alone. */
  apply(message) {
    Board.#events[message.type]?.call(this, message);
  }

  static #events = {
    'element:put'({ element, index, userId }) {
      const placed = {
        ...element,
        index: index ?? element.index,
        userId: userId ?? element.userId,
      };
      this.#confirm(withDefaults(placed));
    },
    'element:set'({ id, props }) {
      this.#change(id, props);
    },
    'element:remove'({ ids }) {
      this.#forget(ids);
    },
    'canvas:clear'() {
      this.#forget([...this.#confirmed.keys()]);
    },
    'operation:undo'(message) {
      this.applyEffect(message);
    },
    'operation:redo'(message) {
      this.applyEffect(message);
    },
    'version:restore'(message) {
      this.applyEffect(message);
    },
    'stroke:start'({ userId, stroke }) {
      this.#startLive(userId, stroke);
    },
    'stroke:point'({ strokeId, from, points }) {
      this.#extendLive(strokeId, from, points);
    },
    'stroke:cancel'({ strokeId }) {
      this.live.delete(strokeId);
    },
    'stroke:end'({ userId, strokeId, stroke, index }) {
      const live = this.live.get(strokeId);
      this.live.delete(strokeId);
      const whole = stroke ? { ...live?.stroke, ...stroke } : live?.stroke;
      if (!whole) return;
      const placed = { ...whole, id: strokeId, index: index ?? whole.index };
      this.#confirm(elementOfStroke(placed, userId));
    },
  };

  // ---- what others are about to do --------------------------------------------------------

  /** Shows an element as somebody is about to make it, until endPreview() or news of it. */
  preview(id, clientId, props) {
    if (!this.#confirmed.has(id)) return;
    const before = this.#previews.get(id);
    const kept = before?.clientId === clientId ? before.props : {};
    this.#previews.set(id, { clientId, props: { ...kept, ...props } });
    this.#recompute([id]);
  }

  endPreview(id) {
    if (this.#previews.delete(id)) this.#recompute([id]);
  }

  /** Ends all previews of somebody who is gone. */
  endPreviewsOf(clientId) {
    for (const [id, preview] of [...this.#previews]) {
      if (preview.clientId === clientId) this.endPreview(id);
    }
  }

  #confirm(element) {
    this.#previews.delete(element.id);
    this.#confirmed.set(element.id, element);
    this.#recompute([element.id]);
  }

  #change(id, props) {
    const before = this.#confirmed.get(id);
    if (!before) return;
    this.#confirm(withDefaults({ ...before, ...props }));
  }

  #forget(ids) {
    for (const id of ids) {
      this.#confirmed.delete(id);
      this.#previews.delete(id);
    }
    this.#recompute(ids);
  }

  #startLive(userId, stroke) {
    const points = [...(stroke.points ?? [])];
    const whole = { ...KIND_DEFAULTS.stroke, opacity: 1, ...stroke, points };
    this.live.set(stroke.id, { userId, stroke: whole, nextIndex: points.length });
  }

  /** Appends what is new; after a gap (thinned previews) the drawing simply goes on. */
  #extendLive(strokeId, from, points) {
    const live = this.live.get(strokeId);
    if (!live) return;
    const start = from ?? live.nextIndex;
    const fresh = points.slice(Math.max(0, live.nextIndex - start));
    live.stroke.points.push(...fresh);
    live.nextIndex = Math.max(live.nextIndex, start + points.length);
  }

  // ---- own operations -------------------------------------------------------------------

  /** Shows an operation that waits for its answer. */
  addPending(entry) {
    if (entry.message.type === 'canvas:clear') {
      this.#pendingClears.push(entry);
      this.#recompute([...this.#seen.keys()]);
      return;
    }
    const ids = touchedIds(entry);
    for (const id of ids) {
      const list = this.#pendingById.get(id);
      if (list) list.push(entry);
      else this.#pendingById.set(id, [entry]);
    }
    this.#recompute(ids);
  }

  /**
   * The server accepted the operation, at this place among its events: it becomes part of
   * what is confirmed. `index` is the place in the z-order it gave to what was created.
   */
  accept(entry, { index, userId } = {}) {
    const { message } = entry;
    this.#unlist(entry);
    if (message.type === 'element:put' || message.type === 'stroke:end') {
      const made = createdBy(entry);
      this.#confirm(
        withDefaults({ ...made, index: index ?? made.index, order: undefined, userId }),
      );
    } else if (CONFIRMED_AS_SENT.has(message.type)) {
      this.apply(message);
    }
    this.#recompute(this.#affected(entry));
  }

  /** The operation was refused or given up: what it showed is taken back. */
  drop(entry) {
    this.#unlist(entry);
    this.#recompute(this.#affected(entry));
  }

  #unlist(entry) {
    this.#pendingClears = this.#pendingClears.filter((other) => other !== entry);
    for (const id of touchedIds(entry)) {
      const rest = (this.#pendingById.get(id) ?? []).filter((other) => other !== entry);
      if (rest.length > 0) this.#pendingById.set(id, rest);
      else this.#pendingById.delete(id);
    }
  }

  #affected(entry) {
    if (entry.message.type !== 'canvas:clear') return touchedIds(entry);
    return [
      ...new Set([...this.#confirmed.keys(), ...this.#pendingById.keys(), ...this.#seen.keys()]),
    ];
  }

  // ---- what is seen ---------------------------------------------------------------------

  #recompute(ids) {
    for (const id of ids) {
      const before = this.#seen.get(id);
      const after = this.#valueOf(id);
      if (before === after) continue;
      if (after) this.#seen.set(id, after);
      else this.#seen.delete(id);
      this.#reorder(before, after);
      this.#onChange(before, after);
    }
  }

  #valueOf(id) {
    let entries = this.#pendingById.get(id) ?? [];
    if (this.#pendingClears.length > 0) {
      entries = [...entries, ...this.#pendingClears].sort((a, b) => a.order - b.order);
    }
    const value = entries.reduce(
      (below, entry) => overlay(below, entry, id),
      this.#confirmed.get(id),
    );
    const preview = this.#previews.get(id);
    return value && preview ? withDefaults({ ...value, ...preview.props }) : value;
  }

  /** Keeps the painted order; only something new on top is cheap, anything else sorts anew. */
  #reorder(before, after) {
    if (this.#orderedIsStale) return;
    const last = this.#ordered[this.#ordered.length - 1];
    if (!before && after && (!last || compareElements(last, after) < 0)) this.#ordered.push(after);
    else this.#orderedIsStale = true;
  }
}

/** The element that a pending `element:put` or `stroke:end` makes; the same object each time. */
function createdBy(entry) {
  entry.created ??= withDefaults({
    ...(entry.message.type === 'stroke:end'
      ? { ...entry.drawn.element, kind: 'stroke' }
      : entry.message.element),
    order: entry.order,
  });
  return entry.created;
}

function touchedIds({ message }) {
  switch (message.type) {
    case 'element:put':
      return [message.element.id];
    case 'stroke:end':
      return [message.strokeId];
    case 'element:set':
      return [message.id];
    case 'element:remove':
      return message.ids;
    default:
      return [];
  }
}

function overlay(value, entry, id) {
  const { message } = entry;
  switch (message.type) {
    case 'element:put':
    case 'stroke:end':
      return createdBy(entry);
    case 'element:set':
      return value && message.id === id ? withDefaults({ ...value, ...message.props }) : value;
    case 'element:remove':
    case 'canvas:clear':
      return undefined;
    default:
      return value;
  }
}
