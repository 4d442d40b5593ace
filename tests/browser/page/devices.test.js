// devices.test.js - a phone, a pen, the keyboard, light and dark, and the first visit.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import {
  assertNoErrors,
  drag,
  inkedPixels,
  launch,
  openBoard,
  snapshot,
  useTool,
  waitConnected,
  waitElements,
  waitInk,
  waitSettled,
} from '../support/pages.js';
import { makeBoardDir, startServer } from '../support/server.js';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

let browser;
let server;
let dir;
let page;
let room;
let rooms = 0;

before(async () => {
  dir = await makeBoardDir();
  server = await startServer({ storage: dir.storage });
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.end();
  await dir?.remove();
});

beforeEach(() => {
  rooms += 1;
  room = `devices-${rooms}`;
  page = null;
});

afterEach(async () => {
  assertNoErrors(page);
  await page.context().close();
});

/** Touches through the browser's own input pipeline. */
async function toucher(ofPage) {
  const client = await ofPage.context().newCDPSession(ofPage);
  return (type, points) =>
    client.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: points.map(([x, y], id) => ({ x, y, id })),
    });
}

describe('the first visit', () => {
  it('makes a room, asks for the name once, and joins', async () => {
    page = await openBoard(browser, { url: server.url, connected: false });
    await page.waitForSelector('#welcome[open]');
    room = new URL(page.url()).searchParams.get('room');
    assert.match(room, /^[A-Za-z0-9]{8}$/);
    assert.match(await page.inputValue('#name-input'), /^\w+ \w+$/);
    await page.fill('#name-input', 'Grace');
    await page.click('#person-colors [aria-label="Teal"]');
    await page.click('#welcome-submit');
    await waitConnected(page);
    assert.equal(await page.locator('#people-button .avatar').textContent(), 'G');
    await page.reload();
    await waitConnected(page);
    assert.equal(new URL(page.url()).searchParams.get('room'), room, 'the same room');
    assert.equal(await page.locator('#welcome[open]').count(), 0, 'not asked again');
    assert.equal(await page.locator('#people-button .avatar').getAttribute('title'), 'Grace');
  });

  it('copies the link of the board', async () => {
    page = await openBoard(browser, {
      url: server.url,
      room,
      name: 'Ann',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.click('#share-button');
    await page.locator('.toast', { hasText: 'Link copied' }).waitFor();
    assert.equal(
      await page.evaluate(() => navigator.clipboard.readText()),
      `${server.url}/?room=${room}`,
    );
  });
});

describe('a phone', () => {
  beforeEach(async () => {
    page = await openBoard(browser, { url: server.url, room, name: 'Ann', ...PHONE });
  });

  it('has every control within the screen and large enough for a finger', async () => {
    await page.tap('#style-button');
    const poor = await page.evaluate(() =>
      [...document.querySelectorAll('button, .swatch')]
        .map((element) => ({
          label: element.ariaLabel ?? element.title ?? element.id,
          box: element.getBoundingClientRect(),
        }))
        .filter(({ box }) => box.width > 0)
        .filter(
          ({ box }) =>
            box.left < 0 ||
            box.top < 0 ||
            box.right > innerWidth ||
            box.bottom > innerHeight ||
            ((box.width < 40 || box.height < 40) && box.height < 44 && box.width < 60),
        )
        .map(({ label, box }) => `${label} ${box.width}x${box.height}`),
    );
    assert.deepEqual(poor, []);
  });

  it('draws with one finger, in the shape chosen from the popup', async () => {
    await page.tap('#shapes-button');
    await page.tap('.tool[data-tool="rect"]');
    const touch = await toucher(page);
    await touch('touchStart', [[100, 300]]);
    await touch('touchMove', [[150, 350]]);
    await touch('touchMove', [[220, 400]]);
    await touch('touchEnd', []);
    await waitElements(page, 1);
    await waitSettled(page);
    const [rect] = (await snapshot(server.url, room)).elements;
    assert.deepEqual([rect.kind, rect.width, rect.height], ['rect', 120, 100]);
  });

  it('moves and zooms with two fingers and draws nothing by it', async () => {
    const touch = await toucher(page);
    await touch('touchStart', [
      [150, 400],
      [250, 400],
    ]);
    for (let i = 1; i <= 10; i += 1)
      await touch('touchMove', [
        [150 - i * 5, 400],
        [250 + i * 5, 400],
      ]);
    await touch('touchEnd', []);
    await page.waitForFunction(() => document.getElementById('zoom-level').textContent === '200%');
    await waitSettled(page);
    await waitElements(page, 0);
    assert.equal(await inkedPixels(page, 'static'), 0);
    assert.deepEqual((await snapshot(server.url, room)).elements, []);
  });

  it('gives up what the first finger began when the second lands, however late', async () => {
    const touch = await toucher(page);
    await touch('touchStart', [[100, 300]]);
    for (let i = 1; i <= 10; i += 1) await touch('touchMove', [[100 + i * 8, 300]]);
    await waitInk(page, [95, 290, 100, 20], { layer: 'live' });
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 350)));
    await touch('touchStart', [
      [180, 300],
      [280, 300],
    ]);
    await waitInk(page, [95, 290, 100, 20], { layer: 'live', expected: false });
    for (let i = 1; i <= 10; i += 1)
      await touch('touchMove', [
        [180, 300 + i * 5],
        [280, 300 + i * 5],
      ]);
    await touch('touchEnd', []);
    await waitSettled(page);
    await waitElements(page, 0);
    assert.deepEqual((await snapshot(server.url, room)).elements, []);
  });

  it('zooms by a pinch on a trackpad that tells of it by gesture events', async () => {
    await page.evaluate(() => {
      const board = document.getElementById('board');
      const tell = (type, scale) =>
        board.dispatchEvent(
          Object.assign(new Event(type, { cancelable: true }), { scale, clientX: 50, clientY: 60 }),
        );
      tell('gesturestart', 1);
      tell('gesturechange', 1.2);
      tell('gesturechange', 1.5);
    });
    assert.equal(await page.textContent('#zoom-level'), '150%');
  });
});

