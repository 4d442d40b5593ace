// session.js - one person in one room: what arrives changes the board, what is done here is
// shown at once, sent, and kept until the server has answered.
//
// After a cut the page joins anew and is given the whole board. Whatever the server had not
// answered is then compared with that board and, where it is missing, done again, so that no
// stroke is lost and none is doubled (see #comeBack).

import { Connection } from './connection.js';
import { Board } from './board.js';
import { Outbox, messageOf } from './outbox.js';
import { LIMITS, chunks, elementToSend, makeId, onGrid, strokeMessages } from './protocol.js';

const CURSOR_MS = 35;
const UNAVAILABLE_RETRY_MS = 600;
const GAP_PATIENCE_MS = 2_000;
const CHAT_KEPT = 500;
// Previews: how long one is shown, how often one is sent, and how many elements at once.
const PREVIEW_SHOWN_MS = 2_000;
const PREVIEW_MS = 40;
const PREVIEW_MS_EACH = 8;
const PREVIEWS_MAX = 50;

/**
 * Events: `connection`, `joined`, `people`, `chat` (detail: the new message, if one came),
 * `history`, `live`, `pending`, `host` (detail: a `host:message`), `cursors` (detail: `[[clientId, x, y, drawing], ...]`) and
 * `notice` (detail: a sentence for the person). They say that something changed; what is now
 * true is read from the session.
 */
export class Session extends EventTarget {
  board;
  outbox = new Outbox();
  connection;
  /** This person as the room knows him, or null before the first join. */
  you = null;
  /** Everybody in the room, this page included: clientId to user. */
  people = new Map();
  chat = [];
  /** What there is to undo and redo in the scope that undo has here. */
  history = { canUndo: false, canRedo: false };
  /** The scope of undo at this server, and the one chosen here instead, if any. */
  #serverScope = 'room';
  #chosenScope;
  #toldHistory = {};
  /** Strokes being drawn here. */
  ownStrokes = new Set();

  #profile;
  #joined = false;
  #arriving = null;
  #held = [];
  #orphans = new Set();
  #retrying = false;
  #gap = { have: -1, at: 0 };
  #cursor = { sentAt: -Infinity, timer: null, next: null };
  #previewedAt = -Infinity;
  /** Timers that end the previews of others, by the id of the element. */
  #previewTimers = new Map();

