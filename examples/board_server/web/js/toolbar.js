// toolbar.js - the tools, and the panel with colour, width and so on of the chosen one.

import { byId, enableArrowKeys, make } from './dom.js';
import { INKS, MARKERS } from './palette.js';
import { shownColor } from './paint.js';
import { WIDTHS } from './styles.js';

const SHAPES = ['rect', 'ellipse', 'line', 'arrow'];
const WIDTH_NAMES = ['Thin', 'Medium', 'Thick', 'Very thick'];
const SIZE_NAMES = ['Small', 'Medium', 'Large', 'Very large'];
const SIZE_LETTERS = ['S', 'M', 'L', 'XL'];
const DASHES = [
  ['solid', 'Solid'],
  ['dashed', 'Dashed'],
  ['dotted', 'Dotted'],
];

/** The tool whose style an element of the board has. */
export function toolOf(element) {
  if (element.kind === 'stroke') return element.tool === 'highlighter' ? 'highlighter' : 'pen';
  if (element.kind === 'sticky') return 'text';
  return element.kind === 'diamond' ? 'rect' : element.kind;
}

export class Toolbar {
  #host;
  #styles;
  #tool = 'pen';
  #selected = [];
  #dark = false;

  /**
   * `host` hears `onTool(name)` and `onStyle(name, value)`, the latter when a choice is made
   * while elements are selected.
   */
  constructor({ styles, host }) {
    this.#styles = styles;
    this.#host = host;
    for (const button of document.querySelectorAll('.tool[data-tool]')) {
      button.addEventListener('click', () => {
        this.#closePopups();
        host.onTool(button.dataset.tool);
      });
    }
    this.#popup(byId('shapes-button'), byId('shapes'));
    this.#popup(byId('style-button'), byId('styles'));
    for (const id of ['colors', 'widths', 'dashes']) enableArrowKeys(byId(id));
    byId('fill').addEventListener('click', () => this.#choose('filled', !this.#value('filled')));
    this.#show();
  }

  showTool(tool) {
    this.#tool = tool;
    this.#show();
  }

  showSelection(elements) {
    const before = this.#selected;
    this.#selected = elements;
    if (this.#tool === 'select' && (before.length > 0 || elements.length > 0)) this.#show();
  }

  showTheme(dark) {
    this.#dark = dark;
    this.#show();
  }

  /** Makes the width one step larger (1) or smaller (-1). */
  stepWidth(step) {
    const name = this.#styles.has(this.#subject(), 'width') ? 'width' : 'fontSize';
    const choices = this.#widthChoices();
    const at = choices.indexOf(this.#value(name));
    const next = choices[Math.max(0, Math.min(choices.length - 1, (at < 0 ? 1 : at) + step))];
    if (next !== undefined) this.#choose(name, next);
  }

  /** Chooses the n-th colour, counted from 0. */
  chooseColor(n) {
    const inks = this.#inks();
    if (inks[n] && this.#styles.has(this.#subject(), 'color')) this.#choose('color', inks[n][0]);
  }

  /** The tool whose style the panel shows. */
  #subject() {
    if (this.#tool !== 'select') return this.#tool;
    return this.#selected.length > 0 ? toolOf(this.#selected[0]) : 'select';
  }

  #value(name) {
    const [first] = this.#tool === 'select' ? this.#selected : [];
    if (!first) return this.#styles.of(this.#subject())[name];
    if (name === 'width') return first.kind === 'stroke' ? first.width : first.strokeWidth;
    if (name === 'filled') return Boolean(first.fill);
    return first[name];
  }

  #choose(name, value) {
    if (this.#tool === 'select') this.#host.onStyle(name, value);
    else this.#styles.change(this.#tool, name, value);
    this.#show();
  }

  #inks() {
    return this.#subject() === 'highlighter' ? MARKERS : INKS;
  }

  #widthChoices() {
    const subject = this.#subject();
    return WIDTHS[SHAPES.includes(subject) ? 'shape' : subject] ?? [];
  }

  #show() {
    for (const button of document.querySelectorAll('.tool[data-tool]')) {
      button.setAttribute('aria-pressed', String(button.dataset.tool === this.#tool));
    }
    byId('shapes-button').dataset.active = String(SHAPES.includes(this.#tool));
    const subject = this.#subject();
    const has = (name) => this.#styles.has(subject, name);
    const panel = byId('styles');
    const selecting = this.#tool === 'select' && this.#selected.length > 0;
    panel.hidden = !has('color');
    byId('style-button').disabled = panel.hidden;
    byId('dashes').hidden = !has('dash') || selecting;
    byId('fill').hidden = !has('filled') || selecting;
    byId('fill').setAttribute('aria-pressed', String(Boolean(this.#value('filled'))));
    for (const id of ['copy-selected', 'delete-selected']) byId(id).hidden = !selecting;
    if (panel.hidden) return;
    this.#showColors();
    this.#showWidths(has('width') ? 'width' : 'fontSize');
    this.#showDashes();
    byId('toolbar').style.setProperty('--ink', shownColor(this.#value('color'), this.#dark));
  }

  #showColors() {
    const current = this.#value('color')?.slice(0, 7);
    const inks = this.#inks();
    const swatches = inks.map(([color, label]) => {
      const swatch = this.#radio('colors', `swatch`, label, color === current, () =>
        this.#choose('color', color),
      );
      swatch.style.setProperty('--swatch', shownColor(color, this.#dark));
      swatch.dataset.color = color;
      return swatch;
    });
    swatches.push(this.#customSwatch(current, !inks.some(([color]) => color === current)));
    replaceKeepingFocus(byId('colors'), swatches);
  }

  #customSwatch(current, chosen) {
    const input = make('input', { type: 'color', 'aria-label': 'Another colour', value: current });
    const swatch = make(
      'label',
      { className: 'swatch custom', title: 'Another colour', 'aria-checked': String(chosen) },
      [input],
    );
    swatch.style.setProperty('--swatch', shownColor(current, this.#dark));
    input.addEventListener('change', () => this.#choose('color', input.value));
    return swatch;
  }

  #showWidths(name) {
    const current = this.#value(name);
    const text = name === 'fontSize';
    const buttons = this.#widthChoices().map((width, i) => {
      const label = (text ? SIZE_NAMES : WIDTH_NAMES)[i];
      const button = this.#radio('widths', '', label, width === current, () =>
        this.#choose(name, width),
      );
      const sample = text ? make('b', { text: SIZE_LETTERS[i] }) : make('i');
      sample.style.setProperty('--dot', `${4 + i * 4.5}px`);
      sample.style.setProperty('--letter', `${13 + i}px`);
      button.append(sample);
      button.dataset.width = width;
      return button;
    });
    replaceKeepingFocus(byId('widths'), buttons);
  }

  #showDashes() {
    const current = this.#value('dash');
    const buttons = DASHES.map(([dash, label]) => {
      const button = this.#radio('dashes', '', label, dash === current, () =>
        this.#choose('dash', dash),
      );
      button.dataset.dash = dash;
      button.append(dashSample(dash));
      return button;
    });
    replaceKeepingFocus(byId('dashes'), buttons);
  }

  #radio(group, className, label, checked, onClick) {
    const button = make('button', {
      type: 'button',
      role: 'radio',
      className,
      title: label,
      'aria-label': label,
      'aria-checked': String(checked),
      tabindex: checked ? '0' : '-1',
    });
    button.addEventListener('click', onClick);
    return button;
  }

  /** On a phone, the shapes and the styles are above the toolbar and open on demand. */
  #popup(button, panel) {
    const set = (opened) => {
      panel.classList.toggle('open', opened);
      button.setAttribute('aria-expanded', String(opened));
    };
    button.addEventListener('click', () => {
      const opened = !panel.classList.contains('open');
      this.#closePopups();
      set(opened);
    });
    document.addEventListener(
      'pointerdown',
      (event) => {
        if (!panel.contains(event.target) && !button.contains(event.target)) set(false);
      },
      true,
    );
  }

  #closePopups() {
    for (const [button, panel] of [
      ['shapes-button', 'shapes'],
      ['style-button', 'styles'],
    ]) {
      byId(panel).classList.remove('open');
      byId(button).setAttribute('aria-expanded', 'false');
    }
  }
}

function dashSample(dash) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 18 18');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  line.setAttribute('d', 'M2 9h14');
  if (dash === 'dashed') line.setAttribute('stroke-dasharray', '5 4.5');
  if (dash === 'dotted') line.setAttribute('stroke-dasharray', '0.1 4.6');
  svg.append(line);
  return svg;
}

/** Replaces the radio buttons of a group; the focus stays on the one at the same place. */
function replaceKeepingFocus(group, children) {
  const at = [...group.children].indexOf(document.activeElement);
  group.replaceChildren(...children);
  if (at >= 0) children[at]?.focus();
  if (!children.some((child) => child.tabIndex === 0) && children[0]) children[0].tabIndex = 0;
}
