// follower.js - follows one room: what arrives changes the board and the room, in the order of
// the room's operations. It knows where among them it is, so that after a cut the server needs
// to tell only what is missing, and has everything told anew when it has lost that place.

import { boardDigest } from './digest.js';
import { OutOfStep } from './own_work.js';
import { isDone } from './room.js';

/** What tells of an operation, and so stands at a `seq`. */
const EVENTS = new Set([
  'stroke:end',
  'element:put',
  'element:set',
  'element:remove',
  'canvas:clear',
  'operation:undo',
  'operation:redo',
  'chat:message',
  'version:save',
  'version:restore',
]);
/** What may come while the state or the missed events are still coming. */
const OF_ARRIVAL = new Set(['room:state', 'room:resumed', 'room:chunk', 'room:events']);
const AT_ONCE = new Set(['error', 'server:closing', 'pong']);

export class Follower {
  /** The last operation of the room that is shown. */
  seq = 0;
  isJoined = false;
  #board;
  #room;
  #work;
  #passing;
  #connection;
  #store;
  #tell;
  /** The secret of the session, to go on with it, and whose it is. */
  #secret = null;
  #userId = null;
  /** Whether another session is to be begun although this one is known. */
  #isFresh = false;
  #hasMismatched = false;
  #resumeFrom = 0;
  #arrival = null;
  #held = [];

  /** `tell(name, detail)` hears the events of a session, see session.js. */
  constructor({ board, room, work, passing, connection, store, tell }) {
    this.#board = board;
    this.#room = room;
    this.#work = work;
    this.#passing = passing;
    this.#connection = connection;
    this.#store = store;
    this.#tell = tell;
  }

  /** Goes on with the session of an earlier page. */
  goOn({ session, userId }) {
    this.#secret = session;
    this.#userId = userId;
  }

  /** Takes a message of the server. */
  receive(message) {
    try {
      if (OF_ARRIVAL.has(message.type)) this.#arrive(message);
      else if (AT_ONCE.has(message.type)) this.#handle(message);
      else if (this.#arrival) this.#held.push(message);
      else if (this.isJoined) this.#handle(message);
    } catch (error) {
      if (!(error instanceof OutOfStep)) throw error;
      this.forgetPlace(error);
      this.#connection.restart();
    }
  }

  #handle(message) {
    if (EVENTS.has(message.type)) this.#advance(message.seq);
    const handler = Follower.#handlers[message.type];
    if (handler) handler.call(this, message);
    else this.#board.apply(message);
    if (message.type.startsWith('stroke:')) this.#tell('live');
  }