  /**
   * `profile` is `{name, color}`; `onBoardChange(before, after)` hears of every element;
   * `makeDialect` and `environment` are those of the connection. `scope` is that of undo, `room`
   * or `mine`; without it the server's own.
   */
  constructor({ url, profile, scope, onBoardChange, makeDialect, environment }) {
    super();
    this.#chosenScope = scope;
    this.#profile = profile;
    this.board = new Board({ onChange: onBoardChange });
    this.connection = new Connection({
      url,
      makeDialect,
      environment,
      handlers: {
        onState: () => this.#tell('connection'),
        onOpen: () => this.connection.send({ type: 'room:join', ...this.#profile }),
        onMessage: (message) => this.#receive(message),
        onClose: () => this.#leave(),
      },
    });
  }

  start() {
    this.connection.start();
  }

  get isJoined() {
    return this.#joined;
  }

  /** Operations and strokes the server has not answered yet. */
  get pending() {
    return this.outbox.size + this.ownStrokes.size;
  }

  // ---- what is done here ----------------------------------------------------------------

  /** Begins a stroke; `style` is `{tool, color, width, opacity}`. */
  beginStroke(style) {
    const stroke = new OwnStroke(style, {
      send: (message) => this.#joined && this.connection.send(message),
      commit: (finished) => {
        this.#submit(
          { type: 'stroke:end', strokeId: finished.id, count: finished.points.length },
          { stroke: finished },
        );
      },
      disown: (id) => this.#orphan(id),
      over: () => {
        this.ownStrokes.delete(stroke);
        this.#tell('pending');
      },
    });
    this.ownStrokes.add(stroke);
    this.#tell('pending');
    return stroke;
  }

  /** Creates an element; the id is made here when it has none. Returns the id, or null. */
  put(element, group) {
    const whole = { id: makeId(), ...element };
    const done =
      whole.kind === 'stroke'
        ? this.#submitStroke(whole, group)
        : this.#submit(inGroup({ type: 'element:put', element: elementToSend(whole) }, group));
    return done ? whole.id : null;
  }

  /** What is done with the same `group`, a makeId(), is undone together; it may be left out. */
  set(id, props, group) {
    this.#submit(inGroup({ type: 'element:set', id, props }, group));
  }

  /** Passes `data`, any JSON value, on to the others and to the host of the server. */
  tellHost(name, data) {
    if (this.#joined) this.connection.send({ type: 'host:message', name, data });
  }

  /**
   * Tells the others what elements are about to become: `changes` is `[{id, props}, ...]`. Not
   * more often than the room takes it, and of few elements only; set() follows in any case.
   */
  preview(changes) {
    const now = performance.now();
    const pause = Math.max(PREVIEW_MS, PREVIEW_MS_EACH * changes.length);
    if (!this.#joined || changes.length > PREVIEWS_MAX || now - this.#previewedAt < pause) return;
    this.#previewedAt = now;
    for (const { id, props } of changes) {
      // Of what the server does not have yet nobody can be told.
      if (this.board.isConfirmed(id)) this.connection.send({ type: 'element:preview', id, props });
    }
  }

  remove(ids, group) {
    const parts = chunks(ids, LIMITS.idsPerMessage);
    const together = parts.length > 1 ? (group ?? makeId()) : group;
    for (const part of parts) {
      this.#submit(inGroup({ type: 'element:remove', ids: part }, together));
    }
  }

  clear() {
    this.#submit({ type: 'canvas:clear' }, { ids: this.board.ordered().map(({ id }) => id) });
  }

  /** Undoes the latest work; only while connected, because the room decides what that is. */
  undo() {
    this.#submitOnline({ type: 'operation:undo', ...this.#scopeToSend() });
  }

  redo() {
    this.#submitOnline({ type: 'operation:redo', ...this.#scopeToSend() });
  }

  /** Whose work undo takes back: `room`, everybody's, or `mine`. */
  get scope() {
    return this.#chosenScope ?? this.#serverScope;
  }

  /** Chooses the scope of undo, from now on. */
  useScope(scope) {
    this.#chosenScope = scope;
    this.#takeHistory(this.#toldHistory);
    this.#tell('history');
  }

  #scopeToSend() {
    return this.#chosenScope === undefined ? {} : { scope: this.#chosenScope };
  }

  say(text) {
    const trimmed = text.trim().slice(0, LIMITS.chatCharacters);
    if (trimmed === '') return;
    this.#submit({ type: 'chat:send', text: trimmed });
    this.#tell('chat');
  }

  introduce(profile) {
    this.#profile = profile;
    if (this.#joined) this.connection.send({ type: 'user:update', ...profile });
    if (!this.you) return;
    this.you = { ...this.you, ...profile };
    this.people.set(this.you.clientId, this.you);
    this.#tell('people');
  }

  /** Tells the others where the pointer is, at most every 35 ms and never out of date. */
  moveCursor(x, y, drawing) {
    const cursor = this.#cursor;
    cursor.next = { type: 'cursor:move', x: onGrid(x), y: onGrid(y), drawing };
    if (cursor.timer !== null) return;
    const wait = cursor.sentAt + CURSOR_MS - performance.now();
    if (wait <= 0) this.#sendCursor();
    else cursor.timer = setTimeout(() => this.#sendCursor(), wait);
  }

  #sendCursor() {
    const cursor = this.#cursor;
    cursor.timer = null;
    cursor.sentAt = performance.now();
    if (this.#joined) this.connection.send(cursor.next);
  }

  /** Sends the points drawn since the last call; meant for once per animation frame. */
  flush() {
    for (const stroke of this.ownStrokes) stroke.flush();
    this.connection.flush();
  }

  /** The strokes the others are drawing, as elements to paint. */
  liveStrokes() {
    const strokes = [];
    for (const [id, { stroke }] of this.board.live) {
      if (!this.#orphans.has(id)) strokes.push(stroke);
    }
    return strokes;
  }

  #submitOnline(message) {
    if (this.#joined) this.#submit(message);
    else this.#notify('Undo and redo work again once the board is connected.');
  }

  /** A whole stroke in one operation, or as a live one when it is too long for a message. */
  #submitStroke(stroke, group) {
    if (stroke.points.length <= LIMITS.pointsPerMessage) {
      const element = elementToSend({ ...stroke, kind: 'stroke' });
      return this.#submit(inGroup({ type: 'element:put', element }, group));
    }
    if (this.#joined) for (const message of strokeMessages(stroke)) this.connection.send(message);
    const end = { type: 'stroke:end', strokeId: stroke.id, count: stroke.points.length };
    return this.#submit(inGroup(end, group), { stroke });
  }

  #submit(message, local = {}) {
    const entry = this.outbox.add(message, local);
    if (!entry) {
      this.#notify('Too much is waiting to be sent. Draw on once the board is connected again.');
      return null;
    }
    this.board.addPending(entry);
    this.#transmit(entry);
    this.#tell('pending');
    return entry;
  }

  #transmit(entry) {
    if (!this.#joined || this.#retrying) return;
    entry.sent = this.connection.send(messageOf(entry));
  }

  // ---- what arrives ---------------------------------------------------------------------

  #receive(message) {
    if (this.#arriving && message.type !== 'room:chunk') this.#held.push(message);
    else this.#handle(message);
  }

  #handle(message) {
    const handler = Session.#handlers[message.type];
    if (handler) handler.call(this, message);
    else this.board.apply(message);
    if (message.type.startsWith('stroke:')) this.#tell('live');
  }

  static #handlers = {
    'room:state'(message) {
      this.#arriving = { state: message, elements: [...message.elements] };
      if (!message.more) this.#arrive();
    },
    'room:chunk'({ elements, more }) {
      if (!this.#arriving) {
        this.board.addConfirmed(elements);
        return;
      }
      for (const element of elements) this.#arriving.elements.push(element);
      if (!more) this.#arrive();
    },
    'op:ack'({ op, index }) {
      const entry = this.#settle(op);
      if (entry) this.board.accept(entry, { index, userId: this.you.userId });
    },
    'op:reject'({ op, code, message }) {
      this.#refused(op, code, message);
    },
    'op:gap'({ have }) {
      this.#resendAfter(have);
    },
    'stroke:gap'(message) {
      this.#strokeGap(message);
    },
    'stroke:end'(message) {
      this.board.apply(message);
      this.#disownOrphan(message.strokeId);
    },
    'history:state'(message) {
      this.#takeHistory(message);
      this.#tell('history');
    },
    'chat:message'(message) {
      this.chat.push(message);
      if (this.chat.length > CHAT_KEPT) this.chat.shift();
      this.#tell('chat', message);
    },
    'user:joined'({ user }) {
      this.#meet(user);
    },
    'user:updated'({ user }) {
      this.#meet(user);
    },
    'element:preview'({ id, clientId, props }) {
      this.board.preview(id, clientId, props);
      clearTimeout(this.#previewTimers.get(id));
      const end = () => {
        this.#previewTimers.delete(id);
        this.board.endPreview(id);
      };
      this.#previewTimers.set(id, setTimeout(end, PREVIEW_SHOWN_MS));
    },
    'host:message'(message) {
      this.#tell('host', message);
    },
    'user:left'({ clientId }) {
      this.people.delete(clientId);
      this.board.endPreviewsOf(clientId);
      this.#tell('people');
    },
    'cursor:move'({ cursors }) {
      this.#tell('cursors', cursors);
    },
    'server:closing'() {
      this.#notify('The server is restarting. The board will be back in a moment.');
    },
    error({ message }) {
      this.connection.noteError(message);
      this.#notify(message);
    },
    pong() {
      this.#tell('connection');
    },
  };

  #takeHistory(told) {
    this.#toldHistory = told;
    const { canUndo = false, canRedo = false } = this.scope === 'mine' ? (told.mine ?? {}) : told;
    this.history = { canUndo, canRedo };
  }

  #meet(user) {
    this.people.set(user.clientId, user);
    if (user.clientId === this.you?.clientId) this.you = user;
    this.#tell('people');
  }

  #settle(op) {
    const entry = this.outbox.settle(op);
    this.#gap.have = -1;
    if (entry?.message.type === 'chat:send') this.#tell('chat');
    this.#tell('pending');
    return entry;
  }

