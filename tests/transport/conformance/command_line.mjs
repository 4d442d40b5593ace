// The command line of collab-ws-echo: what it refuses, what it says, how it ends.

import { spawnSync } from 'node:child_process';
import { open, equal, frame, opcode } from './peer.mjs';
import { startServer } from './server.mjs';

const binary = process.argv[2];
let failed = 0;

function check(what, actual, expected) {
  if (actual !== expected) {
    ++failed;
    console.log(`FAILED ${what}: expected ${expected}, got ${actual}`);
  }
}

for (const [flags, named] of [
  [['--bogus'], '--bogus'],
  [['stray'], 'stray'],
  [['--listen'], '--listen'],
  [['--listen', 'nowhere'], '--listen'],
  [['--listen', '127.0.0.1:65536'], '--listen'],
  [['--message-bytes', '0'], '--message-bytes'],
  [['--message-bytes', '1x'], '--message-bytes'],
  [['--message-bytes', '-1'], '--message-bytes'],
  [['--fragments', '0'], '--fragments'],
  [['--fragments', ''], '--fragments'],
]) {
  const run = spawnSync(binary, flags, { encoding: 'utf8' });
  const name = flags.join(' ');
  check(`${name}: exit code`, run.status, 2);
  check(`${name}: lines on standard error`, run.stderr.split('\n').length, 2);
  check(`${name}: the flag is named`, run.stderr.includes(named), true);
  check(`${name}: standard output`, run.stdout, '');
}

const help = spawnSync(binary, ['--help'], { encoding: 'utf8' });
check('--help: exit code', help.status, 0);
for (const flag of ['--listen', '--message-bytes', '--fragments']) {
  check(`--help names ${flag}`, help.stdout.includes(flag), true);
}

// A port that is taken: told on one line, exit 1.
const first = await startServer(binary);
const second = spawnSync(binary, ['--listen', `127.0.0.1:${first.port}`], { encoding: 'utf8' });
check('a taken port: exit code', second.status, 1);
check('a taken port: lines on standard error', second.stderr.split('\n').length, 2);

// Ends at once without peers, and idle HTTP connections do not hold it up.
const idle = await fetch(`http://127.0.0.1:${first.port}/`);
check('a plain request', idle.status, 426);
await idle.text();
check('SIGTERM: exit code', (await first.stop()).code, 0);

// The defaults: 16 MiB and 20,000 fragments, both sides.
const server = await startServer(binary);
const attempt = async (what, body) => {
  const peer = await open(server.port);
  try {
    await body(peer);
  } catch (error) {
    ++failed;
    console.log(`FAILED ${what}: ${error.message}`);
  } finally {
    peer.destroy();
  }
};
const limit = 16 * 1024 * 1024;
await attempt('a message of 16 MiB', async (peer) => {
  const sent = peer.send(frame(opcode.binary, Buffer.alloc(limit, 7)));
  const got = await peer.readFrame();
  equal(got.payload.length, limit, 'length');
  equal(got.payload.equals(Buffer.alloc(limit, 7)), true, 'payload');
  await sent;
});
await attempt('a message of 16 MiB and one byte', async (peer) => {
  await peer.send(frame(opcode.binary, '', { length: BigInt(limit) + 1n }));
  await peer.expectClose(1009);
});
const fragmented = (count) => Buffer.concat(Array.from({ length: count }, (_, index) =>
  frame(index === 0 ? opcode.text : opcode.continuation, 'x', { fin: index === count - 1 })));
await attempt('20,000 fragments', async (peer) => {
  await peer.send(fragmented(20000));
  await peer.expectFrame(opcode.text, 'x'.repeat(20000));
});
await attempt('20,001 fragments', async (peer) => {
  await peer.send(fragmented(20001));
  await peer.expectClose(1008);
});
check('SIGINT: exit code', (await server.stop('SIGINT')).code, 0);

console.log(failed === 0 ? 'all checks passed' : `${failed} checks failed`);
process.exitCode = failed === 0 ? 0 : 1;
