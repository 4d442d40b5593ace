// protocol.js - the words of the wire: limits, values, ids, and reading a frame.
//
// Everything here is a pure function. What the messages mean is in session.js; how they
// travel is in connection.js, and how they are written in wire/dialects.js.

/** The server's defaults; the page stays within them so that nothing it sends is refused. */
export const LIMITS = Object.freeze({
  coordinate: 1_000_000,
  pointsPerMessage: 512,
  pointsPerStroke: 10_000,
  idsPerMessage: 1_000,
  nameCharacters: 64,
  chatCharacters: 2_000,
  // 16 KiB of UTF-8; one UTF-16 unit takes at most three bytes of it.
  textUnits: 5_000,
  operationsPerSecond: 100,
  operationsBurst: 200,
  bytesPerSecond: 256 * 1024,
  versionsPerRoom: 100,
  frameCharacters: 60_000,
  frameBytes: 60_000,
});

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';
const ID_LENGTH = 21;
const ROOM_LENGTH = 8;

/** `value` within [low, high]. */
export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

/** A coordinate or length in board units, on the grid of 1/16 that every client shares. */
export function onGrid(value) {
  return Math.floor(clamp(value, -LIMITS.coordinate, LIMITS.coordinate) * 16 + 0.5) / 16;
}

/** A pressure in 0..1 in steps of 1/1024, by the same rule. */
export function onPressureGrid(pressure) {
  return Math.floor(clamp(pressure, 0, 1) * 1024 + 0.5) / 1024;
}

/** A point as it travels: `[x, y, pressure, t]`; `t` in milliseconds since the stroke began. */
export function makePoint(x, y, pressure = 0.5, t = 0) {
  return [onGrid(x), onGrid(y), onPressureGrid(pressure), clamp(Math.round(t), 0, 0xffffffff)];
}

/** A fresh id for an element or a stroke: 126 random bits. */
export function makeId(random = (bytes) => crypto.getRandomValues(bytes)) {
  const bytes = random(new Uint8Array(ID_LENGTH));
  let id = '';
  for (const byte of bytes) id += ID_ALPHABET[byte & 63];
  return id;
}

/** A fresh room name: 8 characters of base 62, without bias. */
export function makeRoomName(random = (bytes) => crypto.getRandomValues(bytes)) {
  let name = '';
  while (name.length < ROOM_LENGTH) {
    for (const byte of random(new Uint8Array(ROOM_LENGTH))) {
      if (byte < 248 && name.length < ROOM_LENGTH) name += ID_ALPHABET[byte % 62];
    }
  }
  return name;
}

/** Whether the server would accept `name` as the name of a room. */
export function isRoomName(name) {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name);
}

/** The address of a room's WebSocket on the host that served the page. */
export function roomSocketUrl(page, room) {
  const scheme = page.protocol === 'https:' ? 'wss:' : 'ws:';
  return `${scheme}//${page.host}/v1/rooms/${encodeURIComponent(room)}/ws`;
}

/**
 * The messages of one frame, in order. A frame is one message object or an array of them;
 * anything in it that is not an object with a `type` is left out.
 * Throws SyntaxError when the frame is not JSON.
 */
export function readFrame(text) {
  const value = JSON.parse(text);
  const messages = Array.isArray(value) ? value : [value];
  return messages.filter((m) => m !== null && typeof m === 'object' && typeof m.type === 'string');
}

/**
 * Frames that carry `messages` in order: one object, or arrays of them, each no longer than
 * the server takes in one frame (a single message is never split).
 */
export function writeFrames(messages, charactersMax = LIMITS.frameCharacters) {
  const frames = [];
  let batch = [];
  let size = 0;
  const close = () => {
    if (batch.length === 1) frames.push(batch[0]);
    else if (batch.length > 1) frames.push(`[${batch.join(',')}]`);
    batch = [];
    size = 0;
  };
  for (const message of messages) {
    const text = JSON.stringify(message);
    if (size + text.length > charactersMax) close();
    batch.push(text);
    size += text.length + 1;
  }
  close();
  return frames;
}