  #refused(op, code, reason) {
    if (code === 'unavailable') {
      this.#retryLater(op);
      return;
    }
    const entry = this.#settle(op);
    if (!entry) return;
    this.board.drop(entry);
    const { type } = entry.message;
    if (type === 'operation:undo') this.#notify('There is nothing to undo.');
    else if (type === 'operation:redo') this.#notify('There is nothing to redo.');
    else if (code === 'not_found' || (entry.again && code === 'failed_precondition')) return;
    else this.#notify(`Not done: ${reason}`);
  }

  /** The server could not take the operation now; it and all after it wait a moment. */
  #retryLater(op) {
    if (this.#retrying) return;
    this.#retrying = true;
    setTimeout(() => {
      this.#retrying = false;
      if (this.#joined) for (const entry of this.outbox.from(op)) this.#transmit(entry);
    }, UNAVAILABLE_RETRY_MS);
  }

  /** Sends again what comes after operation `have`; once, however many gaps report the same. */
  #resendAfter(have) {
    const now = performance.now();
    if (this.#retrying) return;
    if (this.#gap.have === have && now - this.#gap.at < GAP_PATIENCE_MS) return;
    this.#gap = { have, at: now };
    const entries = this.outbox.from(have + 1);
    if (entries.length > 0 && entries[0].op !== have + 1) this.connection.restart();
    else for (const entry of entries) this.#transmit(entry);
  }

  /** The server lacks points of a stroke of ours: they are sent again, and its end. */
  #strokeGap({ strokeId, have, unknown, committed }) {
    if (committed) {
      // The room ended the stroke by itself. Joining anew compares what it has with ours.
      this.connection.restart();
      return;
    }
    for (const stroke of this.ownStrokes) {
      if (stroke.id === strokeId) stroke.rewind(unknown ? -1 : have);
    }
    const end = this.outbox.endOf(strokeId);
    if (!end) return;
    const { stroke } = end;
    const messages = unknown ? strokeMessages(stroke) : pointMessages(stroke, have);
    for (const message of messages) this.connection.send(message);
    for (const entry of this.outbox.from(end.op)) this.#transmit(entry);
  }

  // ---- joining --------------------------------------------------------------------------

  #leave() {
    const wasJoined = this.#joined;
    this.#joined = false;
    this.#arriving = null;
    this.#held = [];
    for (const stroke of this.ownStrokes) stroke.cut();
    if (wasJoined) this.#tell('people');
  }

  #arrive() {
    const { state, elements } = this.#arriving;
    const before = this.you;
    this.#arriving = null;
    this.you = state.you;
    this.people = new Map((state.users ?? []).map((user) => [user.clientId, user]));
    this.people.set(state.you.clientId, state.you);
    this.chat = [...(state.chat ?? [])];
    this.#serverScope = state.history?.scope ?? 'room';
    this.#takeHistory(state.history ?? {});
    this.#joined = true;
    this.#retrying = false;
    this.#gap.have = -1;
    this.board.reset(elements, state.live);
    this.#comeBack(state.op ?? 0, before);
    this.connection.joined();
    for (const name of ['people', 'chat', 'history', 'live', 'pending']) this.#tell(name);
    this.#tell('joined');
    if (state.cursors) this.#tell('cursors', state.cursors);
    const held = this.#held;
    this.#held = [];
    for (const message of held) this.#receive(message);
  }

  /**
   * Does again what the server had not answered before the cut, except what the board shows
   * to have been done. A stroke that the server still holds as a live one of our former self
   * is sent under a fresh id; should the room commit the old one, it is removed.
   */
  #comeBack(op, before) {
    const entries = this.outbox.takeAll();
    for (const entry of entries) this.board.drop(entry);
    this.outbox.begin(op);
    for (const id of this.#orphans) this.#disownOrphan(id);
    const renamed = new Map();
    const said = new ChatRecall(this.chat, before);
    for (const entry of entries) this.#doAgain(entry, renamed, said);
    for (const stroke of this.ownStrokes) {
      if (stroke.wasStarted) this.#orphan(stroke.id);
      stroke.beginAgain();
    }
  }

  #doAgain(entry, renamed, said) {
    const { message } = entry;
    const nameOf = (id) => renamed.get(id) ?? id;
    const again = (next) => {
      const added = this.#submit(next);
      if (added) added.again = true;
    };
    switch (message.type) {
      case 'stroke:end':
        this.#drawAgain(entry.stroke, renamed);
        break;
      case 'element:put':
        if (!this.board.isConfirmed(message.element.id)) again(message);
        break;
      case 'element:set':
        if (this.board.get(nameOf(message.id))) again({ ...message, id: nameOf(message.id) });
        break;
      case 'element:remove':
        this.#removeSeen(message.ids.map(nameOf));
        break;
      case 'canvas:clear':
        // Only what was on the board when it was cleared, not what others drew since.
        this.#removeSeen(entry.ids.map(nameOf));
        break;
      case 'chat:send':
        if (!said.has(message.text)) again(message);
        break;
      default:
        break;
    }
  }

  #drawAgain(stroke, renamed) {
    const known = this.board.confirmed(stroke.id);
    if (known && known.points.length >= stroke.points.length) return;
    let drawn = stroke;
    if (known || this.board.live.has(stroke.id)) {
      drawn = { ...stroke, id: makeId() };
      renamed.set(stroke.id, drawn.id);
      this.#orphan(stroke.id);
    }
    const entry = this.#submitStroke(drawn);
    if (entry) entry.again = true;
  }

  #removeSeen(ids) {
    const seen = ids.filter((id) => this.board.get(id));
    if (seen.length > 0) this.remove(seen);
  }

  #orphan(strokeId) {
    this.#orphans.add(strokeId);
    this.#disownOrphan(strokeId);
  }

  #disownOrphan(strokeId) {
    if (!this.#orphans.has(strokeId) || !this.board.isConfirmed(strokeId)) return;
    this.#orphans.delete(strokeId);
    this.remove([strokeId]);
  }

  #notify(text) {
    this.#tell('notice', text);
  }

  #tell(name, detail) {
    this.dispatchEvent(Object.assign(new Event(name), { detail }));
  }
}

