// toasts.js - short messages that come and go.

import { byId, make } from './dom.js';

const SHOWN_MS = 4_000;
const LEAVING_MS = 260;
const SHOWN_MAX = 3;

/** Shows `text`; the same text again only renews it. */
export function toast(text) {
  const box = byId('toasts');
  const same = [...box.children].find((child) => child.textContent === text);
  if (same) same.remove();
  while (box.children.length >= SHOWN_MAX) box.firstChild.remove();
  const message = make('div', { className: 'toast', text });
  box.append(message);
  setTimeout(() => message.classList.add('leaving'), SHOWN_MS);
  setTimeout(() => message.remove(), SHOWN_MS + LEAVING_MS);
}
