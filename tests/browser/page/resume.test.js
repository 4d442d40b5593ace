// resume.test.js - a page goes on with its session: after a cut, a reload, and elsewhere.

import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import {
  RECONNECT_MS,
  assertNoErrors,
  drag,
  launch,
  messagesOf,
  openBoard,
  snapshot,
  useTool,
  waitConnected,
  waitElements,
  waitOffline,
  waitSettled,
  wave,
} from '../support/pages.js';
import { startProxy } from '../support/proxy.js';
import { makeBoardDir, startServer } from '../support/server.js';

let browser;
let server;
let dir;
let proxy;
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
  room = `resume-${rooms}`;
  proxy = await startProxy(server.port);
  ann = await openBoard(browser, { url: proxy.url, room, name: 'Ann', dialect: 'json' });
});

afterEach(async () => {
  assertNoErrors(ann, { serverWasAway: true });
  await ann.context().close();
  await proxy.close();
});

const elements = async () => (await snapshot(server.url, room)).elements;
const received = (type) => messagesOf(ann, { sent: false }).filter((each) => each.type === type);
const sent = (type) => messagesOf(ann, { sent: true }).filter((each) => each.type === type);

async function cut() {
  proxy.cut();
  await waitOffline(ann);
}

async function comeBack() {
  proxy.mend();
  await waitConnected(ann, RECONNECT_MS);
  await waitSettled(ann);
}

/** Draws a shape that is not answered while the line is cut. */
async function drawRect(left, top) {
  const count = Number(await ann.getAttribute('#board', 'data-elements'));
  await useTool(ann, 'rect');
  await drag(ann, [
    [left, top],
    [left + 60, top + 40],
  ]);
  await waitElements(ann, count + 1);
}

describe('a page that was cut off', () => {
  it('goes on in mid-stroke: the same session, the same stroke, and no point twice', async () => {
    const points = wave(300, 300, 300, 60, 24);
    const bob = await openBoard(browser, { url: server.url, room, name: 'Bob' });
    await drag(ann, points.slice(0, 10), { release: false });
    await bob.waitForSelector('#board[data-live="1"]');
    await cut();
    const before = ann.wire.length;
    for (const point of points.slice(10)) await ann.mouse.move(...point);
    proxy.mend();
    await waitConnected(ann, RECONNECT_MS);
    await ann.mouse.up();
    await waitSettled(ann);
    const [{ session }] = received('room:state');
    assert.equal(received('room:state').length, 1);
    assert.equal(sent('room:join').at(-1).resume.session, session);
    const [{ own }] = received('room:resumed');
    ann.wire.splice(0, before);
    assert.deepEqual(sent('stroke:start'), []);
    assert.equal(sent('stroke:point')[0].from, own[0].have);
    const [stroke, ...others] = await elements();
    assert.deepEqual(others, []);
    assert.equal(stroke.id, own[0].strokeId);
    assert.equal(stroke.points.at(-1)[0] - stroke.points[0][0], 300);
    assertNoErrors(bob);
    await bob.context().close();
  });

  it('is told only what it missed, and has the digest of the server', async () => {
    const bob = await openBoard(browser, { url: server.url, room, name: 'Bob' });
    await drawRect(200, 200);
    await waitSettled(ann);
    await cut();
    await drag(bob, wave(300, 400));
    await waitElements(bob, 2);
    await waitSettled(bob);
    await bob.keyboard.press('Control+z');
    await waitElements(bob, 1);
    await drawRect(600, 200);
    await comeBack();
    await waitElements(ann, 2);
    const [{ events }] = received('room:resumed');
    assert.deepEqual(
      events.map(({ type }) => type),
      ['stroke:end', 'operation:undo'],
    );
    const { seq } = await snapshot(server.url, room);
    const isTold = () => received('room:digest').some((each) => each.seq === seq);
    for (let tries = 0; !isTold() && tries < 1_000; tries += 1)
      await ann.evaluate(() => new Promise(requestAnimationFrame));
    assert.ok(isTold(), 'the digest came; another than the page has would have been reported');
    assertNoErrors(bob);
    await bob.context().close();
  });

  it('sends hundreds of operations from offline, each once', async () => {
    await drawRect(300, 300);
    await waitSettled(ann);
    await cut();
    for (let count = 1; count < 256; count *= 2) {
      await ann.keyboard.press('Control+a');
      await ann.keyboard.press('Control+d');
      await waitElements(ann, 2 * count);
    }
    await comeBack();
    assert.equal((await elements()).length, 256);
    const counters = sent('element:put').map(({ op }) => op);
    assert.equal(new Set(counters).size, counters.length);
  });

  it('says so when its session goes on elsewhere, and comes back only when asked to', async () => {
    const [{ session, seq }] = received('room:state');
    const bob = await openBoard(browser, { url: server.url, room: 'elsewhere', name: 'Bob' });
    const other = await bob.evaluateHandle(
      ([path, hello]) =>
        new Promise((resolve) => {
          const socket = new WebSocket(path, ['collab.v1.json']);
          socket.closed = new Promise((done) => {
            socket.onclose = ({ code }) => done(code);
          });
          socket.onopen = () => socket.send(hello);
          socket.onmessage = ({ data }) => {
            socket.answer ??= JSON.parse(data);
            resolve(socket);
          };
        }),
      [
        `/v1/rooms/${room}/ws`,
        JSON.stringify({ type: 'room:join', name: 'Ann', resume: { session, seq } }),
      ],
    );
    await ann.waitForSelector('#refused:not([hidden])');
    assert.match(await ann.textContent('#refused-reason'), /elsewhere/);
    const [answer] = [await other.evaluate((socket) => socket.answer)].flat();
    assert.equal(answer.type, 'room:resumed');
    await drawRect(300, 300);
    await ann.evaluate(() => window.dispatchEvent(new Event('online')));
    assert.equal(await ann.getAttribute('html', 'data-connection'), 'refused');
    await ann.click('#refused-again');
    await waitConnected(ann);
    await waitSettled(ann);
    assert.equal(await other.evaluate((socket) => socket.closed), 4001);
    assert.ok(await ann.isHidden('#refused'));
    assert.equal((await elements()).length, 1);
    assertNoErrors(bob);
    await bob.context().close();
  });
});

describe('what was done offline', () => {
  it('survives a crash of the page: the next one sends it', async () => {
    await cut();
    await drawRect(200, 200);
    await useTool(ann, 'pen');
    await drag(ann, wave(300, 400));
    await waitElements(ann, 2);
    const context = ann.context();
    await ann.close();
    proxy.mend();
    ann = await context.newPage();
    Object.assign(ann, { errors: [], wire: [] });
    await ann.goto(`${proxy.url}/?room=${room}`);
    await waitConnected(ann, RECONNECT_MS);
    await waitElements(ann, 2);
    await waitSettled(ann);
    assert.equal((await elements()).length, 2);
  });

  it('is not taken up by a second page of the same board', async () => {
    proxy.holdUp();
    await drawRect(200, 200);
    const second = await ann.context().newPage();
    await second.goto(`${proxy.url}/?room=${room}`);
    await waitConnected(second);
    await waitElements(second, 0);
    await cut();
    await comeBack();
    await waitConnected(second, RECONNECT_MS);
    await waitElements(second, 1);
    assert.equal((await elements()).length, 1);
  });
});
