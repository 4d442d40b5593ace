// room.js - what a page knows of its room besides the board: who is there, what was said, which
// versions were saved, and what there is to undo.

const CHAT_KEPT = 500;

export class Room {
  /** This person as the room knows him, or null before the first join. */
  you = null;
  /** Everybody in the room, this page included: clientId to user. */
  people = new Map();
  chat = [];
  /** `{seq, name, userId, time}` of each that was saved, in order. */
  versions = [];
  /** What there is to undo and redo in the scope that undo has here. */
  history = { canUndo: false, canRedo: false };
  #told = {};
  #serverScope = 'room';
  #chosenScope;
  #tell;

  /** `scope` is that of undo, without it the server's; `tell(name, detail)` hears of changes. */
  constructor({ scope, tell }) {
    this.#chosenScope = scope;
    this.#tell = tell;
  }

  /** Enters: `room:state` or `room:resumed`. */
  enter({ you, users, history }) {
    this.you = you;
    this.people = new Map((users ?? []).map((user) => [user.clientId, user]));
    this.people.set(you.clientId, you);
    this.#serverScope = history?.scope ?? this.#serverScope;
    this.#told = history ?? {};
    this.#count();
  }

  /** Forgets what was said and saved; that is told from the beginning. */
  forgetPast({ chat = [], versions = [] } = {}) {
    this.chat = [...chat];
    this.versions = [...versions];
  }

  meet(user) {
    this.people.set(user.clientId, user);
    if (user.clientId === this.you?.clientId) this.you = user;
    this.#tell('people');
  }

  miss(clientId) {
    this.people.delete(clientId);
    this.#tell('people');
  }

  hear(message) {
    this.chat.push(message);
    if (this.chat.length > CHAT_KEPT) this.chat.shift();
    this.#tell('chat', message);
  }

  addVersion({ seq, name, userId, time }) {
    this.versions.push({ seq, name, userId, time });
    this.#tell('versions');
  }

  /** Takes a `history:state`. */
  takeHistory(told) {
    this.#told = told;
    this.#count();
    this.#tell('history');
  }

  /** Whose work undo takes back: `room`, everybody's, or `mine`. */
  get scope() {
    return this.#chosenScope ?? this.#serverScope;
  }

  /** What an undo has to say of its scope. */
  get scopeToSend() {
    return this.#chosenScope === undefined ? {} : { scope: this.#chosenScope };
  }

  /** Chooses the scope of undo, from now on. */
  useScope(scope) {
    this.#chosenScope = scope;
    this.#count();
    this.#tell('history');
  }

  #count() {
    const told = this.scope === 'mine' ? (this.#told.mine ?? {}) : this.#told;
    const { canUndo = false, canRedo = false } = told;
    this.history = { canUndo, canRedo };
  }
}

/**
 * Whether board and room show that an operation of another session was done; undefined: that
 * can't be known. What is the same done twice may be done again. `userId` is who did it; `found`
 * is a set of what showed others to be done, so that it does so once.
 */
export function isDone({ message, drawn, after }, { board, room, userId, found }) {
  const find = (list, isSame) => {
    const match = list.find(
      (each) => isSame(each) && each.userId === userId && each.seq > after && !found.has(each),
    );
    if (match) found.add(match);
    return match !== undefined;
  };
  switch (message.type) {
    case 'stroke:end':
      return board.confirmed(drawn.id)?.points.length >= drawn.element.points.length;
    case 'element:put':
      return board.isConfirmed(message.element.id);
    case 'chat:send':
      return find(room.chat, ({ text }) => text === message.text);
    case 'version:save':
      return find(room.versions, ({ name }) => name === message.name);
    case 'element:set':
    case 'element:remove':
    case 'canvas:clear':
      return false;
    default:
      return undefined;
  }
}