function inGroup(message, group) {
  return group === undefined ? message : { ...message, group };
}

/** Recognises chat messages that were stored although their ack never arrived. */
class ChatRecall {
  #texts = new Map();

  constructor(chat, before) {
    for (const { userId, text } of chat) {
      if (userId === before?.userId) this.#texts.set(text, (this.#texts.get(text) ?? 0) + 1);
    }
  }

  has(text) {
    const count = this.#texts.get(text) ?? 0;
    this.#texts.set(text, count - 1);
    return count > 0;
  }
}

function pointMessages(stroke, from) {
  let at = from;
  return chunks(stroke.points.slice(from), LIMITS.pointsPerMessage).map((points) => {
    const message = { type: 'stroke:point', strokeId: stroke.id, from: at, points };
    at += points.length;
    return message;
  });
}

/**
 * A stroke being drawn here. One that grows beyond what the server takes becomes several,
 * each beginning where the one before ended.
 */
class OwnStroke {
  /** `{id, kind, tool, color, width, opacity, points}`: what to paint. */
  element;
  #server;
  #sent = 0;
  #started = false;
  #everStarted = false;

  constructor(style, server) {
    this.#server = server;
    this.#begin(style, []);
  }

  get id() {
    return this.element.id;
  }

  /** Whether the server may have heard of this id. */
  get wasStarted() {
    return this.#everStarted;
  }

