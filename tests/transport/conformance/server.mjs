// Starts a server on a free port, waits until it says where it listens, and stops it by its pid.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export async function startServer(binary, flags = []) {
  const child = spawn(binary, ['--listen', '127.0.0.1:0', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const ready = new Promise((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const match = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line);
      if (match) resolve(Number(match[1]));
    });
  });
  const port = await Promise.race([
    ready,
    exited.then((how) => {
      throw new Error(`${binary} ended before it listened: ${JSON.stringify(how)}`);
    }),
  ]);
  return {
    port,
    pid: child.pid,
    exited,
    // Asks the server to end, and yields how it did.
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      return exited;
    },
  };
}
