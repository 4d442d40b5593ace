// proxy.js - a line between page and server that a test can cut, or hold up in one direction.

import { connect, createServer } from 'node:net';

/**
 * Listens on a free port and passes everything to `port`. Returns `{url, cut(), mend(),
 * holdUp(), holdDown(), close()}`: `cut` drops all connections and refuses new ones until
 * `mend`; `holdUp` keeps back what the page sends, `holdDown` what the server sends, both
 * until the connections are cut.
 */
export async function startProxy(port) {
  const pairs = new Set();
  let isCut = false;
  const server = createServer((page) => {
    if (isCut) {
      page.destroy();
      return;
    }
    const upstream = connect(port, '127.0.0.1');
    const pair = { page, upstream };
    pairs.add(pair);
    const end = () => {
      page.destroy();
      upstream.destroy();
      pairs.delete(pair);
    };
    for (const socket of [page, upstream]) socket.on('error', end).on('close', end);
    page.pipe(upstream);
    upstream.pipe(page);
  });
  await new Promise((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });

  const hold = (from) => {
    for (const pair of pairs) {
      pair[from].unpipe();
      pair[from].pause();
    }
  };
  const dropAll = () => {
    for (const { page, upstream } of [...pairs]) {
      page.destroy();
      upstream.destroy();
    }
  };
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    cut: () => {
      isCut = true;
      dropAll();
    },
    mend: () => {
      isCut = false;
    },
    holdUp: () => hold('page'),
    holdDown: () => hold('upstream'),
    close: () =>
      new Promise((resolve) => {
        dropAll();
        server.close(resolve);
      }),
  };
}
