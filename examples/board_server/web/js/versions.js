// versions.js - the panel with the versions of the board that somebody has named.

import { byId, disclose, make } from './dom.js';
import { LIMITS } from './protocol.js';

const NOTHING = 'None yet. Name the board as it is now, to come back to it later.';

export class Versions {
  #session;
  #onLook;
  #panel;

  /** `onLook(seq)` shows the board as it was then. */
  constructor({ session, onLook }) {
    this.#session = session;
    this.#onLook = onLook;
    this.#panel = disclose(byId('versions-button'), byId('versions'), {
      modal: false,
      onToggle: (opened) => opened && this.#focus(),
    });
    byId('versions-close').addEventListener('click', () => {
      this.#panel.close();
      byId('versions-button').focus({ focusVisible: false });
    });
    byId('version-name').maxLength = LIMITS.nameCharacters;
    byId('version-name').addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') event.stopPropagation();
    });
    byId('version-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#save();
    });
    session.addEventListener('versions', () => this.#show());
    session.addEventListener('pending', () => this.#showPending());
    session.addEventListener('connection', () => this.#showPending());
    this.#show();
  }

  /** Where a field brings a keyboard up over the list, it is not entered by itself. */
  #focus() {
    const isTouched = matchMedia('(pointer: coarse)').matches;
    byId(isTouched ? 'versions-close' : 'version-name').focus({ focusVisible: !isTouched });
  }

  toggle() {
    this.#panel.toggle();
  }

  #save() {
    const input = byId('version-name');
    if (input.value.trim() === '') return;
    this.#session.saveVersion(input.value);
    input.value = '';
    input.focus();
  }

  #waiting() {
    return this.#session.outbox.entries
      .filter(({ message }) => message.type === 'version:save')
      .map(({ message }) => ({ name: message.name }));
  }

  /** Shows again only if what it shows of pending work has changed. */
  #showPending() {
    const now = `${this.#waiting().length} ${this.#session.isJoined}`;
    if (now !== byId('version-list').dataset.pending) this.#show();
  }

  /** The latest first. */
  #show() {
    const list = byId('version-list');
    const { versions, isJoined } = this.#session;
    const waiting = this.#waiting();
    list.dataset.pending = `${waiting.length} ${isJoined}`;
    const rows = [...versions, ...waiting].reverse().map((version) => this.#row(version));
    if (rows.length === 0)
      rows.push(make('li', { className: 'nothing', text: NOTHING }));
    list.replaceChildren(...rows);
    byId('version-save').disabled = versions.length + waiting.length >= LIMITS.versionsPerRoom;
  }

  #row({ name, userId, seq, time }) {
    const isSaved = seq !== undefined;
    const about = make('div', { className: 'version-about' }, [
      make('b', { text: name }),
      make('span', { text: isSaved ? this.#wordsOf(userId, time) : 'Waiting to be sent' }),
    ]);
    if (!isSaved) return make('li', { className: 'waiting' }, [about]);
    const look = this.#button('Look', `Look at ${name}`, () => this.#onLook(seq));
    const restore = this.#button('Restore', `Restore ${name}`, () =>
      this.#session.restoreVersion(seq),
    );
    restore.disabled = !this.#session.isJoined;
    return make('li', { dataset: { seq } }, [about, look, restore]);
  }

  #button(text, label, onClick) {
    const button = make('button', { type: 'button', text, 'aria-label': label });
    button.addEventListener('click', onClick);
    return button;
  }

  #wordsOf(userId, time) {
    const author = [...this.#session.people.values()].find((each) => each.userId === userId);
    const when = new Date(time);
    const isToday = when.toDateString() === new Date().toDateString();
    const shown = when.toLocaleString(
      [],
      isToday ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' },
    );
    return author ? `${author.name}, ${shown}` : shown;
  }
}
