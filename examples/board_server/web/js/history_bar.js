// history_bar.js - the buttons of undo and redo, and whose work they take back.

import { byId } from './dom.js';
import { remember } from './settings.js';
import { toast } from './toasts.js';

export class HistoryBar {
  #session;

  constructor(session) {
    this.#session = session;
    session.addEventListener('history', () => this.#show());
    session.addEventListener('connection', () => this.#show());
  }

  /** Undo takes back everybody's work or only one's own; remembered in this browser. */
  toggleScope() {
    const scope = this.#session.scope === 'mine' ? 'room' : 'mine';
    this.#session.useScope(scope);
    remember('undo-scope', scope);
    toast(
      scope === 'mine' ? 'Undo takes back only what you did.' : 'Undo takes back what anybody did.',
    );
  }

  #show() {
    const { history, isJoined } = this.#session;
    byId('undo').disabled = !isJoined || !history.canUndo;
    byId('redo').disabled = !isJoined || !history.canRedo;
    const onlyMine = this.#session.scope === 'mine';
    byId('undo-mine').setAttribute('aria-pressed', String(onlyMine));
    byId('undo').dataset.tip = onlyMine ? 'Undo my last' : 'Undo';
    byId('redo').dataset.tip = onlyMine ? 'Redo my last' : 'Redo';
  }
}
