// people.js - who is on the board: the avatars, the list, and the live cursors.

import { byId, disclose, make } from './dom.js';
import { initialsOf, personColor, readableOn } from './palette.js';

const AVATARS_MAX = 4;
const CURSOR_SILENCE_MS = 10_000;
const CURSOR_CHECK_MS = 1_000;

/** Gives the element the two colours of a person, for its style sheet. */
export function dressAs(element, person) {
  const color = personColor(person);
  element.style.setProperty('--person', color);
  element.style.setProperty('--person-text', readableOn(color));
  return element;
}

function avatar(person) {
  return dressAs(
    make('span', { className: 'avatar', text: initialsOf(person.name), title: person.name }),
    person,
  );
}

export class PeoplePanel {
  #session;

  constructor(session) {
    this.#session = session;
    disclose(byId('people-button'), byId('people'));
    session.addEventListener('people', () => this.#show());
  }

  /** This page first, then the others by name. */
  #everybody() {
    const own = this.#session.you?.clientId;
    return [...this.#session.people.values()].sort((a, b) => {
      if (a.clientId === own || b.clientId === own) return a.clientId === own ? -1 : 1;
      return String(a.name).localeCompare(String(b.name));
    });
  }

  #show() {
    const everybody = this.#everybody();
    const shown = everybody.slice(
      0,
      everybody.length > AVATARS_MAX ? AVATARS_MAX - 1 : AVATARS_MAX,
    );
    const rest = everybody.length - shown.length;
    const button = byId('people-button');
    button.replaceChildren(...shown.map(avatar));
    if (rest > 0) button.append(make('span', { className: 'avatar more', text: `+${rest}` }));
    button.setAttribute('aria-label', `People: ${everybody.length}`);
    button.dataset.count = everybody.length;
    byId('people-list').replaceChildren(...everybody.map((person) => this.#row(person)));
  }

  #row(person) {
    const row = make('li', { dataset: { client: person.clientId } }, [
      avatar(person),
      make('span', { className: 'person-name', text: person.name }),
    ]);
    if (person.clientId === this.#session.you?.clientId)
      row.append(make('span', { className: 'you', text: 'you' }));
    return row;
  }
}

export class Cursors {
  #session;
  #viewport;
  #box = byId('cursors');
  #cursors = new Map();

  constructor(session, viewport) {
    this.#session = session;
    this.#viewport = viewport;
    session.addEventListener('cursors', ({ detail }) => this.#move(detail));
    session.addEventListener('people', () => this.#tidy());
    setInterval(() => this.#fade(), CURSOR_CHECK_MS);
  }

  /** Puts all cursors in their places at once, after the view has changed. */
  place() {
    this.#box.classList.add('still');
    for (const cursor of this.#cursors.values()) this.#put(cursor);
    requestAnimationFrame(() => this.#box.classList.remove('still'));
  }

  #move(moves) {
    for (const [clientId, x, y, drawing] of moves) {
      if (clientId === this.#session.you?.clientId) continue;
      const person = this.#session.people.get(clientId);
      if (!person) continue;
      const cursor = this.#cursors.get(clientId) ?? this.#make(clientId, person);
      Object.assign(cursor, { x, y, seenAt: performance.now() });
      cursor.element.classList.remove('gone');
      cursor.element.classList.toggle('drawing', Boolean(drawing));
      this.#put(cursor);
    }
  }

  #make(clientId, person) {
    const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    svg.setAttribute('viewBox', '0 0 20 20');
    const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    path.setAttribute('d', 'M2 2 17.5 8 10.7 10.7 8 17.5z');
    svg.append(path);
    const name = make('span', { className: 'cursor-name', text: person.name });
    const element = dressAs(
      make('div', { className: 'cursor', dataset: { client: clientId } }, [svg, name]),
      person,
    );
    const cursor = { element, name, x: 0, y: 0, seenAt: 0 };
    this.#cursors.set(clientId, cursor);
    this.#box.append(element);
    return cursor;
  }

  #put({ element, x, y }) {
    const [left, top] = this.#viewport.toScreen(x, y);
    element.style.transform = `translate(${left}px, ${top}px)`;
  }

  /** Follows names and colours, and takes away the cursors of those who left. */
  #tidy() {
    for (const [clientId, cursor] of this.#cursors) {
      const person = this.#session.people.get(clientId);
      if (!person) {
        cursor.element.remove();
        this.#cursors.delete(clientId);
        continue;
      }
      cursor.name.textContent = person.name;
      dressAs(cursor.element, person);
    }
  }

  #fade() {
    const now = performance.now();
    for (const { element, seenAt } of this.#cursors.values()) {
      if (now - seenAt > CURSOR_SILENCE_MS) element.classList.add('gone');
    }
  }
}
