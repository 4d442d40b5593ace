// restart.test.js - the server goes away while people draw, and comes back on the same board:
// both pages return by themselves, nothing drawn is lost and nothing is doubled.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import {
  RECONNECT_MS,
  assertNoErrors,
  assertSamePixels,
  drag,
  launch,
  openBoard,
  snapshot,
  useTool,
  waitConnected,
  waitElements,
  waitInk,
  waitOffline,
  waitSettled,
  wave,
} from '../support/pages.js';
import { makeBoardDir, startServer } from '../support/server.js';

let browser;

before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

describe('a server that goes away', () => {
  const room = 'restart';
  let dir;
  let server;
  let ann;
  let bob;

  beforeEach(async () => {
    dir = await makeBoardDir();
    server = await startServer({ storage: dir.storage });
    ann = await openBoard(browser, { url: server.url, room, name: 'Ann' });
    bob = await openBoard(browser, { url: server.url, room, name: 'Bob' });
  });

  afterEach(async () => {
    for (const page of [ann, bob]) {
      assertNoErrors(page, { serverWasAway: true });
      await page.context().close();
    }
    await server.end();
    await dir.remove();
  });

  async function restart() {
    server = await startServer({ storage: dir.storage, port: server.port });
  }

  async function bothAreBack(count) {
    for (const page of [ann, bob]) {
      await waitConnected(page, RECONNECT_MS);
      await waitSettled(page);
      await waitElements(page, count);
    }
    const { elements } = await snapshot(server.url, room);
    assert.equal(elements.length, count);
    assert.equal(
      new Set(elements.map(({ points }) => JSON.stringify(points))).size,
      count,
      'none is doubled',
    );
    return elements;
  }

  it('killed in mid-stroke: both come back, with every stroke whole and once', async () => {
    await drag(bob, wave(100, 100));
    await waitElements(ann, 1);
    await waitSettled(bob);

    const points = wave(300, 300, 300, 60, 30);
    await drag(ann, points.slice(0, 12), { release: false });
    await bob.waitForSelector('#board[data-live="1"]');
    await server.end('SIGKILL');
    await waitOffline(ann);
    for (const point of points.slice(12)) await ann.mouse.move(...point);
    await waitInk(ann, [560, 240, 50, 120], { layer: 'live' });
    await restart();
    await waitConnected(ann, RECONNECT_MS);
    await ann.mouse.move(620, 420, { steps: 5 });
    await ann.mouse.up();

    const elements = await bothAreBack(2);
    const drawn = elements.reduce((a, b) => (a.points.length > b.points.length ? a : b));
    const last = drawn.points[drawn.points.length - 1];
    const first = drawn.points[0];
    assert.deepEqual(
      [last[0] - first[0], last[1] - first[1]],
      [320, 120],
      'from the press to the release',
    );
    await assertSamePixels(ann, bob);
  });

  it('killed right after twenty strokes: what was acknowledged and what was not is all there', async () => {
    for (let i = 0; i < 20; i += 1)
      await drag(
        ann,
        [
          [140 + i * 30, 200],
          [160 + i * 30, 300 + i],
        ],
        { steps: 2 },
      );
    await server.end('SIGKILL');
    await waitOffline(bob);
    await restart();
    await bothAreBack(20);
    await assertSamePixels(ann, bob);
  });

  it('what is drawn, made and removed while the server is away arrives when it is back', async () => {
    await drag(ann, wave(200, 150));
    await drag(ann, wave(500, 150));
    await waitElements(bob, 2);
    await waitSettled(ann);
    await server.end('SIGKILL');
    await waitOffline(ann);
    await waitOffline(bob);

    await drag(ann, wave(200, 400));
    await useTool(ann, 'rect');
    await drag(ann, [
      [500, 380],
      [600, 450],
    ]);
    await drag(bob, wave(700, 550));
    await useTool(bob, 'eraser');
    await drag(bob, [
      [280, 80],
      [280, 220],
    ]);
    await waitElements(ann, 4);
    await waitElements(bob, 2);
    await ann.locator('#connection-text', { hasText: 'Offline, 2 waiting' }).waitFor();

    await restart();
    const elements = await bothAreBack(4);
    assert.deepEqual(elements.map(({ kind }) => kind).sort(), [
      'rect',
      'stroke',
      'stroke',
      'stroke',
    ]);
    await waitInk(ann, [690, 500, 220, 100]);
    await waitInk(ann, [195, 105, 210, 90], { expected: false });
    await waitInk(bob, [490, 370, 120, 90]);
    await assertSamePixels(ann, bob);
  });

  it('a chat message written while it is away arrives once', async () => {
    await server.end('SIGKILL');
    await waitOffline(ann);
    await ann.click('#chat-button');
    await ann.fill('#chat-input', 'Still here?');
    await ann.keyboard.press('Enter');
    await ann.locator('#chat-list li.waiting', { hasText: 'Still here?' }).waitFor();
    await restart();
    await waitConnected(ann, RECONNECT_MS);
    await waitConnected(bob, RECONNECT_MS);
    await ann.locator('#chat-list li:not(.waiting)', { hasText: 'Still here?' }).waitFor();
    await waitSettled(ann);
    assert.equal(await ann.locator('#chat-list .said').count(), 1);
    await bob.click('#chat-button');
    assert.equal(await bob.locator('#chat-list .said').count(), 1);
  });

  it('stopped in order: the page says so, and both return', async () => {
    await drag(ann, wave(300, 300));
    await waitElements(bob, 1);
    await waitSettled(ann);
    const { code } = await server.end('SIGTERM');
    assert.equal(code, 0);
    await bob.locator('.toast', { hasText: 'restarting' }).waitFor();
    await restart();
    await bothAreBack(1);
    await bob.reload();
    await waitConnected(bob);
    await waitElements(bob, 1);
    await assertSamePixels(ann, bob);
  });
});
