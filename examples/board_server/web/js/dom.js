// dom.js - the few words the panels use to make and find elements.

/** The element with this id, which the page has. */
export function byId(id) {
  return document.getElementById(id);
}

/** A new element with properties (`text`, `className`, `dataset`, attributes) and children. */
export function make(tag, { text, className, dataset, ...attributes } = {}, children = []) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  Object.assign(element.dataset, dataset);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** The icon of the page's symbols with this name. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** Moves the choice among the radio buttons of `group` with the arrow keys. */
export function enableArrowKeys(group) {
  group.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const choices = [...group.querySelectorAll('[role="radio"]')];
    const at = choices.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    event.stopPropagation();
    const next = choices[(at + step + choices.length) % choices.length];
    next.focus();
    next.click();
  });
}

/** Moves the focus among the entries of a menu with the arrow keys, Home and End. */
export function enableMenuKeys(menu) {
  menu.addEventListener('keydown', (event) => {
    const entries = [...menu.querySelectorAll('[role^="menuitem"]')];
    const at = entries.indexOf(document.activeElement);
    const next = {
      ArrowDown: (at + 1) % entries.length,
      ArrowUp: (at - 1 + entries.length) % entries.length,
      Home: 0,
      End: entries.length - 1,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    entries[next].focus();
  });
}

/**
 * A panel that its button opens and closes; pressing Escape or elsewhere closes it. Returns
 * `{open, close, toggle}`. `onToggle(opened)` follows every change.
 */
export function disclose(button, panel, { onToggle = () => {}, modal = true } = {}) {
  const set = (opened) => {
    if (opened === !panel.hidden) return;
    panel.hidden = !opened;
    button.setAttribute('aria-expanded', String(opened));
    onToggle(opened);
  };
  button.addEventListener('click', () => set(panel.hidden));
  if (modal) {
    document.addEventListener(
      'pointerdown',
      (event) => {
        if (!panel.contains(event.target) && !button.contains(event.target)) set(false);
      },
      true,
    );
  }
  panel.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    set(false);
    button.focus();
  });
  return { open: () => set(true), close: () => set(false), toggle: () => set(panel.hidden) };
}