  extend(points) {
    for (const point of points) {
      if (this.element.points.length >= LIMITS.pointsPerStroke) this.#split();
      this.element.points.push(point);
    }
  }

  /** Commits the stroke; one without points is only forgotten. */
  end() {
    this.flush();
    this.#server.over();
    if (this.element.points.length > 0) this.#server.commit(this.element);
  }

  cancel() {
    if (this.#started) this.#server.send({ type: 'stroke:cancel', strokeId: this.id });
    else if (this.#everStarted) this.#server.disown(this.id);
    this.#server.over();
  }

  /** Sends the points that were not sent yet. */
  flush() {
    const { points } = this.element;
    if (points.length === this.#sent) return;
    const messages = this.#started
      ? pointMessages(this.element, this.#sent)
      : strokeMessages(this.element);
    for (const message of messages) {
      if (!this.#server.send(message)) return;
    }
    this.#started = true;
    this.#everStarted = true;
    this.#sent = points.length;
  }

  /** The server has only the first `have` points; -1: it has not even the beginning. */
  rewind(have) {
    this.#started = have >= 0;
    this.#sent = Math.max(0, have);
    this.flush();
  }

  /** The connection is gone. */
  cut() {
    this.#started = false;
    this.#sent = 0;
  }

  /** Goes on in a new session, under a fresh id if the server may know the old one. */
  beginAgain() {
    if (this.#everStarted) this.element = { ...this.element, id: makeId() };
    this.cut();
    this.#everStarted = false;
    this.flush();
  }

  #split() {
    const { points } = this.element;
    this.flush();
    this.#server.commit(this.element);
    this.#begin(this.element, [points[points.length - 1]]);
  }

  #begin({ tool, color, width, opacity = 1 }, points) {
    this.element = {
      id: makeId(),
      kind: 'stroke',
      x: 0,
      y: 0,
      angle: 0,
      opacity,
      tool,
      color,
      width,
      points,
    };
    this.#sent = 0;
    this.#started = false;
    this.#everStarted = false;
  }
}
