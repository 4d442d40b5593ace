// clipboard.test.js - elements as text, and back from whatever text there is.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { module } from './modules.js';

const { withDefaults } = await module('board');
const { copiesAt, elementsOfText, pictureSize, textOfElements } = await module('clipboard');
const { holdsPicture } = await module('images');

const rect = (more) =>
  withDefaults({ id: 'r', kind: 'rect', x: 10, y: 20, width: 30, height: 40, ...more });
const wrapped = (...elements) =>
  JSON.stringify({ format: 'collab.elements', version: 1, elements });

describe('copied elements', () => {
  it('are the same after the way through the clipboard', () => {
    const stroke = withDefaults({ id: 's', kind: 'stroke', points: [[1, 2, 0.5, 0]], width: 3 });
    const text = withDefaults({ id: 't', kind: 'text', text: 'Grüße\n"2"', fontSize: 28 });
    const elements = [rect({ fill: '#ff000080', custom: { a: [1] } }), stroke, text];
    assert.deepEqual(elementsOfText(textOfElements(elements)), elements);
  });

  it('do not say who made them or where they lay among others', () => {
    const text = textOfElements([rect({ userId: 'u1', index: 'a5' })]);
    assert.doesNotMatch(text, /u1|a5/);
  });

  it('come under fresh ids, with their middle at the place', () => {
    const [a, b] = copiesAt([rect(), rect({ id: 'q', x: 110 })], { x: 0, y: 0 });
    assert.equal(new Set(['r', 'q', a.id, b.id]).size, 4);
    assert.equal(b.x - a.x, 100);
    assert.equal(a.x + (b.x + b.width - a.x) / 2, 0);
    assert.deepEqual(copiesAt([], { x: 0, y: 0 }), []);
  });
});

describe('a text from elsewhere', () => {
  it('holds no elements unless it says so', () => {
    for (const text of [
      '',
      'hello',
      '{"elements":[]}',
      '[1]',
      'null',
      '{"format":"collab.elements"}',
    ])
      assert.equal(elementsOfText(text), null);
  });

  it('loses what an element can not have', () => {
    const [read] = elementsOfText(
      wrapped({
        kind: 'rect',
        color: {},
        width: 'wide',
        fill: '#abc',
        x: 1e9,
        evil: 1,
        angle: null,
      }),
    );
    const { id, ...rest } = read;
    assert.match(id, /^[A-Za-z0-9_-]{21}$/);
    assert.deepEqual(rest, { ...withDefaults({ kind: 'rect' }), fill: '#abc' });
  });

  it('loses what is no element', () => {
    const strokes = [
      { kind: 'stroke' },
      { kind: 'stroke', points: [] },
      { kind: 'stroke', points: 'x' },
    ];
    const bad = [null, 1, 'rect', {}, { kind: 7 }, { kind: 'blob' }, { kind: 'x-' }, ...strokes];
    assert.deepEqual(elementsOfText(wrapped(...bad)), []);
  });

  it('is put on the grid, and taken up to the limits', () => {
    const [stroke] = elementsOfText(wrapped({ kind: 'stroke', points: [[0.03, 1.99, 7]] }));
    assert.deepEqual(stroke.points, [[0, 2, 1, 0]]);
    const many = Array.from({ length: 2_001 }, () => ({ kind: 'rect' }));
    assert.equal(elementsOfText(wrapped(...many)).length, 2_000);
  });
});

describe('a picture', () => {
  it('is held only as pixels in the source itself', () => {
    assert.ok(holdsPicture('data:image/png;base64,AAAA'));
    for (const source of ['https://a.b/c.png', 'data:image/svg+xml;base64,AAAA', '', undefined])
      assert.equal(holdsPicture(source), false);
  });

  it('keeps its size up to 400, and its proportions beyond', () => {
    assert.deepEqual(pictureSize({ width: 300, height: 10 }), { width: 300, height: 10 });
    assert.deepEqual(pictureSize({ width: 200, height: 800 }), { width: 100, height: 400 });
  });
});
