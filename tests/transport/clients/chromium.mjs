// Headless Chromium as a client of the echo server.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { awaitEnd, converse, report } from './script.mjs';
import { startServer } from './server.mjs';

const server = await startServer(process.argv[2]);
const profile = mkdtempSync(join(tmpdir(), 'collab-chromium-'));
const context = await chromium.launchPersistentContext(profile, {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const failures = [];
try {
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${server.port}/`);
  failures.push(...await page.evaluate(
    `(${converse.toString()})(WebSocket, ${server.port})`));

  let opened;
  const isOpen = new Promise((resolve) => {
    opened = resolve;
  });
  await page.exposeFunction('tellOpened', () => opened());
  const ended = page.evaluate(
    `(${awaitEnd.toString()})(WebSocket, ${server.port}, () => window.tellOpened())`);
  await isOpen;
  const stopped = server.stop();
  const end = await ended;
  if (end.code !== 1001 || !end.wasClean) failures.push(`going away: ${JSON.stringify(end)}`);
  const { code } = await stopped;
  if (code !== 0) failures.push(`exit code ${code}`);
} finally {
  await context.close();
  rmSync(profile, { recursive: true, force: true });
  await server.stop('SIGKILL');
}
report('chromium', failures);
