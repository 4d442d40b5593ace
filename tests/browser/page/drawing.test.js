// drawing.test.js - two real pages on one board: what one does, the other shows.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import {
  assertNoErrors,
  assertSamePixels,
  drag,
  inkedPixels,
  launch,
  openBoard,
  saveAs,
  snapshot,
  useTool,
  waitConnected,
  waitElements,
  waitInk,
  waitSettled,
  wave,
} from '../support/pages.js';
import { makeBoardDir, startServer } from '../support/server.js';

let browser;
let server;
let dir;
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

describe('two pages on one board', () => {
  let ann;
  let bob;
  let room;

  beforeEach(async () => {
    rooms += 1;
    room = `drawing-${rooms}`;
    ann = await openBoard(browser, { url: server.url, room, name: 'Ann', color: '#1971c2' });
    bob = await openBoard(browser, { url: server.url, room, name: 'Bob', color: '#e8590c' });
  });

  afterEach(async () => {
    for (const page of [ann, bob]) {
      assertNoErrors(page);
      await page.context().close();
    }
  });

  async function bothShow(count) {
    await waitElements(ann, count);
    await waitElements(bob, count);
    await waitSettled(ann);
    await waitSettled(bob);
  }

  it('shows ink on the other page while it is drawn, and the same pixels when it is done', async () => {
    const points = wave(300, 300);
    await drag(ann, points, { release: false });
    await waitInk(ann, [290, 240, 240, 120], { layer: 'live' });
    await bob.waitForSelector('#board[data-live="1"]');
    await waitInk(bob, [290, 240, 240, 120], { layer: 'live' });
    assert.equal(await inkedPixels(bob, 'static'), 0, 'nothing is finished yet');
    await ann.mouse.up();
    await bothShow(1);
    await waitInk(bob, [290, 240, 240, 120]);
    await waitInk(bob, [290, 240, 240, 120], { layer: 'live', expected: false });
    await assertSamePixels(ann, bob);
  });

  it('paints own ink in the frame of the pointer event', async () => {
    await drag(
      ann,
      [
        [200, 200],
        [210, 200],
      ],
      { release: false },
    );
    await ann.evaluate(() => {
      const area = document.getElementById('board');
      const ctx = document.getElementById('live-layer').getContext('2d');
      area.addEventListener(
        'pointermove',
        () =>
          requestAnimationFrame(() => {
            const { data } = ctx.getImageData(300, 190, 60, 20);
            area.dataset.inkedInFrame = String(data.some((value) => value > 40));
          }),
        { once: true },
      );
    });
    await ann.mouse.move(400, 200);
    await ann.waitForSelector('#board[data-inked-in-frame="true"]');
    await ann.mouse.up();
    await bothShow(1);
  });

  it('undo takes a stroke away on both pages, redo brings it back on both', async () => {
    await drag(ann, wave(300, 300));
    await bothShow(1);
    await ann.click('#undo:not([disabled])');
    await bothShow(0);
    await waitInk(ann, [290, 240, 240, 120], { expected: false });
    await waitInk(bob, [290, 240, 240, 120], { expected: false });
    await bob.click('#redo:not([disabled])');
    await bothShow(1);
    await waitInk(ann, [290, 240, 240, 120]);
    await assertSamePixels(ann, bob);
  });

  it('undo on one page takes back what the other drew last, in scope room', async () => {
    await drag(ann, wave(300, 200));
    await bothShow(1);
    await drag(bob, wave(300, 400));
    await bothShow(2);
    await ann.keyboard.press('Control+z');
    await bothShow(1);
    await waitInk(ann, [290, 340, 240, 120], { expected: false });
    await waitInk(bob, [290, 140, 240, 120]);
  });

  it('shows cursor and name of the other where he points', async () => {
    await bob.mouse.move(420, 330);
    await bob.mouse.move(421, 331);
    const cursor = ann.locator('.cursor', { hasText: 'Bob' });
    await cursor.waitFor();
    await ann.waitForFunction(() => {
      const box = document.querySelector('.cursor').getBoundingClientRect();
      return Math.abs(box.left - 421) < 4 && Math.abs(box.top - 331) < 4;
    });
    assert.equal(await bob.locator('.cursor', { hasText: 'Bob' }).count(), 0, 'not his own');
  });

  it('lists the people, follows a new name, and forgets who leaves', async () => {
    await ann.waitForSelector('#people-button[data-count="2"]');
    await ann.click('#people-button');
    assert.deepEqual(await ann.locator('.person-name').allTextContents(), ['Ann', 'Bob']);
    await bob.click('#menu-button');
    await bob.click('#menu [data-action="profile"]');
    await bob.fill('#name-input', 'Robert');
    await bob.click('#welcome-submit');
    await ann.locator('.person-name', { hasText: 'Robert' }).waitFor();
    const cleo = await openBoard(browser, { url: server.url, room, name: 'Cleo' });
    await ann.waitForSelector('#people-button[data-count="3"]');
    await cleo.context().close();
    await ann.waitForSelector('#people-button[data-count="2"]');
  });

  it('brings a chat message to both, and counts it where the drawer is closed', async () => {
    await ann.click('#chat-button');
    await ann.fill('#chat-input', 'Hello <b>Bob</b>');
    await ann.keyboard.press('Enter');
    await ann.locator('#chat-list li.own:not(.waiting) .said').waitFor();
    await bob.locator('#chat-badge:not([hidden])', { hasText: '1' }).waitFor();
    await bob.click('#chat-button');
    assert.equal(await bob.locator('#chat-list .said').textContent(), 'Hello <b>Bob</b>');
    await bob.waitForSelector('#chat-badge', { state: 'hidden' });
  });

  it('makes each kind of element, seen alike on the other page', async () => {
    const made = [
      ['pen', 'stroke', [150, 90]],
      ['highlighter', 'stroke', [150, 180]],
      ['rect', 'rect', [150, 270]],
      ['ellipse', 'ellipse', [150, 360]],
      ['line', 'line', [150, 450]],
      ['arrow', 'arrow', [150, 540]],
    ];
    for (const [i, [tool, , [x, y]]] of made.entries()) {
      await useTool(ann, tool);
      await drag(ann, [
        [x, y],
        [x + 160, y + 50],
      ]);
      await bothShow(i + 1);
      await waitInk(bob, [x - 4, y - 4, 170, 60]);
    }
    await useTool(ann, 'text');
    await ann.mouse.click(500, 200);
    await ann.waitForSelector('#text-field:not([hidden])');
    await ann.keyboard.type('Hello');
    await ann.keyboard.press('Escape');
    await bothShow(7);
    await waitInk(bob, [495, 180, 120, 40]);
    await assertSamePixels(ann, bob);
    const { elements } = await snapshot(server.url, room);
    assert.deepEqual(
      elements.map(({ kind }) => kind),
      [...made.map(([, kind]) => kind), 'text'],
    );
    assert.deepEqual(elements.map(({ tool }) => tool).slice(0, 2), ['pen', 'highlighter']);
    assert.equal(elements[5].endHead, 'arrow');
    assert.equal(elements[6].text, 'Hello');
  });

  it('draws in the colour, width, dash and fill that were chosen', async () => {
    await useTool(ann, 'rect');
    await ann.click('[data-color="#2f9e44"]');
    await ann.click('#widths [data-width="10"]');
    await ann.click('[data-dash="dotted"]');
    await ann.click('#fill');
    await drag(ann, [
      [300, 200],
      [500, 320],
    ]);
    await bothShow(1);
    const [rect] = (await snapshot(server.url, room)).elements;
    assert.equal(rect.color, '#2f9e44');
    assert.equal(rect.strokeWidth, 10);
    assert.equal(rect.dash, 'dotted');
    assert.equal(rect.fill, '#2f9e442e');
    assert.deepEqual([rect.width, rect.height], [200, 120]);
  });

  it('selects, moves and deletes', async () => {
    await useTool(ann, 'rect');
    await drag(ann, [
      [200, 200],
      [300, 260],
    ]);
    await bothShow(1);
    const [before] = (await snapshot(server.url, room)).elements;
    await useTool(ann, 'select');
    await drag(ann, [
      [200, 230],
      [400, 330],
    ]);
    await waitSettled(ann);
    await waitInk(bob, [396, 296, 110, 70]);
    await waitInk(bob, [195, 195, 110, 70], { expected: false });
    await assertSamePixels(ann, bob);
    const [moved] = (await snapshot(server.url, room)).elements;
    assert.deepEqual([moved.x - before.x, moved.y - before.y], [200, 100]);
    await ann.keyboard.press('Delete');
    await bothShow(0);
    await waitInk(bob, [396, 296, 110, 70], { expected: false });
  });

  it('selects several with a frame and gives them another colour', async () => {
    await useTool(ann, 'line');
    await drag(ann, [
      [200, 200],
      [300, 200],
    ]);
    await drag(ann, [
      [200, 260],
      [300, 260],
    ]);
    await bothShow(2);
    await useTool(ann, 'select');
    await drag(ann, [
      [150, 150],
      [350, 320],
    ]);
    await ann.click('[data-color="#e03131"]');
    await waitSettled(ann);
    const { elements } = await snapshot(server.url, room);
    assert.deepEqual(
      elements.map(({ color }) => color),
      ['#e03131', '#e03131'],
    );
    await ann.keyboard.press('Control+d');
    await bothShow(4);
  });

  it('erases what the eraser touches and nothing else', async () => {
    await drag(ann, [
      [200, 200],
      [400, 200],
    ]);
    await drag(ann, [
      [200, 400],
      [400, 400],
    ]);
    await bothShow(2);
    await useTool(bob, 'eraser');
    await drag(bob, [
      [300, 150],
      [300, 300],
    ]);
    await bothShow(1);
    await waitInk(ann, [195, 195, 210, 10], { expected: false });
    await waitInk(ann, [195, 395, 210, 10]);
  });

  it('edits a text on a double click', async () => {
    await useTool(ann, 'text');
    await ann.mouse.click(300, 300);
    await ann.waitForSelector('#text-field:not([hidden])');
    await ann.keyboard.type('First');
    await ann.keyboard.press('Escape');
    await bothShow(1);
    await useTool(bob, 'select');
    await bob.mouse.dblclick(320, 300);
    await bob.waitForSelector('#text-field:not([hidden])');
    await bob.fill('#text-field', 'Second');
    await bob.keyboard.press('Escape');
    await waitSettled(bob);
    assert.equal((await snapshot(server.url, room)).elements[0].text, 'Second');
  });

  it('clears the board for both, but only when confirmed', async () => {
    await drag(ann, wave(300, 300));
    await bothShow(1);
    const ask = async () => {
      await bob.click('#menu-button');
      await bob.click('#menu [data-action="clear"]');
      await bob.waitForSelector('#confirm-clear[open]');
    };
    await ask();
    await bob.click('#confirm-clear button[value="cancel"]');
    await bob.waitForSelector('#confirm-clear', { state: 'hidden' });
    await bothShow(1);
    await ask();
    await bob.click('#clear-confirm');
    await bothShow(0);
    assert.equal(await inkedPixels(bob), 0);
    await ann.click('#undo:not([disabled])');
    await bothShow(1);
    await assertSamePixels(ann, bob);
  });

  it('shows the same board after a reload', async () => {
    await drag(ann, wave(300, 300));
    await useTool(ann, 'ellipse');
    await drag(ann, [
      [500, 150],
      [650, 230],
    ]);
    await bothShow(2);
    await bob.reload();
    await waitConnected(bob);
    await waitElements(bob, 2);
    await waitInk(bob, [290, 240, 240, 120]);
    await assertSamePixels(ann, bob);
  });

  it('saves a PNG and an SVG that hold the drawing', async () => {
    await drag(ann, wave(300, 300));
    await useTool(ann, 'rect');
    await drag(ann, [
      [500, 100],
      [650, 200],
    ]);
    await useTool(ann, 'text');
    await ann.mouse.click(600, 400);
    await ann.keyboard.type('a < b & c');
    await ann.keyboard.press('Escape');
    await bothShow(3);
    const png = await saveAs(bob, 'save-png');
    assert.equal(png.name, `board-${room}.png`);
    assert.deepEqual(
      [...png.content.subarray(0, 8)],
      [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    );
    const colors = await bob.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const canvas = new OffscreenCanvas(image.width, image.height);
      const ctx = canvas.getContext('2d');
      ctx.drawImage(image, 0, 0);
      const { data } = ctx.getImageData(0, 0, image.width, image.height);
      let dark = 0;
      for (let at = 0; at < data.length; at += 4) if (data[at] < 100) dark += 1;
      return { width: image.width, height: image.height, dark };
    }, png.content.toString('base64'));
    assert.ok(
      colors.width > 300 && colors.height > 300 && colors.dark > 500,
      JSON.stringify(colors),
    );

    const svg = await saveAs(bob, 'save-svg');
    assert.equal(svg.name, `board-${room}.svg`);
    const parsed = await bob.evaluate((text) => {
      const tree = new DOMParser().parseFromString(text, 'image/svg+xml');
      const count = (name) => tree.getElementsByTagName(name).length;
      return {
        bad: count('parsererror'),
        paths: count('path'),
        rects: count('rect'),
        text: tree.querySelector('text')?.textContent,
      };
    }, svg.content.toString());
    assert.deepEqual(parsed, { bad: 0, paths: 1, rects: 2, text: 'a < b & c' });
  });

  it('keeps two strokes drawn at the same time', async () => {
    await drag(ann, wave(200, 200), { release: false });
    await drag(bob, wave(200, 400), { release: false });
    await bob.mouse.up();
    await ann.mouse.up();
    await bothShow(2);
    await waitInk(ann, [195, 340, 210, 120]);
    await waitInk(bob, [195, 140, 210, 120]);
    await assertSamePixels(ann, bob);
  });

  it('splits a stroke of more than ten thousand points without losing any', async () => {
    await ann.evaluate(() => {
      const area = document.getElementById('board');
      const fire = (type, x, y, buttons) =>
        area.dispatchEvent(
          new PointerEvent(type, {
            pointerId: 5,
            pointerType: 'pen',
            clientX: x,
            clientY: y,
            pressure: 0.5,
            buttons,
            button: type === 'pointermove' ? -1 : 0,
            bubbles: true,
          }),
        );
      fire('pointerdown', 100, 100, 1);
      for (let i = 1; i <= 10_500; i += 1)
        fire('pointermove', 100 + (i % 2) * 2 + i / 20, 100 + i / 30, 1);
      fire('pointerup', 625, 450, 0);
    });
    await bothShow(2);
    const { elements } = await snapshot(server.url, room);
    assert.deepEqual(elements.map(({ points }) => points.length).sort((a, b) => a - b)[1], 10_000);
    assert.ok(elements.every(({ points }) => points.length <= 10_000));
  });
});
