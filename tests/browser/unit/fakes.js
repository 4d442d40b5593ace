// fakes.js - a clock, a socket and a server's side of the conversation, for unit tests.

/** A clock whose timers run when the test says so. */
export class FakeClock {
  #now = 0;
  #timers = new Map();
  #next = 1;

  now = () => this.#now;

  setTimeout = (callback, ms) => {
    const id = this.#next;
    this.#next += 1;
    this.#timers.set(id, { at: this.#now + ms, callback });
    return id;
  };

  clearTimeout = (id) => {
    this.#timers.delete(id);
  };

  /** Lets this much time pass and runs what is due, in order. */
  advance(ms) {
    const until = this.#now + ms;
    for (;;) {
      const due = [...this.#timers]
        .filter(([, { at }]) => at <= until)
        .sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.#now = Math.max(this.#now, due[1].at);
      due[1].callback();
    }
    this.#now = until;
  }
}

/** What a page's connection needs of its surroundings; `sockets` lists every socket made. */
export function makeEnvironment({ random = () => 0.5 } = {}) {
  const clock = new FakeClock();
  const sockets = [];
  class FakeSocket {
    readyState = 0;
    sent = [];
    closed = false;

    constructor(url, protocols) {
      Object.assign(this, { url, protocols });
      sockets.push(this);
    }

    send(text) {
      this.sent.push(text);
    }
    close() {
      this.readyState = 3;
      this.closed = true;
    }

    /** The server's side: it accepts, says something, or closes. */
    open() {
      this.readyState = 1;
      this.onopen?.();
    }
    say(...messages) {
      for (const message of messages) this.onmessage?.({ data: JSON.stringify(message) });
    }
    drop(code = 1006) {
      this.readyState = 3;
      this.onclose?.({ code });
    }
    /** The messages the page sent so far, without pings; forgets them. */
    take() {
      const messages = this.sent
        .flatMap((text) => JSON.parse(text))
        .filter(({ type }) => type !== 'ping');
      this.sent = [];
      return messages;
    }
  }
  return {
    clock,
    sockets,
    environment: {
      WebSocket: FakeSocket,
      now: clock.now,
      random,
      setTimeout: clock.setTimeout,
      clearTimeout: clock.clearTimeout,
    },
  };
}

/** Lets queued microtasks run, in which a connection sends what was queued. */
export function turn() {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
