// editing.test.js - choosing, resizing and turning on real pages.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import {
  assertNoErrors,
  drag,
  launch,
  openBoard,
  snapshot,
  useTool,
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
