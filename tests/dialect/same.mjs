// The two dialects say the same: node same.mjs --server BINARY [--seed N] [--rounds N]
//
// 1. In one room, authors of both dialects say anything at all while two observers watch, one
//    in each dialect, who now and then leave and come back in the middle of strokes. Both
//    must be told the same, object by object.
// 2. In two rooms, an author says the same in the one and in the other dialect. He must be
//    answered the same, and both rooms must end with the same board.
//
// What is said is drawn from the seed; a failure prints how to repeat it.

import assert from 'node:assert/strict';
import { parseArgs } from 'node:util';

import { Client, brief } from '../hostile/client.mjs';
import { Random } from '../hostile/random.mjs';
import { Server } from '../hostile/server.mjs';
import { Author } from './author.mjs';

const STEPS_PER_ROUND = 60;
const CURSOR_MS = 5_000;
const LIMITS = {
  bad_messages_per_minute: 1_000_000, operations_per_second: 1_000_000, operations_burst: 1_000_000,
  previews_per_second: 1_000_000, bytes_per_second: 1_000_000_000, output_queue_bytes: 64 * 1024 * 1024,
  // Told when time passes, not when something is said.
  digest_interval: 3_600_000,
};
// A stroke whose author has gone is committed by the room while the observers watch, and is
// not while two rooms are compared.
const SOON_MS = 300;
const NEVER_MS = 3_600_000;

const { values: flags } = parseArgs({
  options: {
    server: { type: 'string' },
    seed: { type: 'string', default: String(1 + (Date.now() % 1_000_000)) },
    rounds: { type: 'string', default: '12' },
  },
});
const random = new Random(Number(flags.seed));
const tally = new Map();

function count(messages) {
  for (const { type } of messages) tally.set(type, (tally.get(type) ?? 0) + 1);
}

// Tells two lists apart at the first difference.
function assertSame(json, binary, what) {
  for (let i = 0; i < Math.max(json.length, binary.length); ++i) {
    assert.deepEqual(binary[i], json[i], `${what}, message ${i}: JSON ${brief(json[i] ?? 'nothing')}, binary ${brief(binary[i] ?? 'nothing')}`);
  }
}

// Somebody whose chat message is acknowledged after all that was done in the room before.
class Marker {
  #op = 0;
  #client;

  static async join(port, room) {
    const marker = new Marker();
    marker.#client = await Client.join(port, room, 'marker');
    return marker;
  }

  // The text of the message.
  async mark() {
    const op = ++this.#op;
    this.#client.send({ type: 'chat:send', op, text: `mark ${op}` });
    await this.#client.until(() => this.#client.answers.some((each) => each.op === op), `the answer to mark ${op}`);
    this.#client.answers.splice(0);
    this.#client.events.splice(0);
    return `mark ${op}`;
  }
}

// ---- 1. Two observers in one room

const isObserver = ({ name }) => name.startsWith('observer ');

// One who watches. `heard` is what was told since it was last taken, without what concerns
// observers and without cursors; `cursors` is where each is now.
class Observer {
  cursors = new Map();
  #client;

  constructor(port, room, dialect) {
    Object.assign(this, { port, room, dialect });
  }

  async join() {
    this.#client = await Client.join(this.port, this.room, `observer ${this.dialect}`, this.dialect);
    const { session, you, users, cursors, ...state } = this.#client.state;
    assert.equal(you.name, `observer ${this.dialect}`);
    assert.ok(session.length > 0);
    this.cursors = new Map(cursors.map(([client, ...where]) => [client, where]));
    this.present = new Set(users.map(({ clientId }) => clientId));
    this.observers = new Set(users.filter(isObserver).map(({ clientId }) => clientId));
    return { ...state, users: users.filter((user) => !isObserver(user)) };
  }

  leave() {
    return this.#client.leave();
  }

