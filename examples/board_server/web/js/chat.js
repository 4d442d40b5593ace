// chat.js - the drawer with the room's messages.

import { byId, disclose, make } from './dom.js';
import { LIMITS } from './protocol.js';
import { dressAs } from './people.js';

const TOGETHER_MS = 3 * 60_000;

export class Chat {
  #session;
  #unread = 0;
  #drawer;

  constructor(session) {
    this.#session = session;
    this.#drawer = disclose(byId('chat-button'), byId('chat'), {
      modal: false,
      onToggle: (opened) => this.#toggled(opened),
    });
    byId('chat-close').addEventListener('click', () => this.#drawer.close());
    byId('chat-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    const input = byId('chat-input');
    input.maxLength = LIMITS.chatCharacters;
    input.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Escape') this.#drawer.close();
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    session.addEventListener('chat', ({ detail }) => this.#changed(detail));
    this.#show();
  }

  get isOpen() {
    return !byId('chat').hidden;
  }

  toggle() {
    this.#drawer.toggle();
  }

  #send() {
    const input = byId('chat-input');
    this.#session.say(input.value);
    input.value = '';
    input.focus();
  }

  #toggled(opened) {
    if (!opened) return;
    this.#count(0);
    this.#toEnd();
    byId('chat-input').focus();
  }

  #changed(message) {
    this.#show();
    if (message && !this.isOpen && message.userId !== this.#session.you?.userId)
      this.#count(this.#unread + 1);
  }

  #count(unread) {
    this.#unread = unread;
    const badge = byId('chat-badge');
    badge.hidden = unread === 0;
    badge.textContent = unread > 99 ? '99+' : String(unread);
    byId('chat-button').setAttribute('aria-label', unread > 0 ? `Chat, ${unread} unread` : 'Chat');
  }

  /** Brings the list up to date; rows that are there already stay, so only news is read aloud. */
  #show() {
    const list = byId('chat-list');
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    const messages = [...this.#session.chat, ...this.#waiting()];
    const rows = new Map([...list.children].map((row) => [row.dataset.key, row]));
    const wanted = messages.map((message, i) => {
      const key = message.seq === undefined ? `op-${message.order}` : `seq-${message.seq}`;
      return rows.get(key) ?? this.#row(message, messages[i - 1], key);
    });
    if (wanted.length === 0)
      wanted.push(make('li', { className: 'nothing', text: 'No messages yet. Say hello!' }));
    const kept = new Set(wanted);
    for (const row of [...list.children]) if (!kept.has(row)) row.remove();
    wanted.forEach((row, i) => {
      if (list.children[i] !== row) list.insertBefore(row, list.children[i] ?? null);
    });
    if (atEnd) this.#toEnd();
  }

  #waiting() {
    return this.#session.outbox.entries
      .filter(({ message }) => message.type === 'chat:send')
      .map(({ message, order }) => ({
        order,
        text: message.text,
        userId: this.#session.you?.userId,
        time: Date.now(),
      }));
  }

  #row({ userId, name, text, time, seq }, before, key) {
    const own = userId === this.#session.you?.userId;
    const together = before && before.userId === userId && time - before.time < TOGETHER_MS;
    const classes = [own && 'own', together && 'together', seq === undefined && 'waiting'].filter(
      Boolean,
    );
    const row = make('li', { className: classes.join(' '), dataset: { key } });
    if (!together && !own) row.append(this.#byline(userId, name, time));
    row.append(make('span', { className: 'said', text, title: clock(time) }));
    return row;
  }

  #byline(userId, name, time) {
    const person = [...this.#session.people.values()].find((other) => other.userId === userId) ?? {
      clientId: userId,
    };
    const dot = dressAs(make('i'), person);
    return make('span', { className: 'said-by' }, [
      dot,
      make('b', { text: name }),
      ` ${clock(time)}`,
    ]);
  }

  #toEnd() {
    const list = byId('chat-list');
    list.scrollTop = list.scrollHeight;
  }
}

function clock(time) {
  return new Date(time).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}
