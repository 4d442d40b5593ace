// editing.test.js - resizing, turning, copying and undoing on real pages.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import {
  assertNoErrors,
  drag,
  launch,
  openBoard,
  snapshot,
  useTool,
  waitConnected,
  waitElements,
  waitSettled,
} from '../support/pages.js';
import { makeBoardDir, startServer } from '../support/server.js';

let browser;
let server;
let dir;
let ann;
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

beforeEach(async () => {
  rooms += 1;
  room = `editing-${rooms}`;
  ann = await openBoard(browser, { url: server.url, room, name: 'Ann' });
});

afterEach(async () => {
  assertNoErrors(ann);
  await ann.context().close();
});

const elements = async () => (await snapshot(server.url, room)).elements;

async function drawRect(left, top, right, bottom) {
  const before = Number(await ann.getAttribute('#board', 'data-elements'));
  await useTool(ann, 'rect');
  await drag(ann, [
    [left, top],
    [right, bottom],
  ]);
  await waitElements(ann, before + 1);
}

const cursor = () => ann.evaluate(() => document.getElementById('board').style.cursor);
const size = ({ width, height }) => [width, height];

describe('handles of the selection', () => {
  it('resize a shape; the others see it while it is dragged, and it is undone at once', async () => {
    await drawRect(300, 250, 400, 310);
    await waitSettled(ann);
    const bob = await openBoard(browser, { url: server.url, room, name: 'Bob' });
    await useTool(ann, 'select');
    await ann.mouse.click(300, 280);
    await ann.mouse.move(407, 317);
    assert.equal(await cursor(), 'nwse-resize');
    const previewed = bob.wire.length;
    await drag(
      ann,
      [
        [407, 317],
        [457, 347],
      ],
      { release: false },
    );
    await bob.waitForFunction(() => document.getElementById('board').dataset.live !== undefined);
    assert.deepEqual((await elements()).map(size), [[100, 60]], 'not yet');
    for (let tries = 0; bob.wire.length === previewed && tries < 100; tries += 1)
      await bob.evaluate(() => new Promise(requestAnimationFrame));
    assert.ok(bob.wire.length > previewed, 'a preview came');
    await ann.mouse.up();
    await waitSettled(ann);
    assert.deepEqual((await elements()).map(size), [[150, 90]]);
    await ann.keyboard.press('Control+z');
    await waitSettled(ann);
    assert.deepEqual((await elements()).map(size), [[100, 60]]);
    assertNoErrors(bob);
    await bob.context().close();
  });

  it('keep the proportions with shift, and the middle with alt', async () => {
    await drawRect(300, 250, 400, 300);
    await useTool(ann, 'select');
    await ann.mouse.click(300, 270);
    await ann.keyboard.down('Shift');
    await drag(ann, [
      [407, 307],
      [507, 317],
    ]);
    await ann.keyboard.up('Shift');
    await waitSettled(ann);
    const [{ x, ...wide }] = await elements();
    assert.deepEqual(size(wide), [200, 100]);
    await ann.keyboard.down('Alt');
    await drag(ann, [
      [507, 357],
      [517, 357],
    ]);
    await ann.keyboard.up('Alt');
    await waitSettled(ann);
    const [centred] = await elements();
    assert.deepEqual([centred.x, ...size(centred)], [x - 10, 220, 100]);
  });

  it('resize and turn several in one step of undo', async () => {
    await drawRect(300, 250, 350, 300);
    await drawRect(400, 350, 450, 400);
    await ann.keyboard.press('Control+a');
    await drag(ann, [
      [458, 408],
      [534, 484],
    ]);
    await waitSettled(ann);
    const resized = await elements();
    for (const { width, height } of resized) {
      assert.equal(width, height);
      assert.ok(Math.abs(width - 75) < 0.5, `${width} is half as much again`);
    }
    await ann.keyboard.press('Control+z');
    await waitSettled(ann);
    assert.deepEqual((await elements()).map(size), [
      [50, 50],
      [50, 50],
    ]);
    // The upper middle, and 24 pixels above the frame.
    await drag(ann, [
      [375, 218],
      [420, 219],
      [500, 325],
    ]);
    await waitSettled(ann);
    for (const { angle } of await elements()) assert.ok(Math.abs(angle - Math.PI / 2) < 0.05);
    await ann.keyboard.press('Control+z');
    await waitSettled(ann);
    assert.deepEqual(
      (await elements()).map(({ angle }) => angle),
      [0, 0],
    );
  });

  it('change nothing when the drag is given up', async () => {
    await drawRect(300, 250, 400, 300);
    await useTool(ann, 'select');
    await ann.mouse.click(300, 270);
    await drag(
      ann,
      [
        [407, 307],
        [507, 357],
      ],
      { release: false },
    );
    await ann.keyboard.press('Escape');
    await ann.mouse.up();
    await waitSettled(ann);
    assert.deepEqual((await elements()).map(size), [[100, 50]]);
  });
});

