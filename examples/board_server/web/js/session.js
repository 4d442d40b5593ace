// session.js - one person in one room, put together: what arrives is taken by follower.js, what
// is done here by own_work.js, and what is seen of both is board.js and room.js.

import { Connection, browser } from './connection.js';
import { Board } from './board.js';
import { Follower } from './follower.js';
import { OwnWork, inGroup } from './own_work.js';
import { OwnStroke } from './own_stroke.js';
import { Passing } from './passing.js';
import { LIMITS, elementToSend, makeId } from './protocol.js';
import { Room } from './room.js';

/**
 * Events: `connection`, `joined`, `people`, `chat` (detail: the new message, if one came),
 * `history`, `versions`, `live`, `pending`, `host` (detail: a `host:message`), `cursors` (detail:
 * `[[clientId, x, y, drawing], ...]`) and `notice` (detail: a sentence for the person). They say
 * that something changed; what is now true is read from the session.
 */
export class Session extends EventTarget {
  board;
  connection;
  #room;
  #work;
  #passing;
  #profile;
  #follower;

  /**
   * `profile` is `{name, color}`; `onBoardChange(before, after)` hears of every element;
   * `makeDialect` and `environment` are those of the connection. `scope` is that of undo, `room`
   * or `mine`; without it the server's own. `store` keeps what is pending, see
   * pending_store.js.
   */
  constructor(options) {
    super();
    const { url, profile, scope, onBoardChange, makeDialect, store } = options;
    const { environment = browser } = options;
    const tell = (name, detail) => {
      if (name === 'joined') this.#introduceAgain();
      this.#tell(name, detail);
    };
    this.#profile = profile;
    this.#room = new Room({ scope, tell });
    this.board = new Board({ onChange: onBoardChange });
    this.connection = new Connection({
      url,
      makeDialect,
      environment,
      handlers: {
        onState: () => this.#tell('connection'),
        onOpen: () => this.#follower.join(this.#profile),
        onMessage: (message) => this.#follower.receive(message),
        onDamage: (error) => this.#follower.forgetPlace(error),
        onClose: () => this.#follower.leave(),
      },
    });
    const { board, connection } = this;
    this.#work = new OwnWork({ board, connection, environment, store, host: this.#workHost() });
    this.#passing = new Passing({
      board,
      send: (message) => this.isJoined && connection.send(message),
    });
    this.#follower = new Follower({
      ...{ board, connection, store, tell },
      room: this.#room,
      work: this.#work,
      passing: this.#passing,
    });
  }

  /** Goes on with what an earlier page had not done with, as the store tells it; before start(). */
  restore(kept) {
    this.#follower.goOn(kept);
    this.#work.restore(kept);
  }

  #workHost() {
    return {
      seq: () => this.seq,
      onNotice: (sentence) => this.#tell('notice', sentence),
      onChange: (entry) => {
        if (entry?.message.type === 'chat:send') this.#tell('chat');
        this.#tell('pending');
      },
    };
  }

  start() {
    this.connection.start();
  }

  get isJoined() {
    return this.#follower.isJoined;
  }

  /** The last operation of the room that is shown. */
  get seq() {
    return this.#follower.seq;
  }

  /** This person as the room knows him, or null before the first join. */
  get you() {
    return this.#room.you;
  }

  /** Everybody in the room, this page included: clientId to user. */
  get people() {
    return this.#room.people;
  }

  get chat() {
    return this.#room.chat;
  }

  /** `{seq, name, userId, time}` of each version that was saved, in order. */
  get versions() {
    return this.#room.versions;
  }

  /** What there is to undo and redo in the scope that undo has here. */
  get history() {
    return this.#room.history;
  }

  /** Operations and strokes the server has not answered yet. */
  get pending() {
    return this.#work.pending;
  }

  get outbox() {
    return this.#work.outbox;
  }

  /** Strokes being drawn here. */
  get ownStrokes() {
    return this.#work.strokes;
  }

  // ---- what is done here ----------------------------------------------------------------

  /** Begins a stroke; `style` is `{tool, color, width, opacity}`. */
  beginStroke(style) {
    return this.#work.beginStroke(style);
  }

  /** Creates an element; the id is made here when it has none. Returns the id, or null. */
  put(element, group) {
    const whole = { id: makeId(), ...element };
    const done =
      whole.kind === 'stroke'
        ? this.#work.commitStroke(OwnStroke.of(whole), group)
        : this.#submit(inGroup({ type: 'element:put', element: elementToSend(whole) }, group));
    return done ? whole.id : null;
  }

  /** What is done with the same `group`, a makeId(), is undone together; it may be left out. */
  set(id, props, group) {
    this.#submit(inGroup({ type: 'element:set', id, props }, group));
  }

  /** Passes `data`, any JSON value, on to the others and to the host of the server. */
  tellHost(name, data) {
    this.#passing.tellHost(name, data);
  }

  /**
   * Tells the others what elements are about to become: `changes` is `[{id, props}, ...]`. Not
   * more often than the room takes it, and of few elements only; set() follows in any case.
   */
  preview(changes) {
    this.#passing.preview(changes);
  }

  remove(ids, group) {
    this.#work.remove(ids, group);
  }

  clear() {
    this.#submit({ type: 'canvas:clear' }, { ids: this.board.ordered().map(({ id }) => id) });
  }

  /** Undoes the latest work; only while connected, because the room decides what that is. */
  undo() {
    this.#submitOnline({ type: 'operation:undo', ...this.#room.scopeToSend });
  }

  redo() {
    this.#submitOnline({ type: 'operation:redo', ...this.#room.scopeToSend });
  }

  /** Gives the board as it is now a name. */
  saveVersion(name) {
    const trimmed = [...name.trim()].slice(0, LIMITS.nameCharacters).join('');
    if (trimmed !== '') this.#submit({ type: 'version:save', name: trimmed });
  }

  /** Makes the board what it was when this version was saved. */
  restoreVersion(seq) {
    this.#submitOnline({ type: 'version:restore', seq });
  }

  /** Whose work undo takes back: `room`, everybody's, or `mine`. */
  get scope() {
    return this.#room.scope;
  }

  /** Chooses the scope of undo, from now on. */
  useScope(scope) {
    this.#room.useScope(scope);
  }

  say(text) {
    const trimmed = text.trim().slice(0, LIMITS.chatCharacters);
    if (trimmed !== '') this.#submit({ type: 'chat:send', text: trimmed });
  }

  introduce(profile) {
    this.#profile = profile;
    if (this.isJoined) this.connection.send({ type: 'user:update', ...profile });
    if (this.you) this.#room.meet({ ...this.you, ...profile });
  }

  /** A session that goes on has the name and colour it had before. */
  #introduceAgain() {
    const { name, color } = this.you;
    const isSame = name === this.#profile.name && color === this.#profile.color;
    if (!isSame) this.introduce(this.#profile);
  }

  /** Tells the others where the pointer is, at most every 35 ms and never out of date. */
  moveCursor(x, y, drawing) {
    this.#passing.moveCursor(x, y, drawing);
  }

  /** Sends the points drawn since the last call; meant for once per animation frame. */
  flush() {
    this.#work.flush();
    this.connection.flush();
  }

  /** The strokes the others are drawing, as elements to paint. */
  liveStrokes() {
    return [...this.board.live.values()].map(({ stroke }) => stroke);
  }

  #submitOnline(message) {
    if (this.isJoined) this.#submit(message);
    else this.#tell('notice', 'This works again once the board is connected.');
  }

  #submit(message, local) {
    return this.#work.submit(message, local);
  }

  #tell(name, detail) {
    this.dispatchEvent(Object.assign(new Event(name), { detail }));
  }
}
