// The page's digest beside the golden lines of docs/protocol.md, which the library's tests
// compare with their own.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { module } from './modules.js';

const { boardDigest, digestText, elementDigest, jsonDigest } = await module('digest');
const document = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

/** The examples: `digest HEX {element}`; `{...` goes on with the element of the line before. */
function* examples() {
  let before = {};
  for (const [, digest, text] of document.matchAll(/^digest ([0-9a-f]{16}) (.*)$/gm)) {
    if (text === 'nothing') {
      yield { digest, elements: [] };
      continue;
    }
    before = text.startsWith('{...')
      ? { ...before, ...JSON.parse(text.replace('...', '')) }
      : JSON.parse(text);
    yield { digest, elements: [before] };
  }
}

test('the digests of the examples are those of the document', () => {
  const all = [...examples()];
  assert.ok(all.length >= 8);
  for (const { digest, elements } of all) {
    assert.equal(boardDigest(elements), digest, JSON.stringify(elements));
  }
});

test('the digest of a board is the sum over its elements, in whichever order', () => {
  const [a, b] = [...examples()].slice(1, 3).map(({ elements }) => elements[0]);
  assert.equal(boardDigest([a, b]), boardDigest([b, a]));
  assert.notEqual(boardDigest([a, b]), boardDigest([a]));
});

test('what is told of a default makes no difference', () => {
  const bare = { id: 'e', kind: 'x-note', userId: 'u', index: 'a0' };
  const whole = { ...bare };
  Object.assign(whole, { x: -0, opacity: 1, color: '#000000', fill: null, dash: 'solid' });
  Object.assign(whole, { points: [], width: 0, locked: false, group: null, text: '', source: '' });
  assert.deepEqual(elementDigest(whole), elementDigest(bare));
  assert.notDeepEqual(elementDigest({ ...bare, locked: true }), elementDigest(bare));
});

test('a JSON value has one digest, however it was written', () => {
  const hash = (text) => digestText(jsonDigest(JSON.parse(text)));
  const same = [
    ['{"a":1,"b":[true,null]}', ' { "b" : [ true , null ] , "a" : 1.0 } '],
    ['{"a":2}', '{"a":1,"a":2}'],
    ['{"a":2}', '{"\\u0061":2}'],
    ['[100]', '[1e2]'],
    ['0', '-0'],
    ['"\\ud83d\\ude00\\n"', '"😀\\u000a"'],
    ['[18446744073709551615]', '[18446744073709551616]'],
    ['[1e-400]', '[0]'],
  ];
  for (const [a, b] of same) assert.equal(hash(a), hash(b), `${a} ${b}`);
  const different = ['{}', '[]', 'null', 'false', 'true', '0', '1', '""', '"1"', '[1,2]', '[2,1]'];
  different.push('{"a":1,"b":2}', '{"a":2,"b":1}', '{"a":{"b":1}}', '{"__proto__":1}');
  assert.equal(new Set(different.map(hash)).size, different.length);
});

test('the worked example of a JSON value is right', () => {
  const lines = [...document.matchAll(/^json ([0-9a-f]{16}) (\S+) /gm)];
  assert.equal(lines.length, 5);
  for (const [, digest, text] of lines) assert.equal(digestText(jsonDigest(JSON.parse(text))), digest);
});