  // What was heard up to the chat message of this text.
  async take(text) {
    const isMark = (each) => each.type === 'chat:message' && each.text === text;
    await this.#client.until(() => this.#client.events.some(isMark), `'${text}' at the observer in ${this.dialect}`);
    assert.deepEqual(this.#client.answers, []);
    // What comes later, say the end of a stroke whose author is gone, is for the next time.
    const heard = this.#client.events.splice(0, 1 + this.#client.events.findIndex(isMark)).filter((each) => each.type !== 'room:state');
    this.#follow(heard);
    return heard.filter((each) => !this.#isApart(each));
  }

  #follow(messages) {
    for (const { type, cursors, user, clientId } of messages) {
      if (type === 'cursor:move') for (const [client, ...where] of cursors) this.cursors.set(client, where);
      if (type === 'user:joined') this.present.add(user.clientId);
      if (type === 'user:left') this.present.delete(clientId);
    }
  }

  #isApart({ type, user, clientId }) {
    if (type === 'cursor:move') return true;
    if (type === 'user:joined' && isObserver(user)) this.observers.add(user.clientId);
    return (user && isObserver(user)) || (type === 'user:left' && this.observers.has(clientId));
  }

  // Waits until the cursors of those who are there are those that `other` sees: each is told
  // of them in his own time.
  async assertCursorsAs(other) {
    const shown = ({ cursors, present }) => JSON.stringify([...cursors].filter(([client]) => present.has(client)).sort());
    const until = performance.now() + CURSOR_MS;
    while (shown(this) !== shown(other) && performance.now() < until) {
      for (const each of [this, other]) {
        await each.#client.fence(-2);
        each.#follow(each.#client.events.filter(({ type }) => type === 'cursor:move'));
      }
    }
    assert.equal(shown(this), shown(other), 'the cursors that both see');
  }
}

// An author and his connection, which he leaves and makes anew.
class Actor {
  #author;

  constructor(port, room, dialect, name, board, marker) {
    Object.assign(this, { port, room, dialect, name, marker });
    this.#author = new Author(random, name, board);
  }

  async join() {
    this.client = await Client.join(this.port, this.room, this.name, this.dialect);
    this.#author.forget();
  }

  async act() {
    const messages = this.#author.burst();
    count(messages);
    this.client.send(messages);
    await this.client.fence(1);
    if ('op' in messages.at(-1)) {
      await this.marker.mark();
      await this.client.fence(2);
    }
    this.#author.hear(this.client.answers.splice(0));
    this.client.events.splice(0);
  }

  async leave() {
    if (random.chance(50)) await this.client.leave();
    else this.client.vanish();
  }
}

async function assertObserversSeeTheSame(server) {
  const room = 'SAME';
  const [json, binary] = ['json', 'binary'].map((dialect) => new Observer(server.port, room, dialect));
  const marker = await Marker.join(server.port, room);
  const board = [];
  const actors = ['json', 'binary', 'json', 'binary'].map(
    (dialect, i) => new Actor(server.port, room, dialect, `author${i}`, board, marker));
  for (const actor of actors) await actor.join();
  // Between the two the room may end the stroke of somebody who is gone, or notice that he is.
  const meet = async (what) => {
    const moment = ({ seq, live, users }) =>
      JSON.stringify([seq, live.map(({ stroke }) => stroke.id), users.map(({ clientId }) => clientId)]);
    for (let left = 5; ; --left) {
      const states = [await json.join(), await binary.join()];
      if (left === 0 || moment(states[0]) === moment(states[1])) return assertSame([states[0]], [states[1]], what);
      await Promise.all([json.leave(), binary.leave()]);
    }
  };
  const assertHeardTheSame = async (what) => {
    const text = await marker.mark();
    const heard = await json.take(text);
    assertSame(heard, await binary.take(text), what);
    return heard.length;
  };
  await meet('the empty room');
  await assertHeardTheSame('nothing');
  let compared = 0;
  for (let round = 0; round < Number(flags.rounds); ++round) {
    for (let step = 0; step < STEPS_PER_ROUND; ++step) await random.pick(actors).act();
    compared += await assertHeardTheSame(`round ${round}`);
    await binary.assertCursorsAs(json);
    if (random.chance(40)) {
      const actor = random.pick(actors);
      await actor.leave();
      await actor.join();
    }
    if (random.chance(40)) {
      await Promise.all([json.leave(), binary.leave()]);
      await meet(`the state after round ${round}`);
      await assertHeardTheSame('what came before the observers');
    }
  }
  return compared;
}

// ---- 2. The same in two rooms

// A copy in which people have names by the order in which they come, and clocks are gone.
function anonymous(value, people, key) {
  if (key === 'userId' || key === 'clientId') {
    if (!people.has(value)) people.set(value, `${key} ${people.size}`);
    return people.get(value);
  }
  if (Array.isArray(value)) return value.map((each) => anonymous(each, people));
  if (value === null || typeof value !== 'object') return value;
  const copy = {};
  for (const [name, each] of Object.entries(value)) {
    if (!['time', 'serverTime', 'session', 'roomId', 'cursors'].includes(name)) copy[name] = anonymous(each, people, name);
  }
  return copy;
}

