// replay.test.js - which moments of the past are fetched and shown, and when.

import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { FakeClock, turn } from './fakes.js';
import { module } from './modules.js';

const { Replay } = await module('replay');

describe('the replay', () => {
  let clock;
  let replay;
  let asked;
  let last;

  beforeEach(() => {
    clock = new FakeClock();
    asked = [];
    last = 100;
    replay = new Replay({
      fetchMoment: (seq) =>
        new Promise((resolve, reject) => {
          asked.push({ seq, resolve, reject });
        }),
      lastOf: () => last,
      environment: clock,
    });
  });

  const seqs = () => asked.map(({ seq }) => seq);
  const elementsAt = (seq, count = 1) =>
    Array.from({ length: count }, (_, i) => ({
      ...{ id: `e${seq}-${i}`, kind: 'rect', index: `a${String(count - i).padStart(6, '0')}` },
    }));
  async function answer(at, more = {}) {
    const { seq, resolve } = asked[at];
    resolve({ roomId: 'R', seq, elements: elementsAt(seq), ...more });
    await turn();
  }

  it('begins at the present, within it and 0', async () => {
    replay.open();
    assert.deepEqual([replay.seq, replay.last, replay.elements], [100, 100, null]);
    await answer(0);
    assert.equal(replay.elements[0].id, 'e100-0');
    replay.seek(-5);
    assert.equal(replay.seq, 0);
    replay.seek(500);
    assert.equal(replay.seq, 100);
  });

  it('shows elements with their defaults, the lowest first', async () => {
    replay.open(7);
    await answer(0, { elements: elementsAt(7, 3) });
    assert.deepEqual(
      replay.elements.map(({ id, opacity }) => [id, opacity]),
      [
        ['e7-2', 1],
        ['e7-1', 1],
        ['e7-0', 1],
      ],
    );
  });

  it('fetches one moment at a time, and of those wanted meanwhile only the last', async () => {
    replay.open(10);
    for (const seq of [20, 30, 40]) replay.seek(seq);
    assert.deepEqual(seqs(), [10]);
    await answer(0);
    assert.deepEqual(seqs(), [10, 40]);
    await answer(1);
    assert.deepEqual(seqs(), [10, 40]);
    assert.equal(replay.elements[0].id, 'e40-0');
  });

  it('does not fetch again what it has kept', async () => {
    replay.open(10);
    await answer(0);
    replay.seek(20);
    await answer(1);
    replay.seek(10);
    assert.equal(replay.elements[0].id, 'e10-0');
    assert.deepEqual(seqs(), [10, 20]);
  });

  it('keeps no more than 60,000 elements, those looked at last', async () => {
    replay.open(1);
    await answer(0, { elements: elementsAt(1, 30_000) });
    for (const [at, seq] of [
      [1, 2],
      [2, 3],
    ]) {
      replay.seek(seq);
      await answer(at, { elements: elementsAt(seq, 30_000) });
    }
    replay.seek(2);
    assert.deepEqual(seqs(), [1, 2, 3]);
    replay.seek(1);
    assert.deepEqual(seqs(), [1, 2, 3, 1]);
  });

  it('plays at its speed to the present, and stops there', async () => {
    replay.open(0);
    replay.speed = '64';
    replay.play();
    clock.advance(1_000);
    assert.equal(replay.seq, 64);
    assert.ok(replay.isPlaying);
    last = 110;
    clock.advance(1_000);
    assert.deepEqual([replay.seq, replay.isPlaying], [110, false]);
  });

  it('plays everything in 20 seconds, however much it is', async () => {
    last = 1_000_000;
    replay.open(0);
    replay.speed = 'all';
    replay.play();
    clock.advance(10_000);
    assert.equal(replay.seq, 500_000);
    assert.deepEqual(seqs(), [0], 'a slow line shows fewer moments');
    clock.advance(10_100);
    assert.equal(replay.isPlaying, false);
  });

  it('plays from the beginning when it is at the end', () => {
    replay.open();
    replay.play();
    assert.equal(replay.seq, 0);
    clock.advance(1_000);
    assert.equal(replay.seq, 16);
    replay.pause();
    clock.advance(1_000);
    assert.equal(replay.seq, 16);
  });

  it('goes back to the present; what was on the way is not shown any more', async () => {
    replay.open(5);
    replay.play();
    replay.close();
    await answer(0);
    assert.deepEqual([replay.isOpen, replay.isPlaying, replay.elements], [false, false, null]);
    clock.advance(1_000);
    assert.deepEqual(seqs(), [5]);
  });

  it('fetches for the second time it is opened, although the first answer is late', async () => {
    replay.open(5);
    replay.close();
    replay.open(6);
    await answer(0);
    assert.equal(replay.elements, null);
    await answer(1);
    assert.equal(replay.elements[0].id, 'e6-0');
  });

  for (const [what, fail] of [
    ['does not answer', () => asked[0].reject(new Error('503'))],
    ['answers with another moment', () => answer(0, { seq: 100 })],
  ]) {
    it(`goes back to the present and says so when the server ${what}`, async (t) => {
      t.mock.method(console, 'warn', () => {});
      const said = [];
      replay.addEventListener('failed', ({ detail }) => said.push(detail));
      replay.open(5);
      await fail();
      await turn();
      assert.equal(replay.isOpen, false);
      assert.equal(said.length, 1);
    });
  }
});