describe('a pen', () => {
  it('draws with its pressure; from then on a finger or palm moves the board and draws nothing', async () => {
    page = await openBoard(browser, { url: server.url, room, name: 'Ann', ...PHONE });
    const client = await page.context().newCDPSession(page);
    const pen = (type, x, y, force) =>
      client.send('Input.dispatchMouseEvent', {
        type,
        x,
        y,
        force,
        pointerType: 'pen',
        button: type === 'mouseMoved' ? 'none' : 'left',
        buttons: type === 'mouseReleased' ? 0 : 1,
        clickCount: type === 'mouseMoved' ? 0 : 1,
      });
    await pen('mousePressed', 100, 300, 0.25);
    for (let i = 1; i <= 20; i += 1)
      await pen('mouseMoved', 100 + i * 8, 300 + i * 3, 0.25 + i / 40);
    await pen('mouseReleased', 260, 360, 0);
    await waitElements(page, 1);
    await waitSettled(page);
    const [stroke] = (await snapshot(server.url, room)).elements;
    const pressures = stroke.points.map(([, , pressure]) => pressure);
    assert.ok(
      Math.min(...pressures) < 0.4 && Math.max(...pressures) > 0.6,
      `pressures ${pressures}`,
    );

    const touch = await toucher(page);
    await touch('touchStart', [[100, 500]]);
    for (let i = 1; i <= 10; i += 1) await touch('touchMove', [[100, 500 + i * 10]]);
    await touch('touchEnd', []);
    await waitInk(page, [95, 390, 180, 100]);
    await waitSettled(page);
    assert.equal((await snapshot(server.url, room)).elements.length, 1, 'the palm drew nothing');
  });
});

