// The `ws` package as a server, and our own client, which echoes, as its client.

import { spawn } from 'node:child_process';
import { WebSocketServer } from 'ws';
import { report } from './script.mjs';

const failures = [];
const check = (what, is) => is || failures.push(what);

// Runs one client against a server with `options`, and yields the line it ends with.
async function serve(options, converse) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options });
  await new Promise((resolve) => server.on('listening', resolve));
  server.on('connection', (socket, request) => {
    const come = [];
    const waiting = [];
    const take = (one) => (waiting.length ? waiting.shift()(one) : come.push(one));
    socket.on('message', (data, isBinary) => take(isBinary ? data : data.toString()));
    socket.on('error', (error) => failures.push(`the server says: ${error.message}`));
    socket.next = () => new Promise((resolve) => {
      come.length ? resolve(come.shift()) : waiting.push(resolve);
    });
    socket.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve(`${code} ${reason}`));
    });
    converse(socket, request);
  });
  const client = spawn(process.argv[2], [`ws://127.0.0.1:${server.address().port}/a/{room}?b`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  client.stdout.on('data', (text) => { output += text; });
  const code = await new Promise((resolve) => client.on('close', resolve));
  check('exit code', code === 0);
  server.close();
  for (const socket of server.clients) socket.terminate();
  return output.trim();
}

const board = {
  perMessageDeflate: true, // Which nobody asks for.
  handleProtocols: (offered) => (offered.has('collab.v1.binary') ? 'collab.v1.binary' : false),
};

const end = await serve(board, async (socket, request) => {
  check('target', request.url === '/a/room?b');
  check('no extension', socket.extensions === '');
  for (const length of [0, 1, 125, 126, 127, 65535, 65536, 1000000]) {
    const text = 'é—\u{1f58a}x'.repeat(length / 5) + 'a'.repeat(length % 5);
    socket.send(text);
    check(`text of ${length}`, (await socket.next()) === text);
    const bytes = Buffer.from(new Uint8Array(length).map((_, index) => (index * 31) & 255));
    socket.send(bytes);
    check(`binary of ${length}`, bytes.equals(await socket.next()));
  }
  for (let i = 0; i < 2000; ++i) socket.send(`burst ${i}`);
  for (let i = 0; i < 2000; ++i) check(`burst ${i}`, (await socket.next()) === `burst ${i}`);
  socket.send('in ', { fin: false });
  socket.send('three ', { fin: false });
  socket.send('parts', { fin: true });
  check('fragments', (await socket.next()) === 'in three parts');
  const pong = new Promise((resolve) => socket.on('pong', resolve));
  socket.ping('are you there');
  check('pong', (await pong).toString() === 'are you there');
  socket.close(4001, 'taken — over');
  check('the code sent back', (await socket.closed) === '4001 ');
});
check(`how it ended: ${end}`, end === '4001 taken — over');

const asked = await serve(board, async (socket) => {
  socket.send('close, please');
  check('the close of the client', (await socket.closed) === '4321 as asked — fine');
});
check(`who closes gets his code back: ${asked}`, asked.startsWith('4321'));

const lost = await serve(board, (socket) => socket.terminate());
check(`a lost connection: ${lost}`, lost === '1006 the connection was lost');

const refused = await serve({ verifyClient: (info, answer) => answer(false, 403, 'Not You') }, () => {
  failures.push('a refused client is let in');
});
check(`a refusal: ${refused}`, refused.startsWith('1006 ') && refused.includes('403'));

const other = await serve({ handleProtocols: () => false }, () => {});
check(`no subprotocol: ${other}`, other.includes('did not agree'));

report('node server', failures);
