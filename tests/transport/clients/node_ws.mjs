// The `ws` package as a client of the echo server.

import WebSocket from 'ws';
import { awaitEnd, converse, report } from './script.mjs';
import { startServer } from './server.mjs';

const server = await startServer(process.argv[2]);
const failures = await converse(WebSocket, server.port);

// What a browser cannot do: pings, and fragments.
const socket = new WebSocket(`ws://127.0.0.1:${server.port}/`);
await new Promise((resolve) => socket.on('open', resolve));
const pong = new Promise((resolve) => socket.on('pong', resolve));
socket.ping('are you there');
if ((await pong).toString() !== 'are you there') failures.push('pong');
const message = new Promise((resolve) => socket.on('message', resolve));
socket.send('in ', { fin: false });
socket.send('three ', { fin: false });
socket.send('parts', { fin: true });
if ((await message).toString() !== 'in three parts') failures.push('fragments');
socket.close();

const end = await new Promise((resolve) => {
  const ended = awaitEnd(WebSocket, server.port, () => server.stop());
  ended.then(resolve);
});
if (end.code !== 1001 || !end.wasClean) failures.push(`going away: ${JSON.stringify(end)}`);
const { code } = await server.exited;
if (code !== 0) failures.push(`exit code ${code}`);
report('node ws', failures);
