// pending_store.js - what the server has not answered, kept in this browser: it survives a crash
// or a reload of the page, and goes on with its session.
//
// Each tab has a place of its own, so that two tabs of one board don't take each other's session
// over. A tab takes up the place it had before, or one that another tab has left with work in it.

const PREFIX = 'collab.pending.';
/** How long to wait for the page before a reload to let go of the place. */
const HANDOVER_MS = 2_000;

export class PendingStore {
  #storage;
  #tabStorage;
  #makeTab;
  #locks;
  #room;
  #tab;
  #isFull = false;

  /**
   * `storage` is like localStorage, `tabStorage` like sessionStorage and `locks` like
   * navigator.locks, which may be missing: then only what this tab has left is taken up.
   * `makeTab()` makes the name of a new place.
   */
  constructor({ room, storage, tabStorage, locks, makeTab }) {
    this.#room = room;
    this.#storage = storage;
    this.#locks = locks;
    this.#tabStorage = tabStorage;
    this.#makeTab = makeTab;
  }

  /** Called once when there is no space left; what comes is only in memory. */
  onFull = () => {};

  /** Takes a place. What it holds: `{session, userId, entries}`; null when that is nothing. */
  async open() {
    const own = this.#tabStorage.getItem(PREFIX + this.#room);
    const left = this.#places();
    if (own !== null && left.has(own) && (await this.#hold(own, HANDOVER_MS))) return this.#take(own);
    for (const tab of left.keys()) {
      if (tab === own || !this.#locks || !(await this.#hold(tab, 0))) continue;
      if (left.get(tab) > 0) return this.#take(tab);
      this.#clear(tab);
    }
    const fresh = this.#makeTab();
    await this.#hold(fresh, 0);
    return this.#take(fresh);
  }

  /** A session begins: nothing is pending in it yet. */
  begin({ session, userId }) {
    this.#clear(this.#tab);
    this.#write(this.#key(this.#tab), { session, userId });
  }

  /** Keeps an entry of the outbox. */
  save({ op, message, sent, again, after, ids, drawn }) {
    const stroke = drawn?.element;
    this.#write(`${this.#key(this.#tab)}.${op}`, { op, message, sent, again, after, ids, stroke });
  }

  /** The operation is answered. */
  forget(op) {
    this.#storage.removeItem(`${this.#key(this.#tab)}.${op}`);
  }

  #key(tab) {
    return `${PREFIX}${this.#room}.${tab}`;
  }

  /** Every place of this room, with the number of operations in it. */
  #places() {
    const places = new Map();
    const prefix = `${PREFIX}${this.#room}.`;
    for (const key of this.#keys()) {
      if (!key.startsWith(prefix)) continue;
      const [tab, op] = key.slice(prefix.length).split('.');
      places.set(tab, (places.get(tab) ?? 0) + (op === undefined ? 0 : 1));
    }
    return places;
  }

  #keys() {
    return Array.from({ length: this.#storage.length }, (_, i) => this.#storage.key(i));
  }

  #take(tab) {
    this.#tab = tab;
    this.#tabStorage.setItem(PREFIX + this.#room, tab);
    const head = this.#read(this.#key(tab));
    const prefix = `${this.#key(tab)}.`;
    const entries = this.#keys()
      .filter((key) => key.startsWith(prefix))
      .map((key) => this.#read(key))
      .filter((entry) => Number.isInteger(entry?.op) && typeof entry.message?.type === 'string')
      .sort((a, b) => a.op - b.op);
    if (entries.length === 0) {
      this.#clear(tab);
      return null;
    }
    // Without a session they were done before there was a connection; with a gap among them they
    // can't be told apart by their counters any more.
    const isWhole = entries.every(({ op }, i) => op === entries[0].op + i);
    const session = isWhole ? (head?.session ?? null) : null;
    if (!session) entries.forEach((entry, i) => Object.assign(entry, { op: i + 1 }));
    return { session, userId: head?.userId ?? null, entries };
  }

  #clear(tab) {
    const key = this.#key(tab);
    for (const each of this.#keys()) {
      if (each === key || each.startsWith(`${key}.`)) this.#storage.removeItem(each);
    }
  }

  #read(key) {
    try {
      return JSON.parse(this.#storage.getItem(key));
    } catch {
      return null;
    }
  }

  #write(key, value) {
    try {
      this.#storage.setItem(key, JSON.stringify(value));
    } catch {
      if (!this.#isFull) this.onFull();
      this.#isFull = true;
    }
  }

  /** Holds the place for as long as this page lives; false when another page does. */
  #hold(tab, waitMs) {
    if (!this.#locks) return Promise.resolve(true);
    const options =
      waitMs > 0 ? { signal: AbortSignal.timeout(waitMs) } : { ifAvailable: true };
    return new Promise((resolve) => {
      this.#locks
        .request(this.#key(tab), options, (lock) => {
          resolve(lock !== null);
          return lock ? new Promise(() => {}) : undefined;
        })
        .catch(() => resolve(false));
    });
  }
}

/** The store of this browser for a room; null where nothing can be kept. */
export function browserStore(room, makeTab) {
  try {
    const { localStorage: storage, sessionStorage: tabStorage } = window;
    storage.getItem(PREFIX);
    tabStorage.getItem(PREFIX);
    return new PendingStore({ room, storage, tabStorage, locks: navigator.locks, makeTab });
  } catch {
    return null;
  }
}
