// The board server as a process, and what is asked of it from outside.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { within } from './client.mjs';

export class Server {
  // Starts `binary` with these limits, `{name: value}`, and waits until it listens.
  static async start(binary, storage, limits) {
    const server = new Server();
    const args = ['--listen', '127.0.0.1:0', '--storage', storage, '--log-level', 'warning'];
    for (const [name, value] of Object.entries(limits)) args.push('--limit', `${name}=${value}`);
    server.child = spawn(binary, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ASAN_OPTIONS: 'detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1',
        UBSAN_OPTIONS: 'print_stacktrace=1',
        ...process.env,
      },
    });
    server.log = '';
    server.child.stderr.on('data', (data) => {
      server.log += data;
    });
    server.exited = once(server.child, 'exit');
    const ready = new Promise((resolve) => {
      createInterface({ input: server.child.stdout }).on('line', (line) => {
        const match = /^listening on http:\/\/127\.0\.0\.1:(\d+)$/.exec(line);
        if (match) resolve(Number(match[1]));
      });
    });
    const ended = server.exited.then(([code]) => {
      throw new Error(`the server ended with ${code} before it listened:\n${server.log}`);
    });
    ended.catch(() => {});
    server.port = await within(Promise.race([ready, ended]), 'a server that listens');
    return server;
  }

  async snapshot(room) {
    const response = await within(fetch(`http://127.0.0.1:${this.port}/v1/rooms/${room}/snapshot.json`), 'a snapshot');
    assert.equal(response.status, 200);
    return response.json();
  }

  assertAlive() {
    assert.equal(this.child.exitCode ?? this.child.signalCode, null, `the server has ended:\n${this.log}`);
  }

  // SIGTERM must end it in order, and nobody may have complained.
  async stop() {
    this.assertAlive();
    this.child.kill('SIGTERM');
    const [code, signal] = await within(this.exited, 'the end of the server');
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, `how the server ended:\n${this.log}`);
    assert.doesNotMatch(this.log, /ERROR:|runtime error|Sanitizer/, 'standard error of the server');
  }
}