  /** Every operation of the room is told of, in order. */
  #advance(seq) {
    if (seq !== this.seq + 1) throw new OutOfStep(`the event ${seq} came after ${this.seq}`);
    this.seq = seq;
  }

  static #handlers = {
    'op:ack'({ op, seq, time, index }) {
      const { userId } = this.#room.you;
      const entry = this.#work.acknowledged(op, { index, userId });
      if (!entry) return;
      // An undo or a chat message was told of before its answer.
      if (seq !== this.seq) this.#advance(seq);
      const { type, name } = entry.message;
      if (type === 'version:save') this.#room.addVersion({ seq, name, userId, time });
    },
    'op:reject'({ op, code, message }) {
      this.#work.refused(op, code, message);
    },
    'op:gap'({ have }) {
      this.#work.gap(have);
    },
    'stroke:gap'(message) {
      this.#work.strokeGap(message);
    },
    'stroke:end'(message) {
      const { strokeId, count, stroke, userId, index } = message;
      const own = this.#work.find(strokeId);
      const live = this.#board.live.get(strokeId)?.stroke;
      if (stroke || live?.points.length === count) this.#board.apply(message);
      else if (own?.element.points.length >= count)
        this.#board.confirmStroke(own.element, { count, index, userId });
      else throw new OutOfStep(`not all points of the stroke ${strokeId} came`);
    },
    'history:state'(message) {
      this.#room.takeHistory(message);
    },
    'chat:message'(message) {
      this.#room.hear(message);
    },
    'version:save'(message) {
      this.#room.addVersion(message);
    },
    'user:joined'({ user }) {
      this.#room.meet(user);
    },
    'user:updated'({ user }) {
      this.#room.meet(user);
    },
    'element:preview'(message) {
      this.#passing.showPreview(message);
    },
    'host:message'(message) {
      this.#tell('host', message);
    },
    'user:left'({ clientId }) {
      this.#board.endPreviewsOf(clientId);
      this.#room.miss(clientId);
    },
    'cursor:move'({ cursors }) {
      this.#tell('cursors', cursors);
    },
    'room:digest'(message) {
      this.#compare(message);
    },
    'server:closing'() {
      this.#notify('The server is restarting. The board will be back in a moment.');
    },
    error({ message }) {
      this.#connection.noteError(message);
      this.#notify(message);
    },
    pong() {
      this.#tell('connection');
    },
  };

  /** Whether this page has what the server has; what is pending does not count. */
  #compare({ seq, hash }) {
    if (seq !== this.seq) return;
    const own = boardDigest(this.#board.confirmedElements());
    if (own !== hash) throw new OutOfStep(`the board at ${seq} has the digest ${own}, not ${hash}`);
    this.#hasMismatched = false;
  }

  /** What is shown is not what the server has: it will be told anew, from the first event. */
  forgetPlace(error) {
    console.warn(`The board is fetched anew: ${error.message}`);
    this.seq = 0;
    // If the events of this session did not help, the board of another one will.
    this.#isFresh ||= this.#hasMismatched;
    this.#hasMismatched = true;
  }

  // ---- joining --------------------------------------------------------------------------

  /** There is a connection: says who one is, and what is known. `profile` is `{name, color}`. */
  join(profile) {
    const resume =
      this.#secret && !this.#isFresh ? { session: this.#secret, seq: this.seq } : undefined;
    this.#resumeFrom = this.seq;
    this.#connection.send({ type: 'room:join', ...profile, ...(resume && { resume }) });
  }

  /** The connection is gone. */
  leave() {
    const wasJoined = this.isJoined;
    this.isJoined = false;
    // Half a state is none, and changed nothing; the missed events that came are known.
    this.#arrival = null;
    this.#held = [];
    this.#work.cut();
    if (wasJoined) this.#tell('people');
  }

  #arrive(message) {
    switch (message.type) {
      case 'room:state':
        this.#arrival = { state: message, elements: [...message.elements] };
        if (!message.more) this.#arriveAnew();
        break;
      case 'room:chunk':
        this.#takeChunk(message);
        break;
      case 'room:resumed':
        this.#arrival = { resumed: message };
        this.#beginResumption(message);
        this.#takeMissed(message);
        break;
      case 'room:events':
        if (this.#arrival?.resumed) this.#takeMissed(message);
        break;
    }
  }

  #takeChunk({ elements, removed, changed, more }) {
    if (!this.#arrival?.state) {
      this.#board.applyEffect({ removed, restored: elements, changed });
      return;
    }
    for (const element of elements) this.#arrival.elements.push(element);
    if (!more) this.#arriveAnew();
  }

  /** Enters the room as it is, in a new session. */
  #arriveAnew() {
    const { state, elements } = this.#arrival;
    const before = this.#room.you?.userId ?? this.#userId;
    const isNew = state.session !== this.#secret;
    this.#secret = state.session;
    this.#userId = state.you.userId;
    this.seq = state.seq;
    this.#room.forgetPast(state);
    this.#room.enter(state);
    this.#board.reset(elements, state.live);
    if (isNew) this.#store?.begin({ session: this.#secret, userId: this.#userId });
    const shown = { board: this.#board, room: this.#room, userId: before, found: new Set() };
    this.#arrived(() =>
      this.#work.renewed({
        op: state.op ?? 0,
        isNew,
        isDone: (entry) => isDone(entry, shown),
      }),
    );
    if (state.cursors) this.#tell('cursors', state.cursors);
  }

  #beginResumption(message) {
    if (this.#resumeFrom === 0) {
      this.#room.forgetPast();
      this.#board.reset([]);
    }
    this.seq = this.#resumeFrom;
    this.#room.enter(message);
    this.#board.resetLive(message.live ?? []);
  }

  #takeMissed({ events, more }) {
    for (const event of events) {
      if (event.type === 'room:chunk') this.#takeChunk(event);
      else this.#handle(event);
    }
    if (more) return;
    const { op, rejected = [], own = [], cursors } = this.#arrival.resumed;
    this.#arrived(() => this.#work.resumed({ op, rejected, own }));
    if (cursors) this.#tell('cursors', cursors);
  }

  /** What is shown is the room's now; `goOn` does with the own work what is to be done. */
  #arrived(goOn) {
    this.#arrival = null;
    this.isJoined = true;
    this.#isFresh = false;
    this.#connection.joined();
    goOn();
    for (const name of ['people', 'chat', 'versions', 'history', 'live', 'pending'])
      this.#tell(name);
    this.#tell('joined');
    const held = this.#held;
    this.#held = [];
    for (const message of held) this.receive(message);
  }

  #notify(text) {
    this.#tell('notice', text);
  }
}
