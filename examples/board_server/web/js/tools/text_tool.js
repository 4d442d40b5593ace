// text_tool.js - a text is typed where it will stand, in a field laid over the board.

import { LIMITS, onGrid } from '../protocol.js';
import { topmostAt } from '../geometry.js';
import { FONT_FAMILY, LINE_HEIGHT } from '../text.js';
import { shownColor } from '../paint.js';

const TOUCH_PIXELS = 4;

export class TextTool {
  cursor = 'text';
  #context;
  #field;
  #editing = null;

  /** `field` is the textarea that is laid over the board. */
  constructor(context, field) {
    this.#context = context;
    this.#field = field;
    field.maxLength = LIMITS.textUnits;
    field.addEventListener('input', () => this.place());
    field.addEventListener('blur', () => this.finish());
    field.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Escape' || (event.key === 'Enter' && (event.ctrlKey || event.metaKey))) {
        event.preventDefault();
        this.finish();
      }
    });
  }

  start() {
    this.finish();
  }

  move() {}

  end(sample) {
    if (!sample) return;
    const { board, viewport } = this.#context;
    const texts = board.ordered().filter(({ kind }) => kind === 'text' || kind === 'sticky');
    const found = topmostAt(texts, sample.x, sample.y, TOUCH_PIXELS / viewport.zoom);
    if (found) this.edit(found);
    else this.#begin(sample);
  }

  cancel() {}

  deactivate() {
    this.finish();
  }

  get isEditing() {
    return this.#editing !== null;
  }

  /** Edits the text of an element that is on the board. */
  edit(element) {
    this.finish();
    const { id, x, y, text, fontSize, color, width } = element;
    this.#context.renderer.hide([id]);
    this.#open({ id, x, y, text, fontSize, color, width });
  }

  #begin(sample) {
    const { color, fontSize } = this.#context.styles.of('text');
    const y = sample.y - (fontSize * LINE_HEIGHT) / 2;
    this.#open({ x: onGrid(sample.x), y: onGrid(y), text: '', fontSize, color });
  }

  #open(editing) {
    this.#editing = editing;
    this.#field.value = editing.text;
    this.#field.hidden = false;
    this.place();
    this.#field.focus();
    this.#field.select();
  }

  /** Puts the field where the text stands; also after the view has changed. */
  place() {
    if (!this.#editing) return;
    const { viewport, renderer } = this.#context;
    const { x, y, fontSize, color } = this.#editing;
    const [left, top] = viewport.toScreen(x, y);
    const { style } = this.#field;
    style.fontFamily = FONT_FAMILY;
    style.fontSize = `${fontSize * viewport.zoom}px`;
    style.lineHeight = String(LINE_HEIGHT);
    style.color = shownColor(color, renderer.dark);
    style.transform = `translate(${left}px, ${top}px)`;
    style.width = '0';
    style.height = '0';
    style.width = `${Math.max(24, this.#field.scrollWidth + fontSize * viewport.zoom * 0.6)}px`;
    style.height = `${this.#field.scrollHeight}px`;
  }

  /** Ends editing and keeps what was typed; an empty text is not kept. */
  finish() {
    const editing = this.#editing;
    if (!editing) return;
    this.#editing = null;
    const text = this.#field.value.replace(/\s+$/, '');
    this.#field.hidden = true;
    this.#field.blur();
    this.#context.renderer.hide([]);
    if (editing.id) this.#change(editing, text);
    else if (text !== '') {
      const { x, y, fontSize, color } = editing;
      this.#context.session.put({ kind: 'text', x, y, text, fontSize, color });
    }
    this.#context.onTextDone();
  }

  #change({ id, text: before }, text) {
    const { session } = this.#context;
    if (text === '') session.remove([id]);
    else if (text !== before) session.set(id, { text });
  }
}
