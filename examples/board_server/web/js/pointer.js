// pointer.js - what mouse, pen and fingers do on the drawing area: draw with the tool, pan,
// zoom. Palm rejection is by the type of pointer: once a pen was seen, fingers only move the
// board.

const MIDDLE_BUTTON = 1;
const ERASER_BUTTON = 5;
const LINE_PIXELS = 16;
const WHEEL_STEP_MAX = 60;

export class PointerInput {
  #area;
  #viewport;
  #host;
  #penSeen = false;
  #spaceHeld = false;
  #drawing = null;
  #touches = new Map();
  #gesture = null;
  #pan = null;

  /**
   * `host` gives `tool(eraser)` the tool to use, `onCursor(sample, drawing)` for every move,
   * `onPress()` when anything is pressed, `onPanChange(panning)`.
   */
  constructor({ area, viewport, host }) {
    this.#area = area;
    this.#viewport = viewport;
    this.#host = host;
    area.addEventListener('pointerdown', (event) => this.#down(event));
    area.addEventListener('pointermove', (event) => this.#move(event));
    area.addEventListener('pointerup', (event) => this.#up(event));
    area.addEventListener('pointercancel', (event) => this.#cancelled(event));
    area.addEventListener('wheel', (event) => this.#wheel(event), { passive: false });
    area.addEventListener('contextmenu', (event) => event.preventDefault());
    this.#followTrackpad();
  }

  /** While space is held, dragging pans whatever the tool. */
  holdSpace(held) {
    this.#spaceHeld = held;
    this.#host.onPanChange(held);
  }

  /** Whether a tool is being used right now. */
  get isDrawing() {
    return this.#drawing !== null;
  }

  /** Ends what the tool is doing where the pointer was last. */
  finish() {
    if (!this.#drawing) return;
    const { tool } = this.#drawing;
    this.#drawing = null;
    tool.end(null);
  }

  /** Gives up what the tool is doing, as if it had not begun. */
  abort() {
    if (!this.#drawing) return;
    this.#drawing.tool.cancel();
    this.#drawing = null;
  }

  #down(event) {
    this.#host.onPress();
    // The browser would give the focus to the page, and a text being edited would lose it twice.
    if (event.pointerType !== 'mouse' || event.button !== 0) event.preventDefault();
    capture(this.#area, event.pointerId);
    if (event.pointerType === 'pen') this.#meetPen();
    if (event.pointerType === 'touch') this.#touchDown(event);
    else if (event.button === MIDDLE_BUTTON || (event.button === 0 && this.#spaceHeld))
      this.#panDown(event);
    else if (event.button === 0 || event.button === ERASER_BUTTON) this.#begin(event);
  }

  #meetPen() {
    if (!this.#penSeen && this.#drawing?.type === 'touch') this.abort();
    this.#penSeen = true;
  }

  #touchDown(event) {
    this.#touches.set(event.pointerId, [event.clientX, event.clientY]);
    if (this.#gesture) {
      this.#gesture = this.#gestureState();
      return;
    }
    if (this.#touches.size === 1 && !this.#penSeen) {
      this.#begin(event);
      return;
    }
    // Two fingers move the board: what the first one had begun was not meant.
    if (this.#drawing?.type === 'touch') this.abort();
    if (!this.#drawing) this.#gesture = this.#gestureState();
  }

  #panDown(event) {
    this.#pan = { id: event.pointerId, x: event.clientX, y: event.clientY };
    this.#host.onPanChange(true);
  }

  #begin(event) {
    if (this.#drawing) return;
    const tool = this.#host.tool(event.button === ERASER_BUTTON || (event.buttons & 32) !== 0);
    if (tool.pans) {
      if (event.pointerType === 'touch') this.#gesture = this.#gestureState();
      else this.#panDown(event);
      return;
    }
    this.#drawing = { id: event.pointerId, type: event.pointerType, began: event.timeStamp, tool };
    const sample = this.#sample(event);
    this.#host.onCursor(sample, true);
    tool.start(sample);
  }

  #move(event) {
    if (this.#touches.has(event.pointerId)) {
      this.#touches.set(event.pointerId, [event.clientX, event.clientY]);
      if (this.#gesture) this.#followGesture();
    }
    if (this.#pan?.id === event.pointerId) {
      this.#viewport.panBy(event.clientX - this.#pan.x, event.clientY - this.#pan.y);
      this.#pan = { id: event.pointerId, x: event.clientX, y: event.clientY };
      return;
    }
    const sample = this.#sample(event);
    const drawing = this.#drawing?.id === event.pointerId;
    if (event.pointerType !== 'touch' || drawing) this.#host.onCursor(sample, drawing);
    if (drawing) {
      const coalesced = event.getCoalescedEvents?.() ?? [];
      this.#drawing.tool.move(
        coalesced.length > 0 ? coalesced.map((each) => this.#sample(each)) : [sample],
      );
    } else if (!this.#drawing && event.pointerType !== 'touch') {
      this.#host.tool(false).hover?.(sample);
    }
  }

  #up(event) {
    this.#release(event.pointerId);
    if (this.#drawing?.id !== event.pointerId) return;
    const { tool } = this.#drawing;
    const sample = this.#sample(event);
    this.#drawing = null;
    tool.end(sample);
    this.#host.onCursor(sample, false);
  }

  /** The system took the pointer away. What is drawn stays; it must not be lost. */
  #cancelled(event) {
    this.#release(event.pointerId);
    if (this.#drawing?.id === event.pointerId) this.finish();
  }

  #release(pointerId) {
    this.#touches.delete(pointerId);
    if (this.#gesture) this.#gesture = this.#touches.size > 0 ? this.#gestureState() : null;
    if (this.#pan?.id === pointerId) {
      this.#pan = null;
      this.#host.onPanChange(this.#spaceHeld);
    }
  }

  /** The middle of the fingers and their mean distance from it, in the drawing area. */
  #gestureState() {
    const box = this.#area.getBoundingClientRect();
    const fingers = [...this.#touches.values()].map(([x, y]) => [x - box.left, y - box.top]);
    const x = fingers.reduce((sum, finger) => sum + finger[0], 0) / fingers.length;
    const y = fingers.reduce((sum, finger) => sum + finger[1], 0) / fingers.length;
    const spread =
      fingers.reduce((sum, finger) => sum + Math.hypot(finger[0] - x, finger[1] - y), 0) /
      fingers.length;
    return { x, y, spread };
  }

  #followGesture() {
    const before = this.#gesture;
    const now = this.#gestureState();
    this.#gesture = now;
    this.#viewport.panBy(now.x - before.x, now.y - before.y);
    if (before.spread > 4 && now.spread > 4)
      this.#viewport.zoomBy(now.spread / before.spread, now.x, now.y);
  }

  #wheel(event) {
    event.preventDefault();
    const unit =
      event.deltaMode === 1 ? LINE_PIXELS : event.deltaMode === 2 ? this.#viewport.height : 1;
    const dx = event.deltaX * unit;
    const dy = event.deltaY * unit;
    if (event.ctrlKey || event.metaKey) {
      const box = this.#area.getBoundingClientRect();
      const step = Math.max(-WHEEL_STEP_MAX, Math.min(WHEEL_STEP_MAX, dy));
      this.#viewport.zoomBy(
        Math.exp(-step * 0.005),
        event.clientX - box.left,
        event.clientY - box.top,
      );
    } else if (event.shiftKey && dx === 0) {
      this.#viewport.panBy(-dy, 0);
    } else {
      this.#viewport.panBy(-dx, -dy);
    }
  }

  /** Safari tells a pinch on a trackpad by events of its own; others send a wheel with ctrl. */
  #followTrackpad() {
    let scale = 1;
    this.#area.addEventListener('gesturestart', (event) => {
      event.preventDefault();
      scale = event.scale;
    });
    this.#area.addEventListener('gesturechange', (event) => {
      event.preventDefault();
      // On a touch screen the same fingers are pointers, which are followed above.
      if (this.#touches.size > 0 || !(event.scale > 0)) return;
      const box = this.#area.getBoundingClientRect();
      const by = event.scale / scale;
      scale = event.scale;
      this.#viewport.zoomBy(by, event.clientX - box.left, event.clientY - box.top);
    });
  }

  #sample(event) {
    const box = this.#area.getBoundingClientRect();
    const screenX = event.clientX - box.left;
    const screenY = event.clientY - box.top;
    const [x, y] = this.#viewport.toBoard(screenX, screenY);
    return {
      x,
      y,
      screenX,
      screenY,
      pressure: event.pointerType === 'pen' ? event.pressure : 0.5,
      time: event.timeStamp,
      type: event.pointerType,
      shift: event.shiftKey,
      alt: event.altKey,
    };
  }
}

/** Capture fails for a pointer that is gone already, and for made-up ones; both are harmless. */
function capture(area, pointerId) {
  try {
    area.setPointerCapture(pointerId);
  } catch {
    // The events still arrive while the pointer stays over the area.
  }
}
