// page.test.js - the page as files: nothing from other hosts, nothing inline, nothing evaluated.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { module, webDir } from './modules.js';

async function filesBelow(dir) {
  const entries = await readdir(dir, { withFileTypes: true });
  const lists = await Promise.all(
    entries.map((entry) =>
      entry.isDirectory() ? filesBelow(join(dir, entry.name)) : [join(dir, entry.name)],
    ),
  );
  return lists.flat();
}

const html = await readFile(join(webDir, 'index.html'), 'utf8');

describe('the page', () => {
  it('names no other host', async () => {
    for (const file of await filesBelow(webDir)) {
      const text = (await readFile(file, 'utf8')).replaceAll('http://www.w3.org/2000/svg', '');
      assert.doesNotMatch(text, /(https?:)?\/\/[a-z0-9-]+\.[a-z]/i, file);
    }
  });

  it('has no inline script, style or handler', () => {
    assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)/i);
    assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=/i);
  });

  it('evaluates no text as code or markup', async () => {
    for (const file of (await filesBelow(webDir)).filter((name) => name.endsWith('.js'))) {
      assert.doesNotMatch(
        await readFile(file, 'utf8'),
        /\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write/,
        file,
      );
    }
  });

  it('loads only files it has', async () => {
    const files = new Set((await filesBelow(webDir)).map((file) => file.slice(webDir.length + 1)));
    for (const [, path] of html.matchAll(/(?:src|href)="([^"#]+)"/g))
      assert.ok(files.has(path), path);
    for (const file of [...files].filter((name) => name.endsWith('.js'))) {
      const text = await readFile(join(webDir, file), 'utf8');
      for (const [, path] of text.matchAll(/from '(\.[^']+)'/g)) {
        assert.ok(files.has(join(file, '..', path)), `${file} imports ${path}`);
      }
    }
  });

  it('gives every button a name', () => {
    for (const [whole, attributes, content] of html.matchAll(
      /<button([^>]*)>([\s\S]*?)<\/button>/g,
    )) {
      const words = content.replace(/<[^>]*>/g, '').trim();
      assert.ok(/aria-label=/.test(attributes) || words !== '', whole);
      assert.match(attributes, /type="(button|submit)"/);
    }
  });
});

describe('an SVG', () => {
  it('is safe whatever the texts are', async () => {
    const { toSvg } = await module('export');
    const { withDefaults } = await module('board');
    const svg = toSvg(
      [withDefaults({ id: 't', kind: 'text', text: '</text><script>"&\u0000\n\'x' })],
      { dark: false },
    );
    assert.doesNotMatch(svg, /<script|\u0000/);
    assert.match(svg, /&lt;\/text&gt;&lt;script&gt;&quot;&amp;/);
    assert.equal(toSvg([], { dark: false }), null);
  });

  it('shows near-black ink near-white on a dark board, and only that', async () => {
    const { shownColor } = await module('paint');
    assert.equal(shownColor('#1d1d24', false), '#1d1d24');
    assert.ok(parseInt(shownColor('#1d1d24', true).slice(1, 3), 16) > 0xd0);
    assert.equal(shownColor('#e03131', true), '#e03131');
    assert.match(shownColor('#1d1d242e', true), /^#[0-9a-f]{6}2e$/);
  });
});
