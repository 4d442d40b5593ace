// line.test.js - the line between one page and a living server is cut: the page comes back
// and every stroke is on the board once, whatever of it had arrived.

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
  waitConnected,
  waitElements,
  waitOffline,
  waitSettled,
  wave,
} from '../support/pages.js';
import { startProxy } from '../support/proxy.js';
import { makeBoardDir, startServer } from '../support/server.js';

const ORPHAN_MS = 3_000;

let browser;
let dir;
let server;
let proxy;
let ann;
let bob;
let room;
let rooms = 0;

before(async () => {
  dir = await makeBoardDir();
  server = await startServer({
    storage: dir.storage,
    flags: ['--limit', `orphan_stroke=${ORPHAN_MS}`],
  });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.end();
  await dir?.remove();
});

beforeEach(async () => {
  rooms += 1;
  room = `line-${rooms}`;
  proxy = await startProxy(server.port);
  ann = await openBoard(browser, { url: proxy.url, room, name: 'Ann' });
  bob = await openBoard(browser, { url: server.url, room, name: 'Bob' });
});

afterEach(async () => {
  for (const page of [ann, bob]) {
    assertNoErrors(page, { serverWasAway: true });
    await page.context().close();
  }
  await proxy.close();
});

async function returns(count) {
  proxy.mend();
  await waitConnected(ann, RECONNECT_MS);
  await waitSettled(ann);
  await waitElements(ann, count);
  await waitElements(bob, count);
  await bob.waitForSelector('#board[data-live="0"]');
  await waitElements(bob, count);
  const { elements } = await snapshot(server.url, room);
  assert.equal(elements.length, count);
  return elements;
}

describe('a line that is cut', () => {
  it('in mid-stroke: the stroke goes on and is there once, whole', async () => {
    const points = wave(300, 300, 300, 60, 24);
    await drag(ann, points.slice(0, 10), { release: false });
    await bob.waitForSelector('#board[data-live="1"]');
    proxy.cut();
    await waitOffline(ann);
    for (const point of points.slice(10)) await ann.mouse.move(...point);
    proxy.mend();
    await waitConnected(ann, RECONNECT_MS);
    await ann.mouse.up();
    const [stroke] = await returns(1);
    assert.equal(stroke.points[stroke.points.length - 1][0] - stroke.points[0][0], 300);
    await assertSamePixels(ann, bob);
  });

  it('when the stroke ended after the cut: it is there once, whole', async () => {
    await drag(ann, wave(300, 300), { release: false });
    await bob.waitForSelector('#board[data-live="1"]');
    proxy.cut();
    await waitOffline(ann);
    await ann.mouse.move(560, 400, { steps: 4 });
    await ann.mouse.up();
    const [stroke] = await returns(1);
    assert.equal(stroke.points[stroke.points.length - 1][0] - stroke.points[0][0], 260);
    await assertSamePixels(ann, bob);
  });

  it('when acks were lost: what had been committed is not done twice', async () => {
    proxy.holdDown();
    for (const y of [150, 250, 350]) await drag(ann, wave(300, y));
    await ann.click('.tool[data-tool="rect"]');
    await drag(ann, [
      [600, 200],
      [700, 300],
    ]);
    await waitElements(bob, 4);
    await ann.waitForSelector('#board[data-pending="4"]');
    proxy.cut();
    await waitOffline(ann);
    await returns(4);
    await assertSamePixels(ann, bob);
  });

  it('when nothing arrived: everything is sent again', async () => {
    proxy.holdUp();
    for (const y of [150, 250, 350]) await drag(ann, wave(300, y));
    await ann.click('.tool[data-tool="rect"]');
    await drag(ann, [
      [600, 200],
      [700, 300],
    ]);
    await waitElements(ann, 4);
    await waitElements(bob, 0);
    proxy.cut();
    await waitOffline(ann);
    await returns(4);
    await assertSamePixels(ann, bob);
  });

  it('after a clear that did not arrive: what others drew since stays', async () => {
    await drag(ann, wave(300, 150));
    await waitElements(bob, 1);
    await waitSettled(ann);
    proxy.cut();
    await waitOffline(ann);
    await ann.click('#menu-button');
    await ann.click('#menu [data-action="clear"]');
    await ann.click('#clear-confirm');
    await waitElements(ann, 0);
    await drag(bob, wave(300, 400));
    await waitSettled(bob);
    const [left] = await returns(1);
    assert.ok(left.points[0][1] > 0, 'the one drawn below, by the other');
  });
});
