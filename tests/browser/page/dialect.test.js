// dialect.test.js - a page in the binary dialect and one in JSON on the same board.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  assertNoErrors,
  assertSamePixels,
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
import { startServer } from '../support/server.js';

describe('pages of both dialects', () => {
  let server;
  let browser;

  before(async () => {
    server = await startServer({ storage: 'memory' });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.end();
  });

  const open = (room, name, dialect = 'binary') =>
    openBoard(browser, { url: server.url, room, name, dialect });
  const kindsOf = (page) => new Set(page.wire.map(({ payload }) => typeof payload));
  const bytesOf = (page, sent) =>
    page.wire
      .filter((each) => each.sent === sent)
      .reduce((sum, { payload }) => sum + Buffer.byteLength(payload), 0);

  it('see each other draw, and end with the same board', async () => {
    const binary = await open('BOTH', 'Ann');
    const json = await open('BOTH', 'Bob', 'json');
    await drag(binary, wave(150, 200), { release: false });
    await waitInk(json, [150, 150, 200, 100], { layer: 'live' });
    await binary.mouse.up();
    await drag(json, wave(450, 200), { release: false });
    await waitInk(binary, [450, 150, 200, 100], { layer: 'live' });
    await json.mouse.up();
    await useTool(binary, 'highlighter');
    await drag(binary, wave(150, 350));
    await useTool(json, 'rect');
    await drag(json, [
      [450, 320],
      [600, 420],
    ]);
    await useTool(binary, 'arrow');
    await drag(binary, [
      [200, 450],
      [330, 500],
    ]);
    for (const page of [binary, json]) {
      await waitElements(page, 5);
      await waitSettled(page);
    }
    await assertSamePixels(binary, json);
    await binary.click('#undo');
    for (const page of [binary, json]) await waitElements(page, 4);
    await json.click('#undo');
    for (const page of [binary, json]) await waitElements(page, 3);
    await binary.click('#redo');
    for (const page of [binary, json]) await waitElements(page, 4);
    await assertSamePixels(binary, json);
    await json.reload();
    await binary.reload();
    for (const page of [binary, json]) await waitElements(page, 4);
    await assertSamePixels(binary, json);
    assert.deepEqual([...kindsOf(binary)], ['object'], 'only binary frames');
    assert.deepEqual([...kindsOf(json)], ['string'], 'only text frames');
    assert.equal((await snapshot(server.url, 'BOTH')).elements.length, 4);
    for (const page of [binary, json]) assertNoErrors(page);
  });

  it('send and are sent the same drawing in a fraction of the bytes', async (t) => {
    const sizes = {};
    for (const dialect of ['binary', 'json']) {
      const room = `SIZE-${dialect}`;
      const [author, reader] = [await open(room, 'Ann', dialect), await open(room, 'Bob', dialect)];
      for (const page of [author, reader]) page.wire.length = 0;
      await drag(author, wave(150, 200, 400, 40, 30));
      await waitElements(reader, 1);
      await waitSettled(author);
      sizes[dialect] = [bytesOf(author, true), bytesOf(reader, false)];
    }
    t.diagnostic(`bytes sent, received: JSON ${sizes.json}, binary ${sizes.binary}`);
    for (const i of [0, 1]) assert.ok(sizes.binary[i] * 2 < sizes.json[i], JSON.stringify(sizes));
  });
});
