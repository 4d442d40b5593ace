// status.js - the pill that says whether the board is connected.

import { byId } from './dom.js';

const TICK_MS = 500;

export class Status {
  #session;
  #timer = null;

  constructor(session) {
    this.#session = session;
    byId('connection').addEventListener('click', () => {
      if (session.connection.state !== 'connected') session.start();
    });
    byId('refused-again').addEventListener('click', () => session.start());
    session.addEventListener('connection', () => this.#show());
    session.addEventListener('pending', () => this.#show());
    this.#show();
  }

  #show() {
    const { state, reason, roundTrip } = this.#session.connection;
    const pill = byId('connection');
    document.documentElement.dataset.connection = state;
    pill.dataset.state = state;
    pill.title = this.#explain(state, reason, roundTrip);
    byId('refused').hidden = state !== 'refused';
    if (state === 'refused') byId('refused-reason').textContent = reason;
    const text = byId('connection-text');
    const words = this.#words(state);
    if (text.textContent !== words) text.textContent = words;
    clearTimeout(this.#timer);
    if (state === 'offline') this.#timer = setTimeout(() => this.#show(), TICK_MS);
  }

  #words(state) {
    const waiting = this.#session.pending;
    switch (state) {
      case 'connected':
        return 'Live';
      case 'connecting':
        return 'Connecting';
      case 'refused':
        return 'Disconnected. Reconnect';
      default:
        return waiting > 0 ? `Offline, ${waiting} waiting` : 'Offline, reconnecting';
    }
  }

  #explain(state, reason, roundTrip) {
    switch (state) {
      case 'connected':
        return roundTrip === null ? 'Connected' : `Connected, ${Math.round(roundTrip)} ms`;
      case 'connecting':
        return 'Connecting to the board';
      case 'refused':
        return reason;
      default:
        return this.#retryWords(reason);
    }
  }

  #retryWords(reason) {
    const { retryAt } = this.#session.connection;
    const seconds = Math.max(0, Math.ceil((retryAt - performance.now()) / 1000));
    const why = reason ? `${reason} ` : '';
    const when = `Next attempt in ${seconds} s; press to try now.`;
    return `${why}What you draw is kept and sent later. ${when}`;
  }
}
