// past.test.js - the board as it was: replay, and versions that have a name.

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
  waitInk,
  waitSettled,
  wave,
} from '../support/pages.js';
import { makeBoardDir, startServer } from '../support/server.js';

let browser;
let server;
let dir;
let ann;
let room;
let rooms = 0;
let hasPast;

before(async () => {
  dir = await makeBoardDir();
  server = await startServer({ storage: dir.storage });
  browser = await launch();
  hasPast = (await fetch(`${server.url}/v1/rooms/none/snapshot.json?seq=0`)).status === 200;
});

after(async () => {
  await browser?.close();
  await server?.end();
  await dir?.remove();
});

beforeEach(async () => {
  rooms += 1;
  room = `past-${rooms}`;
  ann = await openBoard(browser, { url: server.url, room, name: 'Ann' });
});

afterEach(async () => {
  assertNoErrors(ann);
  await ann.context().close();
});

const shown = (count) => ann.waitForSelector(`#board[data-shown="${count}"]`);
const present = () => ann.waitForSelector('#board:not([data-shown])');

async function drawThree() {
  for (const [i, y] of [200, 300, 400].entries()) {
    await drag(ann, wave(300, y));
    await waitElements(ann, i + 1);
  }
  await waitSettled(ann);
}

describe('the replay', () => {
  it('shows each moment, nothing can be done to it, and goes back to the present', async (t) => {
    if (!hasPast) return t.skip('this server does not tell the past');
    await drawThree();
    await ann.keyboard.press('Shift+R');
    await shown(3);
    assert.equal(await ann.textContent('#replay-moment'), 'Now');
    assert.ok(await ann.isHidden('#toolbar'));
    await ann.keyboard.press('ArrowLeft');
    await shown(2);
    await waitInk(ann, [290, 380, 220, 100], { expected: false });
    assert.equal(await ann.getAttribute('#replay-slider', 'aria-valuetext'), 'Step 2 of 3');
    await ann.keyboard.press('Home');
    await shown(0);
    await waitInk(ann, [290, 150, 220, 300], { expected: false });
    await drag(ann, wave(300, 500));
    await ann.keyboard.press('Control+z');
    await ann.keyboard.press('Control+a');
    await ann.keyboard.press('Delete');
    await ann.keyboard.press('Escape');
    await present();
    await waitSettled(ann);
    assert.equal((await snapshot(server.url, room)).seq, 3);
    assert.ok(await ann.isVisible('#toolbar'));
    return undefined;
  });

  it('plays to the present, what others do meanwhile included', async (t) => {
    if (!hasPast) return t.skip('this server does not tell the past');
    await drawThree();
    const bob = await openBoard(browser, { url: server.url, room, name: 'Bob' });
    await ann.click('#menu-button');
    await ann.click('#menu [data-action="replay"]');
    await shown(3);
    await ann.focus('#replay-slider');
    await ann.keyboard.press('Home');
    await shown(0);
    await drag(bob, wave(300, 100));
    await waitSettled(bob);
    await waitElements(ann, 4);
    await ann.selectOption('#replay-speed', '4');
    await ann.click('#replay-play');
    await ann.waitForSelector('#replay-play[aria-label="Pause"]');
    await shown(4);
    await ann.waitForSelector('#replay-play[aria-label="Play"]');
    await ann.click('#replay-back');
    await present();
    await waitInk(ann, [290, 50, 220, 100]);
    assertNoErrors(bob);
    await bob.context().close();
    return undefined;
  });
});

describe('versions', () => {
  it('are saved, seen by the others, looked at, restored, and that is undone', async (t) => {
    if (!hasPast) return t.skip('this server does not tell the past');
    await drawThree();
    await ann.keyboard.press('Shift+V');
    await ann.fill('#version-name', 'Three waves');
    await ann.keyboard.press('Enter');
    await ann.waitForSelector('#version-list li[data-seq="4"]');
    const bob = await openBoard(browser, { url: server.url, room, name: 'Bob' });
    await bob.keyboard.press('Shift+V');
    await bob.locator('#version-list li[data-seq="4"]', { hasText: 'Three waves' }).waitFor();
    assert.match(await bob.textContent('#version-list'), /Ann/);

    await bob.click('#versions-close');
    await useTool(bob, 'eraser');
    await drag(bob, [
      [400, 150],
      [400, 330],
    ]);
    await waitElements(ann, 1);
    await waitSettled(bob);

    await ann.click('#version-list [aria-label="Look at Three waves"]');
    await shown(3);
    assert.equal(await ann.textContent('#replay-moment'), '“Three waves”');
    await ann.click('#replay-back');
    await present();
    await ann.click('#version-list [aria-label="Restore Three waves"]');
    await waitElements(ann, 3);
    await waitElements(bob, 3);
    await waitSettled(ann);
    await ann.click('#versions-close');
    await ann.keyboard.press('Control+z');
    await waitElements(ann, 1);
    await waitElements(bob, 1);

    await ann.reload();
    await waitElements(ann, 1);
    await ann.keyboard.press('Shift+V');
    await ann.locator('#version-list li', { hasText: 'Three waves' }).waitFor();
    assertNoErrors(bob);
    await bob.context().close();
    return undefined;
  });
});

describe('a phone', () => {
  it('copies and pastes by buttons, and has its panels within the screen', async () => {
    const phone = await openBoard(browser, {
      ...{ url: server.url, room, name: 'Eve', hasTouch: true, isMobile: true },
      viewport: { width: 390, height: 844 },
    });
    await drag(phone, wave(100, 300, 150));
    await waitElements(phone, 1);
    await waitSettled(phone);
    await useTool(phone, 'select');
    await phone.tap('#board', { position: { x: 100, y: 300 } });
    await phone.tap('#style-button');
    await phone.tap('#copy-selected');
    await phone.locator('.toast', { hasText: 'Copied.' }).waitFor();
    await phone.tap('#menu-button');
    await phone.tap('#menu [data-action="paste"]');
    await waitElements(phone, 2);
    await waitSettled(phone);
    await phone.tap('#menu-button');
    await phone.tap('#versions-button');
    const panel = await phone.locator('#versions').boundingBox();
    assert.ok(panel.x >= 0 && panel.x + panel.width <= 390 && panel.y + panel.height <= 844);
    for (const button of await phone.locator('#versions button:visible').all()) {
      const { width, height } = await button.boundingBox();
      assert.ok(width >= 44 && height >= 40, await button.getAttribute('aria-label'));
    }
    assertNoErrors(phone);
    await phone.context().close();
  });
});