describe('the keyboard', () => {
  beforeEach(async () => {
    page = await openBoard(browser, { url: server.url, room, name: 'Ann' });
  });

  it('chooses every tool, and shows the keys in the help', async () => {
    const keys = {
      v: 'select',
      h: 'hand',
      p: 'pen',
      m: 'highlighter',
      e: 'eraser',
      r: 'rect',
      o: 'ellipse',
      l: 'line',
      a: 'arrow',
      t: 'text',
    };
    for (const [key, tool] of Object.entries(keys)) {
      await page.keyboard.press(key);
      await page.waitForSelector(`.tool[data-tool="${tool}"][aria-pressed="true"]`);
    }
    await page.keyboard.press('?');
    await page.waitForSelector('#help[open]');
    assert.ok((await page.locator('#help kbd').count()) > 30);
    await page.keyboard.press('Escape');
    await page.waitForSelector('#help', { state: 'hidden' });
  });

  it('undoes, redoes, nudges and deletes', async () => {
    await useTool(page, 'rect');
    await drag(page, [
      [300, 300],
      [400, 360],
    ]);
    await waitSettled(page);
    await page.keyboard.press('Control+z');
    await waitElements(page, 0);
    await page.keyboard.press('Control+Shift+Z');
    await waitElements(page, 1);
    const [before] = (await snapshot(server.url, room)).elements;
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('ArrowDown');
    await waitSettled(page);
    const [after] = (await snapshot(server.url, room)).elements;
    assert.deepEqual([after.x - before.x, after.y - before.y], [16, 1]);
    await page.keyboard.press('Backspace');
    await waitElements(page, 0);
  });

  it('does not draw while space moves the board', async () => {
    await page.keyboard.down('Space');
    await drag(page, [
      [300, 300],
      [400, 300],
    ]);
    await page.keyboard.up('Space');
    await drag(page, [
      [300, 400],
      [340, 400],
    ]);
    await waitElements(page, 1);
    await waitSettled(page);
    const [stroke] = (await snapshot(server.url, room)).elements;
    assert.equal(stroke.points[0][0], 300 - 500 - 100, 'the board was moved by 100 pixels');
  });

  it('zooms around the pointer with the wheel, and back', async () => {
    await drag(page, [
      [300, 300],
      [400, 300],
    ]);
    await page.mouse.move(300, 300);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -100);
    await page.keyboard.up('Control');
    await page.waitForFunction(() => document.getElementById('zoom-level').textContent !== '100%');
    await waitInk(page, [296, 296, 8, 8]);
    await page.keyboard.press('Shift+0');
    await page.waitForFunction(() => document.getElementById('zoom-level').textContent === '100%');
    await page.keyboard.press('Shift+1');
    await page.waitForFunction(() => document.getElementById('zoom-level').textContent === '150%');
    await waitSettled(page);
  });
});

describe('light and dark', () => {
  it('follows the system until one is chosen, and keeps black ink legible', async () => {
    page = await openBoard(browser, { url: server.url, room, name: 'Ann' });
    await drag(page, [
      [300, 300],
      [400, 300],
    ]);
    await waitElements(page, 1);
    const shown = () =>
      page.evaluate(() => {
        const ctx = document.getElementById('static-layer').getContext('2d');
        return {
          ink: ctx.getImageData(350, 300, 1, 1).data[0],
          paper: Number(
            getComputedStyle(document.body.parentElement).backgroundColor.match(/\d+/)[0],
          ),
        };
      });
    const light = await shown();
    assert.ok(light.ink < 60 && light.paper > 220, JSON.stringify(light));
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForSelector('#board.dark');
    await page.waitForFunction(
      () =>
        document.getElementById('static-layer').getContext('2d').getImageData(350, 300, 1, 1)
          .data[0] > 200,
    );
    assert.ok((await shown()).paper < 60);
    await page.click('#menu-button');
    await page.click('[data-theme-choice="light"]');
    await page.waitForSelector('html[data-theme="light"] #board:not(.dark)');
    await page.reload();
    await page.waitForSelector('html[data-theme="light"]');
    await waitConnected(page);
    await waitSettled(page);
    assert.equal(
      (await snapshot(server.url, room)).elements[0].color,
      '#1d1d24',
      'the colour itself stays',
    );
  });
});

describe('moving the board', () => {
  it('shows exactly what painting it anew would show', async () => {
    page = await openBoard(browser, { url: server.url, room, name: 'Ann' });
    await useTool(page, 'highlighter');
    await drag(page, [
      [150, 150],
      [800, 500],
    ]);
    await useTool(page, 'ellipse');
    await page.click('#fill');
    await drag(page, [
      [400, 100],
      [900, 560],
    ]);
    await useTool(page, 'pen');
    await drag(page, [
      [130, 520],
      [500, 80],
      [860, 520],
    ]);
    await waitSettled(page);
    await useTool(page, 'hand');
    await drag(
      page,
      [
        [500, 300],
        [503, 299],
        [350, 420],
        [620, 200],
      ],
      { steps: 3 },
    );
    const painted = () =>
      page.evaluate(
        () =>
          new Promise((resolve) => {
            requestAnimationFrame(() =>
              requestAnimationFrame(() => {
                const canvas = document.getElementById('static-layer');
                resolve(
                  [
                    ...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data,
                  ].join(),
                );
              }),
            );
          }),
      );
    const moved = await painted();
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForSelector('#board.dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.waitForSelector('#board:not(.dark)');
    assert.ok(moved === (await painted()), 'the same pixels');
  });
});