/** The list cut into consecutive parts of at most `size`. */
export function chunks(list, size) {
  const parts = [];
  for (let at = 0; at < list.length; at += size) parts.push(list.slice(at, at + size));
  return parts;
}

/**
 * The messages that carry a whole live stroke to the server: `stroke:start` with the first
 * points, then `stroke:point` for the rest.
 */
export function strokeMessages(stroke) {
  const [first = [], ...rest] = chunks(stroke.points, LIMITS.pointsPerMessage);
  const messages = [{ type: 'stroke:start', stroke: { ...strokeHead(stroke), points: first } }];
  let from = first.length;
  for (const points of rest) {
    messages.push({ type: 'stroke:point', strokeId: stroke.id, from, points });
    from += points.length;
  }
  return messages;
}

/** The properties of a stroke other than its points, as `stroke:start` takes them. */
export function strokeHead(stroke) {
  const { kind, points, ...head } = elementToSend({ ...stroke, kind: 'stroke' });
  for (const [name, value] of Object.entries({ x: 0, y: 0, angle: 0, opacity: 1 })) {
    if (head[name] === value) delete head[name];
  }
  return head;
}

/** Whether `kind` is one of a host's own: x- and 1 to 62 of A-Z a-z 0-9 _ - */
export function isHostKind(kind) {
  return /^x-[A-Za-z0-9_-]{1,62}$/.test(kind);
}

const PROPERTIES = {
  all: ['id', 'kind', 'x', 'y', 'angle', 'opacity', 'locked', 'group', 'custom'],
  stroke: ['points', 'tool', 'color', 'width'],
  box: ['width', 'height', 'color', 'strokeWidth', 'fill', 'dash'],
  line: [
    'points',
    'color',
    'strokeWidth',
    'dash',
    'startHead',
    'endHead',
    'startBinding',
    'endBinding',
  ],
  text: ['text', 'fontSize', 'color', 'width', 'fill'],
  image: ['width', 'height', 'color', 'source'],
};
const EVERYTHING = [...new Set(Object.values(PROPERTIES).flat())];
/** What is not there when it is `none`; any other text may be that word. */
const NONE_WORDS = new Set(['fill', 'startHead', 'endHead']);
const FAMILIES = {
  stroke: 'stroke',
  rect: 'box',
  ellipse: 'box',
  diamond: 'box',
  line: 'line',
  arrow: 'line',
  text: 'text',
  sticky: 'text',
  image: 'image',
};

function propertiesOf(kind) {
  if (isHostKind(kind)) return EVERYTHING;
  return [...PROPERTIES.all, ...(PROPERTIES[FAMILIES[kind]] ?? [])];
}

/**
 * Copies of elements under fresh ids, `by` to the right and below, to be put: what holds to
 * another of the copied holds to its copy, and who shared a group shares a new one.
 */
export function copiesOf(elements, by) {
  const ids = new Map(elements.map(({ id }) => [id, makeId()]));
  const groups = new Map();
  const groupOf = (group) => {
    if (!groups.has(group)) groups.set(group, makeId());
    return groups.get(group);
  };
  return elements.map((element) => {
    const copy = { ...element, id: ids.get(element.id), index: undefined, order: undefined };
    Object.assign(copy, { x: element.x + by, y: element.y + by });
    if (element.group) copy.group = groupOf(element.group);
    for (const name of ['startBinding', 'endBinding']) {
      if (ids.has(element[name])) copy[name] = ids.get(element[name]);
    }
    return copy;
  });
}

/** An element as `element:put` takes it: what belongs to its kind and is set, nothing else. */
export function elementToSend(element) {
  const sent = {};
  for (const name of propertiesOf(element.kind)) {
    const value = element[name];
    const isNone = value === undefined || value === null || value === false;
    if (!isNone && !(value === 'none' && NONE_WORDS.has(name))) sent[name] = value;
  }
  return sent;
}
