// server.js - starts and ends the real board server for the tests.
//
// COLLAB_BOARD_SERVER names the binary, COLLAB_WEB_DIR the page it serves; without them the
// release build and the page of this tree are used.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const READY_MS = 20_000;
const STOP_MS = 15_000;

export const binary =
  process.env.COLLAB_BOARD_SERVER ?? join(ROOT, 'build/release/bin/collab-board-server');
export const webDir = process.env.COLLAB_WEB_DIR ?? join(ROOT, 'examples/board_server/web');

/** A directory for one test file's boards: `{path, storage, remove()}`. */
export async function makeBoardDir() {
  const path = await mkdtemp(join(tmpdir(), 'collab-browser-'));
  return {
    path,
    storage: `sqlite:${join(path, 'board.db')}`,
    remove: () => rm(path, { recursive: true, force: true }),
  };
}

/**
 * Starts a server, with further `flags`, and waits until it is ready. Returns
 * `{url, port, end(signal)}`; `end` resolves to `{code, signal}` once the process is gone and
 * may be called again.
 */
export async function startServer({ storage, port = 0, flags = [] }) {
  if (!existsSync(binary))
    throw new Error(`there is no board server at ${binary}; set COLLAB_BOARD_SERVER`);
  const child = spawn(
    binary,
    ['--listen', `127.0.0.1:${port}`, '--storage', storage, '--web', webDir, ...flags],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const killOnExit = () => child.kill('SIGKILL');
  process.once('exit', killOnExit);
  child.once('exit', () => process.off('exit', killOnExit));
  let log = '';
  child.stderr.on('data', (data) => {
    log = (log + data).slice(-8_000);
  });
  const gone = new Promise((resolve) => {
    child.on('exit', (code, signal) => resolve({ code, signal }));
    child.on('error', (error) => resolve({ code: -1, signal: null, error }));
  });
  const url = await readyUrl(child, gone, () => log);
  return {
    url,
    port: Number(new URL(url).port),
    end: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      const outcome = await gone;
      clearTimeout(timer);
      return outcome;
    },
  };
}

async function readyUrl(child, gone, log) {
  let output = '';
  const ready = new Promise((resolve) => {
    child.stdout.on('data', (data) => {
      output += data;
      const found = output.match(/^listening on (http:\/\/\S+)$/m);
      if (found) resolve(found[1]);
    });
  });
  const failed = gone.then(({ code, signal, error }) => {
    throw new Error(`the server ended before it was ready (${error ?? signal ?? code}):\n${log()}`);
  });
  const late = new Promise((_, reject) => {
    setTimeout(
      () => reject(new Error(`the server was not ready in ${READY_MS} ms:\n${log()}`)),
      READY_MS,
    ).unref();
  });
  try {
    return await Promise.race([ready, failed, late]);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    failed.catch(() => {});
    late.catch(() => {});
  }
}
