// What a client does with the echo server, written once for Node and for a browser: only what
// both know (WebSocket, typed arrays) is used, and nothing from outside the function.

export async function converse(WebSocket, port) {
  const failures = [];
  const check = (what, is) => is || failures.push(what);

  const opened = (path = '/', protocols = []) => new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols);
    socket.binaryType = 'arraybuffer';
    const waiting = [];
    const come = [];
    socket.onmessage = ({ data }) => (waiting.length ? waiting.shift()(data) : come.push(data));
    socket.next = () => new Promise((next) => {
      come.length ? next(come.shift()) : waiting.push(next);
    });
    socket.closed = new Promise((closed) => {
      socket.onclose = ({ code, reason, wasClean }) => closed({ code, reason, wasClean });
    });
    socket.onopen = () => resolve(socket);
    socket.onerror = () => reject(new Error(`no connection to ${path}`));
  });

  const socket = await opened('/some/path?query');
  check('no subprotocol', socket.protocol === '');
  check('no extension', socket.extensions === '');
  for (const length of [0, 1, 125, 126, 127, 65535, 65536, 1000000]) {
    const text = 'é—\u{1f58a}x'.repeat(length / 5) + 'a'.repeat(length % 5);
    socket.send(text);
    check(`text of ${length}`, (await socket.next()) === text);
    const bytes = new Uint8Array(length).map((_, index) => (index * 31) & 255);
    socket.send(bytes);
    const back = new Uint8Array(await socket.next());
    check(`binary of ${length}`, back.length === length && back.every((b, i) => b === bytes[i]));
  }
  for (let i = 0; i < 2000; ++i) socket.send(`burst ${i}`);
  for (let i = 0; i < 2000; ++i) check(`burst ${i}`, (await socket.next()) === `burst ${i}`);
  socket.close(4321, 'done — fine');
  const end = await socket.closed;
  check('clean close', end.wasClean && end.code === 4321);

  const plain = await opened();
  plain.close();
  check('close without a code', (await plain.closed).code === 1005);

  const many = await Promise.all(Array.from({ length: 20 }, (_, i) => opened(`/${i}`)));
  many.forEach((one, i) => one.send(`I am ${i}`));
  const answers = await Promise.all(many.map((one) => one.next()));
  check('twenty at once', answers.every((answer, i) => answer === `I am ${i}`));
  many.forEach((one) => one.close(1000));
  const ends = await Promise.all(many.map((one) => one.closed));
  check('twenty clean ends', ends.every(({ wasClean }) => wasClean));

  const large = await opened();
  large.send(new Uint8Array(16 * 1024 * 1024 + 1));
  check('too large a message', (await large.closed).code === 1009);

  return failures;
}

// Opens one connection and yields how the server ends it.
export function awaitEnd(WebSocket, port, onOpen) {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    socket.onopen = onOpen;
    socket.onclose = ({ code, wasClean }) => resolve({ code, wasClean });
  });
}

export function report(client, failures) {
  for (const what of failures) console.log(`FAILED ${client}: ${what}`);
  console.log(failures.length === 0 ? `${client}: all checks passed` : `${failures.length} failed`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}
