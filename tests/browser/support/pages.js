// pages.js - real browser pages on a board, and what the tests ask of them.
//
// Nothing here sleeps: every wait is for something the page shows. Any error the page throws
// or logs is kept, and `assertNoErrors` fails with it.

import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';

const CHROMIUM = process.env.COLLAB_CHROMIUM ?? '/usr/bin/chromium';
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];
// Of all pages that are not opened in another: `json` or none, which means binary.
const DIALECT = process.env.COLLAB_DIALECT;
const WAIT_MS = 15_000;

/** Long enough for the back-off of a page whose server was away for a few seconds. */
export const RECONNECT_MS = 45_000;

export function launch() {
  return chromium.launch({ executablePath: CHROMIUM, args: ARGS });
}

/**
 * Opens a board for a person of this name and waits until it is connected. `connected: false`
 * leaves out both the person and the wait. `dialect` is that of the address; COLLAB_DIALECT
 * chooses another default. What goes
 * over the page's WebSockets is kept: `page.wire` is a list of `{sent, payload}`, a Buffer
 * or a string.
 */
export async function openBoard(
  browser,
  { url, room, name, color = '#1971c2', connected = true, dialect = DIALECT, ...options },
) {
  const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(WAIT_MS);
  page.errors = [];
  page.wire = [];
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => page.wire.push({ sent: true, payload }));
    socket.on('framereceived', ({ payload }) => page.wire.push({ sent: false, payload }));
  });
  page.on('pageerror', (error) => page.errors.push(String(error.stack ?? error)));
  page.on('console', (message) => {
    // The latter says that the page has lost its place among the events, or has another digest.
    if (message.type() === 'error' || /fetched anew/.test(message.text()))
      page.errors.push(message.text());
  });
  if (connected) {
    await page.addInitScript((profile) => {
      localStorage.getItem('collab.profile') ?? localStorage.setItem('collab.profile', profile);
    }, JSON.stringify({ name, color }));
  }
  const query = new URLSearchParams({ ...(room && { room }), ...(dialect && { dialect }) });
  await page.goto(`${url}/?${query}`);
  if (connected) await waitConnected(page);
  return page;
}

/** The messages of the JSON dialect that went over the page's WebSockets, `sent` or received. */
export function messagesOf(page, { sent }) {
  return page.wire
    .filter((each) => each.sent === sent)
    .flatMap(({ payload }) => JSON.parse(String(payload)));
}

/** Fails if the page reported anything; the browser's words about a dead server may pass. */
export function assertNoErrors(page, { serverWasAway = false } = {}) {
  const away = /WebSocket connection to .* failed|net::ERR_CONNECTION_REFUSED/;
  assert.deepEqual(
    page.errors.filter((text) => !(serverWasAway && away.test(text))),
    [],
  );
}

export function waitConnected(page, timeout = WAIT_MS) {
  return page.waitForSelector('html[data-connection="connected"]', { timeout });
}

export function waitOffline(page, timeout = WAIT_MS) {
  return page.waitForSelector('html:not([data-connection="connected"])', { timeout });
}

/** Waits until the board shows `count` elements. */
export function waitElements(page, count, timeout = WAIT_MS) {
  return page.waitForSelector(`#board[data-elements="${count}"]`, { timeout });
}

/** Waits until the server has answered everything this page did. */
export function waitSettled(page, timeout = WAIT_MS) {
  return page.waitForSelector('#board[data-pending="0"]', { timeout });
}

/** Chooses a tool by its button. */
export async function useTool(page, tool) {
  await page.click(`.tool[data-tool="${tool}"]`);
  await page.waitForSelector(`.tool[data-tool="${tool}"][aria-pressed="true"]`);
}

/** Drags the mouse through these points of the screen. */
export async function drag(page, points, { steps = 4, release = true } = {}) {
  const [first, ...rest] = points;
  await page.mouse.move(...first);
  await page.mouse.down();
  for (const point of rest) await page.mouse.move(...point, { steps });
  if (release) await page.mouse.up();
}

/** Points of a wave, for a stroke that is easy to tell from others. */
export function wave(x, y, width = 200, height = 40, count = 16) {
  return Array.from({ length: count }, (_, i) => [
    x + (width * i) / (count - 1),
    y + height * Math.sin(i / 2),
  ]);
}

/** The number of pixels with ink on a layer, within a box of the screen or everywhere. */
export function inkedPixels(page, layer = 'static', box = null) {
  return page.evaluate(
    ([id, area]) => {
      const canvas = document.getElementById(id);
      const [x, y, width, height] = area ?? [0, 0, canvas.width, canvas.height];
      const { data } = canvas.getContext('2d').getImageData(x, y, width, height);
      let count = 0;
      for (let at = 3; at < data.length; at += 4) if (data[at] > 40) count += 1;
      return count;
    },
    [`${layer}-layer`, box],
  );
}

/** Waits until a layer has (or, with `false`, lacks) ink within the box. */
export function waitInk(page, box, { layer = 'static', expected = true } = {}) {
  return page.waitForFunction(
    ([id, [x, y, width, height], want]) => {
      const canvas = document.getElementById(id);
      const { data } = canvas.getContext('2d').getImageData(x, y, width, height);
      let inked = false;
      for (let at = 3; at < data.length && !inked; at += 4) inked = data[at] > 40;
      return inked === want;
    },
    [`${layer}-layer`, box, expected],
    { polling: 'raf' },
  );
}

/** The static layer as bytes RGBA. */
async function layerBytes(page) {
  const text = await page.evaluate(() => {
    const canvas = document.getElementById('static-layer');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let binary = '';
    for (let at = 0; at < data.length; at += 8_192)
      binary += String.fromCharCode(...data.subarray(at, at + 8_192));
    return btoa(binary);
  });
  return Buffer.from(text, 'base64');
}

/**
 * Fails unless both pages show the same finished elements, pixel by pixel. `tolerance` is the
 * share of inked pixels that may differ visibly: an edge painted in two goes is blended twice.
 */
export async function assertSamePixels(pageA, pageB, tolerance = 0.01) {
  const [a, b] = [await layerBytes(pageA), await layerBytes(pageB)];
  assert.equal(a.length, b.length, 'the pages have the same size');
  let inked = 0;
  let different = 0;
  for (let at = 0; at < a.length; at += 4) {
    if (a[at + 3] > 40 || b[at + 3] > 40) inked += 1;
    if (
      [0, 1, 2, 3].some(
        (i) =>
          Math.abs(
            a[at + i] * (i < 3 ? a[at + 3] / 255 : 1) - b[at + i] * (i < 3 ? b[at + 3] / 255 : 1),
          ) > 48,
      )
    )
      different += 1;
  }
  assert.ok(inked > 100, `there is ink to compare (${inked} pixels)`);
  assert.ok(different <= inked * tolerance, `${different} of ${inked} inked pixels differ`);
}

/** The content of the file that pressing a menu entry offers for download. */
export async function saveAs(page, action) {
  await page.click('#menu-button');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.click(`#menu [data-action="${action}"]`),
  ]);
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  return { name: download.suggestedFilename(), content: Buffer.concat(chunks) };
}

/** The committed board as the server tells it. */
export async function snapshot(url, room) {
  const answer = await fetch(`${url}/v1/rooms/${room}/snapshot.json`);
  assert.equal(answer.status, 200);
  return answer.json();
}