describe('copy, cut and paste', () => {
  const kinds = async () => (await elements()).map(({ kind }) => kind);

  it('copies to another board, where all of it is undone at once', async () => {
    await drawRect(300, 250, 350, 300);
    await drawRect(400, 350, 450, 400);
    await ann.keyboard.press('Control+a');
    await ann.keyboard.press('Control+c');
    const other = await ann.context().newPage();
    await other.goto(`${server.url}/?room=${room}-other`);
    await waitConnected(other);
    await other.bringToFront();
    await other.mouse.move(500, 400);
    await other.keyboard.press('Control+v');
    await waitElements(other, 2);
    await waitSettled(other);
    const pasted = (await snapshot(server.url, `${room}-other`)).elements;
    assert.deepEqual(pasted.map(size), [
      [50, 50],
      [50, 50],
    ]);
    assert.equal(pasted[1].x - pasted[0].x, 100);
    await other.keyboard.press('Control+z');
    await waitElements(other, 0);
    await other.close();
    assert.equal((await elements()).length, 2);
  });

  it('cuts, and pastes the same again a little aside', async () => {
    await drawRect(300, 250, 350, 300);
    await ann.keyboard.press('Control+a');
    await ann.keyboard.press('Control+x');
    await waitElements(ann, 0);
    await ann.mouse.move(500, 400);
    await ann.keyboard.press('Control+v');
    await waitElements(ann, 1);
    await ann.keyboard.press('Control+v');
    await waitElements(ann, 2);
    await waitSettled(ann);
    const [a, b] = await elements();
    assert.deepEqual([b.x - a.x, b.y - a.y], [24, 24]);
  });

  /** Pastes what the clipboard of another program would hold. */
  function pasteOf(page, { text, picture }) {
    return page.evaluate(
      ([plain, bytes]) => {
        const clipboardData = new DataTransfer();
        if (plain) clipboardData.setData('text/plain', plain);
        if (bytes)
          clipboardData.items.add(
            new File([new Uint8Array(bytes)], 'p.png', { type: 'image/png' }),
          );
        document.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
      },
      [text, picture],
    );
  }

  it('makes a text of a text', async () => {
    await pasteOf(ann, { text: 'one\r\ntwo\n' });
    await waitElements(ann, 1);
    await waitSettled(ann);
    const [{ kind, text }] = await elements();
    assert.deepEqual([kind, text], ['text', 'one\ntwo']);
  });

  it('keeps a small picture and shows it; of a larger one it says why not', async () => {
    const png = await ann.evaluate(async () => {
      const canvas = new OffscreenCanvas(40, 20);
      const ctx = canvas.getContext('2d');
      ctx.fillStyle = '#ff0000';
      ctx.fillRect(0, 0, 40, 20);
      return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
    });
    await pasteOf(ann, { picture: png });
    await waitElements(ann, 1);
    await waitSettled(ann);
    const [image] = await elements();
    assert.deepEqual([image.kind, ...size(image)], ['image', 40, 20]);
    await ann.waitForFunction(() => {
      const canvas = document.getElementById('static-layer');
      const [r, g, b, a] = canvas.getContext('2d').getImageData(500, 350, 1, 1).data;
      return r > 200 && g < 60 && b < 60 && a > 200;
    });
    await pasteOf(ann, { picture: [...png, ...new Array(2_000).fill(0)] });
    await ann.locator('.toast', { hasText: 'too large to paste' }).waitFor();
    assert.deepEqual(await kinds(), ['image']);
  });

  it('leaves texts that are being typed alone', async () => {
    await useTool(ann, 'text');
    await ann.mouse.click(400, 300);
    await ann.keyboard.type('abc');
    await ann.keyboard.press('Control+a');
    await ann.keyboard.press('Control+c');
    await ann.keyboard.press('End');
    await ann.keyboard.press('Control+v');
    assert.equal(await ann.inputValue('#text-field'), 'abcabc');
  });
});

describe('undo of only mine', () => {
  it('takes back own work though others worked later, and says when there is none', async () => {
    const bob = await openBoard(browser, { url: server.url, room, name: 'Bob' });
    await drawRect(300, 250, 350, 300);
    await waitSettled(ann);
    await waitElements(bob, 1);
    await useTool(bob, 'ellipse');
    await drag(bob, [
      [500, 300],
      [560, 340],
    ]);
    await waitElements(ann, 2);
    await ann.click('#undo-mine');
    await ann.waitForSelector('#undo-mine[aria-pressed="true"]');
    await ann.click('#undo');
    await waitElements(bob, 1);
    assert.deepEqual(
      (await elements()).map(({ kind }) => kind),
      ['ellipse'],
    );
    await ann.waitForSelector('#undo[disabled]');
    assert.equal(await ann.locator('#redo').isDisabled(), false);
    await ann.click('#undo-mine');
    await ann.waitForSelector('#undo:not([disabled])');
    await ann.click('#undo-mine');
    await ann.reload();
    await waitConnected(ann);
    await ann.waitForSelector('#undo-mine[aria-pressed="true"]', { timeout: 5_000 });
    assertNoErrors(bob);
    await bob.context().close();
  });
});