// Somebody in a room of his own who says what he is told to, beside a JSON client.
class Soloist {
  #people = new Map();

  constructor(server, dialect) {
    Object.assign(this, { server, dialect, room: `SOLO-${dialect}` });
  }

  async join() {
    this.other = await Client.join(this.server.port, this.room, 'other');
    this.other.send([
      { type: 'element:put', op: 1, element: { id: 'theirs', kind: 'rect' } },
      { type: 'stroke:start', stroke: { id: 'their-live', points: [[1, 1], [2, 2]] } },
    ]);
    await this.other.fence(1);
    this.marker = await Marker.join(this.server.port, this.room);
    await this.come();
  }

  async come() {
    this.client = await Client.join(this.server.port, this.room, 'soloist', this.dialect);
    this.client.events.splice(0);
    return anonymous(this.client.state, this.#people);
  }

  // What the server answered, and what it told both: that which keeps the order of operations,
  // and the rest, which does not wait for it.
  async say(messages) {
    this.client.send(messages);
    await this.client.fence(1);
    const mark = await this.marker.mark();
    await this.client.fence(2);
    await this.other.fence(2);
    const answers = this.client.answers.splice(0);
    this.other.answers.splice(0);
    const told = [...answers, ...this.client.events.splice(0), ...this.other.events.splice(0)]
      .filter((each) => each.type !== 'cursor:move' && each.text !== mark)
      .map((each) => anonymous(each, this.#people));
    const isOrdered = (each) => 'op' in each || 'seq' in each || each.type === 'history:state' || each.type === 'op:gap';
    return { answers, ordered: told.filter(isOrdered), live: told.filter((each) => !isOrdered(each)) };
  }
}

// The words of a refusal may name a field as its dialect does.
const withoutWords = ({ message, ...rest }) => rest;

async function assertAnsweredTheSame(server) {
  const [json, binary] = ['json', 'binary'].map((dialect) => new Soloist(server, dialect));
  await json.join();
  await binary.join();
  const author = new Author(random, 'solo', ['theirs', 'their-live']);
  let compared = 0;
  for (let step = 0; step < STEPS_PER_ROUND * Number(flags.rounds); ++step) {
    const messages = author.burst();
    const [one, two] = [await json.say(messages), await binary.say(messages)];
    for (const part of ['ordered', 'live']) {
      const what = `step ${step}, said ${brief(messages)}; told`;
      assertSame(one[part].map(withoutWords), two[part].map(withoutWords), what);
      compared += one[part].length;
    }
    author.hear(one.answers);
    count(one.answers);
    if (random.chance(1)) {
      await Promise.all([json.client.leave(), binary.client.leave()]);
      author.forget();
      assert.deepEqual(await binary.come(), await json.come());
    }
  }
  const boards = await Promise.all([server.snapshot(json.room), server.snapshot(binary.room)]);
  const [one, two] = boards.map((each) => anonymous(each, new Map()));
  assert.deepEqual(two, one, 'the boards in the end');
  return compared;
}

async function main() {
  const compared = [];
  for (const [test, orphan_stroke] of [[assertObserversSeeTheSame, SOON_MS], [assertAnsweredTheSame, NEVER_MS]]) {
    const server = await Server.start(flags.server, 'memory', { ...LIMITS, orphan_stroke });
    try {
      compared.push(await test(server));
      await server.stop();
    } catch (error) {
      error.message += `\nThe server said: ${server.log.slice(0, 8000)}`;
      throw error;
    } finally {
      server.child.kill('SIGKILL');
    }
  }
  console.log(`${compared[0]} messages to two observers and ${compared[1]} to two authors were the same, seed ${flags.seed}`);
  for (const [type, times] of [...tally].sort()) console.log(`  ${type}: ${times}`);
}

try {
  await main();
} catch (error) {
  console.error(error);
  console.error(`Repeat: node ${process.argv[1]} --server ${flags.server} --seed ${flags.seed} --rounds ${flags.rounds}`);
  process.exitCode = 1;
}
// Connections that were not closed do not keep this process.
process.exit();
