// viewport.test.js - the way between screen and board.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { module } from './modules.js';

const { Viewport, ZOOM_MAX, ZOOM_MIN } = await module('viewport');

function makeViewport() {
  let changes = 0;
  const viewport = new Viewport({
    onChange: () => {
      changes += 1;
    },
  });
  viewport.resize(800, 600);
  return { viewport, changes: () => changes };
}

const near = (actual, expected) =>
  actual.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-9, `${actual}`));

describe('the viewport', () => {
  it('goes there and back', () => {
    const { viewport } = makeViewport();
    viewport.zoomTo(2.5, 100, 50);
    viewport.panBy(33, -12);
    near(viewport.toScreen(...viewport.toBoard(123, 456)), [123, 456]);
  });

  it('keeps the point under the pointer when it zooms', () => {
    const { viewport } = makeViewport();
    viewport.panBy(40, 70);
    const before = viewport.toBoard(300, 200);
    viewport.zoomBy(1.7, 300, 200);
    near(viewport.toBoard(300, 200), before);
  });

  it('zooms neither in nor out beyond its limits', () => {
    const { viewport } = makeViewport();
    viewport.zoomTo(1000);
    assert.equal(viewport.zoom, ZOOM_MAX);
    viewport.zoomTo(0);
    assert.equal(viewport.zoom, ZOOM_MIN);
  });

  it('moves the board with the finger, at any zoom', () => {
    const { viewport } = makeViewport();
    viewport.zoomTo(4);
    const [x, y] = viewport.toBoard(100, 100);
    viewport.panBy(25, -10);
    near(viewport.toScreen(x, y), [125, 90]);
  });

  it('fits bounds whole and centred', () => {
    const { viewport } = makeViewport();
    viewport.fit({ left: -1000, top: 0, right: 3000, bottom: 1000 });
    near(viewport.toScreen(1000, 500), [400, 300]);
    const [left] = viewport.toScreen(-1000, 0);
    assert.ok(left >= 0 && left < 100);
  });

  it('does not blow up something small when it fits', () => {
    const { viewport } = makeViewport();
    viewport.fit({ left: 0, top: 0, right: 1, bottom: 1 }, { zoomMax: 1.5 });
    assert.equal(viewport.zoom, 1.5);
  });

  it('shows the origin in the middle of an empty board', () => {
    const { viewport } = makeViewport();
    viewport.fit(null);
    near(viewport.toScreen(0, 0), [400, 300]);
  });

  it('tells changes, and only changes', () => {
    const { viewport, changes } = makeViewport();
    const before = changes();
    viewport.panBy(0, 0);
    viewport.resize(800, 600);
    assert.equal(changes(), before);
    viewport.panBy(1, 0);
    assert.equal(changes(), before + 1);
  });
});
