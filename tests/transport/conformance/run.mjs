// Shows that a server keeps RFC 6455, each rule by a case with one strict verdict.
//
//   node run.mjs COLLAB_WS_ECHO [--only TEXT]   runs the cases
//   node run.mjs --check-table rfc6455.md       each case is in the table, and only cases are
//   node run.mjs --list

import { readFileSync } from 'node:fs';
import { open, Peer } from './peer.mjs';
import { startServer } from './server.mjs';
import { define as defineHandshake } from './handshake_cases.mjs';
import { define as defineFrames } from './frame_cases.mjs';

const caseTimeout = 60_000;  // A case that hangs fails; none waits for time to pass.
const parallel = 8;

const cases = new Map();
const add = (name, body) => {
  if (cases.has(name)) throw new Error(`two cases are called ${name}`);
  cases.set(name, body);
};
defineHandshake(add);
defineFrames(add);

function checkTable(path) {
  const named = new Set();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (!line.startsWith('|')) continue;
    const column = line.split('|').at(-2);
    for (const [, name] of column.matchAll(/`([^`]+)`/g)) named.add(name);
  }
  const unknown = [...named].filter((name) => !cases.has(name));
  const missing = [...cases.keys()].filter((name) => !named.has(name));
  for (const name of unknown) console.log(`in the table, but no case: ${name}`);
  for (const name of missing) console.log(`a case, but not in the table: ${name}`);
  console.log(`${cases.size} cases, ${named.size} names in the table`);
  return unknown.length + missing.length === 0 ? 0 : 1;
}

async function runCase(body, servers, binary) {
  const peers = [];
  const started = [];
  const keep = (peer) => {
    peers.push(peer);
    return peer;
  };
  const context = {
    connect: () => keep(new Peer(servers.plain.port)),
    open: async () => keep(await open(servers.plain.port)),
    openLimited: async () => keep(await open(servers.limited.port)),
    connectTo: async (port) => keep(await open(port)),
    startServer: async (flags) => {
      const server = await startServer(binary, flags);
      started.push(server);
      return server;
    },
  };
  let timer;
  try {
    await Promise.race([
      body(context),
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error('no verdict in time')), caseTimeout);
      }),
    ]);
    return null;
  } catch (error) {
    return error.message;
  } finally {
    clearTimeout(timer);
    for (const peer of peers) peer.destroy();
    await Promise.all(started.map((server) => server.stop('SIGKILL')));
  }
}

async function runAll(binary, only) {
  const servers = {
    plain: await startServer(binary),
    limited: await startServer(binary, ['--message-bytes', '1000', '--fragments', '5']),
  };
  const waiting = [...cases].filter(([name]) => name.includes(only));
  const total = waiting.length;
  let failed = 0;
  await Promise.all(Array.from({ length: parallel }, async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const wrong = await runCase(next[1], servers, binary);
      if (wrong !== null) {
        ++failed;
        console.log(`FAILED ${next[0]}: ${wrong}`);
      }
    }
  }));
  for (const [name, server] of Object.entries(servers)) {
    const how = await server.stop();
    if (how.code !== 0) {
      ++failed;
      console.log(`FAILED the ${name} server ended with ${JSON.stringify(how)}`);
    }
  }
  console.log(`${total - failed} of ${total} cases passed`);
  return total > 0 && failed === 0 ? 0 : 1;
}

const [first, second, third] = process.argv.slice(2);
if (first === '--list') {
  for (const name of cases.keys()) console.log(name);
} else if (first === '--check-table') {
  process.exitCode = checkTable(second);
} else if (first && (second === undefined || (second === '--only' && third))) {
  process.exitCode = await runAll(first, third ?? '');
} else {
  console.error('usage: run.mjs BINARY [--only TEXT] | --check-table FILE | --list');
  process.exitCode = 2;
}
