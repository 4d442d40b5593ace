// pending_store.test.js - what is pending survives the page, and no two pages take it up.

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { module } from './modules.js';

const { PendingStore } = await module('pending_store');

class FakeStorage {
  #items = new Map();
  space = Infinity;

  get length() {
    return this.#items.size;
  }
  key(i) {
    return [...this.#items.keys()][i];
  }
  getItem(key) {
    return this.#items.get(key) ?? null;
  }
  setItem(key, value) {
    if (value.length > this.space) throw new Error('full');
    this.#items.set(key, String(value));
  }
  removeItem(key) {
    this.#items.delete(key);
  }
}

/** Locks as a browser has them; `release()` is what happens when a page is closed. */
class FakeLocks {
  #held = new Map();

  page() {
    const own = [];
    return {
      request: async (name, { ifAvailable, signal }, callback) => {
        while (this.#held.has(name)) {
          if (ifAvailable) return callback(null);
          await new Promise((resolve, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason));
            this.#held.get(name).push(resolve);
          });
        }
        this.#held.set(name, []);
        own.push(name);
        return callback({ name });
      },
      release: () => {
        for (const name of own) {
          const waiting = this.#held.get(name);
          this.#held.delete(name);
          for (const resolve of waiting) resolve();
        }
      },
    };
  }
}

describe('the store of what is pending', () => {
  let storage;
  let locks;
  let tabs;
  const who = { session: 's', userId: 'u' };
  const entry = (op, more) => ({ op, message: { type: 'canvas:clear' }, sent: false, ...more });

  beforeEach(() => {
    storage = new FakeStorage();
    locks = new FakeLocks();
    tabs = 0;
  });

  /** Another tab, or the same one again when it is given the storage of that. */
  function page({ tabStorage = new FakeStorage(), withLocks = true, room = 'R' } = {}) {
    const held = locks.page();
    const makeTab = () => `t${(tabs += 1)}`;
    const store = new PendingStore({
      ...{ room, storage, tabStorage, makeTab },
      locks: withLocks ? held : undefined,
    });
    return { store, tabStorage, close: held.release };
  }

  for (const withLocks of [true, false]) {
    it(`gives a tab that is loaded again what it had, ${withLocks ? 'with' : 'without'} locks`, async () => {
      const before = page({ withLocks });
      assert.equal(await before.store.open(), null);
      before.store.begin(who);
      const element = { id: 's', points: [[1, 2]] };
      before.store.save(entry(4, { sent: true, ids: ['a'], after: 3 }));
      before.store.save(entry(5, { drawn: { element, isStarted: true } }));
      before.close();
      const { tabStorage } = before;
      assert.deepEqual(await page({ tabStorage, withLocks }).store.open(), {
        ...who,
        entries: [
          { ...entry(4), sent: true, ids: ['a'], after: 3 },
          { ...entry(5), stroke: element },
        ],
      });
    });
  }

  it('waits for the page before a reload to let go', async () => {
    const before = page();
    await before.store.open();
    before.store.begin(who);
    before.store.save(entry(1));
    const after = page({ tabStorage: before.tabStorage }).store.open();
    setTimeout(before.close, 20);
    assert.equal((await after).entries.length, 1);
  });

  it('keeps nothing of what is answered', async () => {
    const before = page();
    await before.store.open();
    before.store.begin(who);
    before.store.save(entry(1));
    before.store.save(entry(2));
    before.store.forget(1);
    before.close();
    const kept = await page({ tabStorage: before.tabStorage }).store.open();
    assert.deepEqual(kept.entries.map(({ op }) => op), [2]);
    before.store.forget(2);
    assert.equal(await page().store.open(), null);
  });

  it('leaves a tab alone that is open, and takes up what a closed one has left', async () => {
    const first = page();
    await first.store.open();
    first.store.begin(who);
    first.store.save(entry(1));
    assert.equal(await page().store.open(), null);
    assert.equal(await page({ room: 'other' }).store.open(), null);
    first.close();
    assert.deepEqual((await page().store.open()).entries, [entry(1)]);
    assert.equal(await page().store.open(), null, 'only one does');
  });

  it('without locks takes up only what the same tab has left', async () => {
    const first = page({ withLocks: false });
    await first.store.open();
    first.store.begin(who);
    first.store.save(entry(1));
    assert.equal(await page({ withLocks: false }).store.open(), null);
  });

  it('forgets all of a session when another begins', async () => {
    const before = page();
    await before.store.open();
    before.store.begin(who);
    before.store.save(entry(7));
    before.store.begin({ session: 's2', userId: 'u2' });
    before.store.save(entry(1));
    before.close();
    const kept = await page({ tabStorage: before.tabStorage }).store.open();
    assert.deepEqual([kept.session, kept.entries.map(({ op }) => op)], ['s2', [1]]);
  });

  it('loses no operation to one that is missing: they begin a session anew', async () => {
    const before = page();
    await before.store.open();
    before.store.begin(who);
    for (const op of [3, 4, 6]) before.store.save(entry(op));
    before.close();
    const kept = await page({ tabStorage: before.tabStorage }).store.open();
    assert.equal(kept.session, null);
    assert.deepEqual(kept.entries.map(({ op }) => op), [1, 2, 3]);
  });

  it('says once that there is no space', async () => {
    const { store } = page();
    await store.open();
    store.begin(who);
    let said = 0;
    store.onFull = () => (said += 1);
    storage.space = 10;
    store.save(entry(1));
    store.save(entry(2));
    assert.equal(said, 1);
  });
});
