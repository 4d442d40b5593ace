// Hostile JSON messages, each with the answer that the protocol prescribes.
//
// A message is {text, durable, expect}. `text(op)` is its JSON with the counter `op`; `durable`
// says that it is an operation. `expect` is one of
//   {type: 'error', codes, says}       says: regular expressions that the message must match
//   {type: 'op:reject', codes, says}   uses the counter
//   {type: 'stroke:gap'}, {type: 'op:gap'}
// Only what is wrong in every version is here: nothing that is merely not available yet.

const INVALID = ['invalid_argument'];
// The protocol leaves open which of these a broken limit is.
const LIMIT = ['invalid_argument', 'resource_exhausted'];

const WRONG = {
  id: [7, null, true, [], {}, '', 'x'.repeat(65), 'a b', 'a/b', 'é', 'a\u0000b', '<script>', '💥'],
  number: ['7', null, true, [], {}, 1e7, -1e7, 1_000_000.5, 1e300, -1.7976931348623157e308],
  unit: ['1', null, false, [], {}, 1.001, -0.001, 1e300],
  text: [7, null, false, [], {}],
  color: [7, null, [], {}, '', '#', '#12', '#12345', '#1234567', '#gggggg', 'red', '#12345678 ', '＃ffffff'],
  flag: [0, 1, 'true', null, [], {}],
  object: [7, null, true, [], 'x'],
  index: [7, null, [], {}, 'a b', 'é', '-', 'x'.repeat(10_000)],
  count: ['1', null, true, [], {}, -1, 0.5, 1e300, -1e300],
  points: [
    7, 'x', null, true, {}, [7], [null], ['x'], [[]], [[1]], [[1, 2, 0.5, 0, 0]], [['1', 2]], [[1, null]],
    [[[1], 2]], [[1e7, 0]], [[0, -1e300]], [[0, 0, 2]], [[0, 0, -0.1]], [[0, 0, '1']], [[0, 0, 0.5, -1]],
    [[0, 0, 0.5, 1.5]], [[0, 0, 0.5, 4294967296]], [[0, 0, 0.5, 1e300]], [[1, 2], [3]],
  ],
  offsets: [7, 'x', null, {}, [7], [null], [[]], [[1]], [['1', 2]], [[1e7, 0]], [[0, 1e300]]],
  ids: [7, 'x', null, true, {}, [7], [null], [''], ['a b'], [[]], ['x'.repeat(65)]],
};

const dots = (count) => Array.from({ length: count }, (_, i) => [i % 997, i % 499]);

// A copy of `message` in which the field at `path` is `value`; undefined leaves it out.
function changed(message, path, value) {
  const copy = structuredClone(message);
  const names = path.split('.');
  const last = names.pop();
  let at = copy;
  for (const name of names) at = at[name];
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

// All hostile messages there are, in a fixed order. `board` names what is on it:
// {rect, stroke: ids of elements; live: the id of another's live stroke}.
export function allMessages(board) {
  const all = [];

  const add = (name, message, durable, expect) => {
    const text = (op) => JSON.stringify(durable && !('op' in message) ? { ...message, op } : message);
    all.push({ name, durable, text, expect });
  };
  const refuse = (name, message, durable, codes, ...says) =>
    add(name, message, durable, { type: durable ? 'op:reject' : 'error', codes, says });
  // Each wrong value, and none at all, in the field at `path` of `message`.
  const spoil = (message, durable, path, wrong, { optional = false } = {}) => {
    const field = new RegExp(escaped(path.split('.').pop()));
    wrong.forEach((value, i) =>
      refuse(`${message.type} ${path} #${i}`, changed(message, path, value), durable, INVALID, field));
    if (!optional) refuse(`${message.type} ${path} missing`, changed(message, path, undefined), durable, INVALID, field);
  };
  const optional = { optional: true };

  // ---- Live strokes
  const stroke = { id: 'bad-live', tool: 'pen', color: '#102030', width: 2, points: [[0, 0]] };
  const start = { type: 'stroke:start', stroke };
  spoil(start, false, 'stroke', WRONG.object);
  spoil(start, false, 'stroke.id', WRONG.id);
  spoil(start, false, 'stroke.points', WRONG.points);
  spoil(start, false, 'stroke.color', WRONG.color, optional);
  spoil(start, false, 'stroke.tool', [7, null, '', 'crayon', 'PEN', 'none'], optional);
  spoil(start, false, 'stroke.width', ['2', null, [], {}, 1e300], optional);
  spoil(start, false, 'stroke.opacity', WRONG.unit, optional);
  spoil(start, false, 'stroke.index', WRONG.index, optional);
  spoil(start, false, 'stroke.wings', [7], optional);
  spoil(start, false, 'stroke.fontSize', [7], optional);
  refuse('start 513 points', changed(start, 'stroke.points', dots(513)), false, LIMIT, /points/, /512/);
  refuse('start existing', changed(start, 'stroke.id', board.stroke), false, ['failed_precondition'], new RegExp(board.stroke));
  refuse('start a live one', changed(start, 'stroke.id', board.live), false, ['failed_precondition'], new RegExp(board.live));

  const extend = { type: 'stroke:point', strokeId: 'nobody', points: [[1, 1]] };
  spoil(extend, false, 'strokeId', WRONG.id);
  spoil(extend, false, 'points', WRONG.points);
  spoil(extend, false, 'from', WRONG.count, optional);
  const single = { type: 'stroke:point', strokeId: 'nobody', point: { x: 1, y: 1 } };
  spoil(single, false, 'point', [7, null, 'x', [], [1]]);
  spoil(single, false, 'point.x', WRONG.number);
  spoil(single, false, 'point.y', WRONG.number);
  spoil(single, false, 'point.pressure', WRONG.unit, optional);
  spoil(single, false, 'point.t', WRONG.count, optional);
  refuse('extend 513 points', changed(extend, 'points', dots(513)), false, LIMIT, /points/, /512/);
  refuse("extend another's", changed(extend, 'strokeId', board.live), false, ['failed_precondition'], new RegExp(board.live));
  add('extend unknown', extend, false, { type: 'stroke:gap', strokeId: 'nobody', unknown: true });
  add('extend committed', changed(extend, 'strokeId', board.stroke), false,
    { type: 'stroke:gap', strokeId: board.stroke, committed: true });

  const end = { type: 'stroke:end', strokeId: 'nobody' };
  spoil(end, true, 'strokeId', WRONG.id);
  spoil(end, true, 'count', WRONG.count, optional);
  refuse("end another's", changed(end, 'strokeId', board.live), true, ['failed_precondition'], new RegExp(board.live));
  add('end unknown', end, true, { type: 'stroke:gap', strokeId: 'nobody', unknown: true });

  const cancel = { type: 'stroke:cancel', strokeId: 'nobody' };
  spoil(cancel, false, 'strokeId', WRONG.id);
  refuse('cancel unknown', cancel, false, ['not_found', 'failed_precondition'], /nobody/);
  refuse("cancel another's", changed(cancel, 'strokeId', board.live), false, ['failed_precondition'], new RegExp(board.live));

  // ---- Elements
  const rect = { type: 'element:put', element: { id: 'bad-rect', kind: 'rect', x: 1, y: 2, width: 3, height: 4 } };
  spoil(rect, true, 'element', WRONG.object);
  spoil(rect, true, 'element.id', WRONG.id);
  spoil(rect, true, 'element.kind', [7, null, [], {}, '', 'circle', 'RECT', 'rect ', '__proto__']);
  for (const name of ['x', 'y', 'width', 'height', 'angle']) {
    spoil(rect, true, `element.${name}`, WRONG.number, optional);
  }
  spoil(rect, true, 'element.opacity', WRONG.unit, optional);
  spoil(rect, true, 'element.color', WRONG.color, optional);
  spoil(rect, true, 'element.fill', [7, [], {}, '#12', 'red'], optional);
  spoil(rect, true, 'element.strokeWidth', ['2', null, [], {}, 1e300], optional);
  spoil(rect, true, 'element.dash', [7, null, '', 'wavy', 'SOLID'], optional);
  spoil(rect, true, 'element.index', WRONG.index, optional);
  spoil(rect, true, 'element.wings', [7, null], optional);
  spoil(rect, true, 'element.text', ['of another kind'], optional);
  spoil(rect, true, 'element.tool', ['pen'], optional);
  spoil(rect, true, 'element.constructor', [{}], optional);
  // What every element may have, and what only some may.
  const custom = { bytes: (count) => ({ k: 'x'.repeat(count - 8) }), deep: (depth) => (depth === 1 ? {} : { d: custom.deep(depth - 1) }) };
  spoil(rect, true, 'element.locked', WRONG.flag, optional);
  spoil(rect, true, 'element.group', WRONG.id.filter((id) => id !== null), optional);
  spoil(rect, true, 'element.custom', [7, '{}', true, [], [{}], custom.bytes(4097), custom.deep(13)], optional);
  spoil(rect, true, 'element.source', ['s'], optional);
  spoil(rect, true, 'element.startBinding', ['a', null], optional);
  spoil(rect, true, 'element.kind', ['x-', 'x-a b', 'x-é', 'X-a', `x-${'k'.repeat(63)}`, 'x-a\u0000'], optional);
  const image = { type: 'element:put', element: { id: 'bad-image', kind: 'image', source: 's' } };
  spoil(image, true, 'element.source', [...WRONG.text, 'é'.repeat(2049)], optional);
  spoil(image, true, 'element.fill', ['#fff'], optional);
  spoil(image, true, 'element.wings', [2], optional);
  const gear = { type: 'element:put', element: { id: 'bad-gear', kind: 'x-gear' } };
  spoil(gear, true, 'element.wings', [2, null], optional);
  spoil(gear, true, 'element.points', WRONG.offsets, optional);
  spoil(gear, true, 'element.tool', [7, null, 'crayon'], optional);
  refuse('put existing', changed(rect, 'element.id', board.rect), true, ['failed_precondition'], new RegExp(board.rect));
  refuse('put a live one', changed(rect, 'element.id', board.live), true, ['failed_precondition'], new RegExp(board.live));
  refuse("put in another's name", changed(rect, 'element.userId', 'somebody'), true,
    ['permission_denied', 'invalid_argument'], /userId|creator/);

  const line = { type: 'element:put', element: { id: 'bad-line', kind: 'line', points: [[0, 0], [1, 1]] } };
  spoil(line, true, 'element.points', WRONG.offsets, optional);
  spoil(line, true, 'element.startHead', [7, null, 'bow', 'solid'], optional);
  spoil(line, true, 'element.endHead', [7, null, 'bow', ''], optional);
  spoil(line, true, 'element.fill', ['#123456'], optional);
  spoil(line, true, 'element.endBinding', WRONG.id.filter((id) => id !== null), optional);

  const note = { type: 'element:put', element: { id: 'bad-note', kind: 'sticky', text: 'hello' } };
  spoil(note, true, 'element.text', WRONG.text, optional);
  spoil(note, true, 'element.fontSize', ['20', null, [], {}, 1e300], optional);
  refuse('put a long text', changed(note, 'element.text', 'x'.repeat(16 * 1024 + 1)), true, LIMIT, /text/, /16384/);
  refuse('put a long text in two-byte characters', changed(note, 'element.text', 'é'.repeat(8 * 1024 + 1)), true,
    LIMIT, /text/, /16384/);

  const drawn = { type: 'element:put', element: { id: 'bad-drawn', kind: 'stroke', points: [[0, 0], [1, 1]] } };
  spoil(drawn, true, 'element.points', WRONG.points);
  spoil(drawn, true, 'element.points', [[]], optional);
  spoil(drawn, true, 'element.tool', [7, null, 'crayon'], optional);
  refuse('put 10,001 points', changed(drawn, 'element.points', dots(10_001)), true, LIMIT, /points/, /10000/);

  const set = { type: 'element:set', id: board.rect, props: { x: 99 } };
  spoil(set, true, 'id', WRONG.id);
  spoil(set, true, 'props', WRONG.object);
  for (const name of ['x', 'y', 'width', 'height', 'angle']) spoil(set, true, `props.${name}`, WRONG.number, optional);
  spoil(set, true, 'props.opacity', WRONG.unit, optional);
  spoil(set, true, 'props.color', WRONG.color, optional);
  spoil(set, true, 'props.dash', [7, null, 'wavy'], optional);
  spoil(set, true, 'props.index', WRONG.index, optional);
  spoil(set, true, 'props.custom', [7, [], custom.bytes(4097), custom.deep(13)], optional);
  spoil(set, true, 'ifSeq', WRONG.count, optional);
  refuse('set what was changed', { ...set, ifSeq: 0 }, true, ['failed_precondition'], /ifSeq/);
  refuse('set unknown with ifSeq', { ...set, id: 'nobody', ifSeq: 0 }, true, ['not_found'], /nobody/);
  spoil(set, true, 'props.locked', WRONG.flag, optional);
  for (const name of ['id', 'kind', 'userId', 'wings', 'text', 'tool', 'source', 'endBinding']) {
    spoil(set, true, `props.${name}`, ['other'], optional);
  }
  refuse('set among good ones', changed(set, 'props', { x: 5, y: 'no', width: 5 }), true, INVALID, /y/);
  refuse('set unknown', changed(set, 'id', 'nobody'), true, ['not_found'], /nobody/);
  refuse("set a stroke's points", { ...set, id: board.stroke, props: { points: [[1, 1]] } }, true,
    ['invalid_argument', 'failed_precondition'], /points/);

  const told = { type: 'host:message', name: 'spin', data: [1] };
  spoil(told, false, 'name', [...WRONG.text, '', 'é'.repeat(65)]);
  spoil(told, false, 'data', ['x'.repeat(4095), custom.deep(14)]);
  const preview = { type: 'element:preview', id: board.rect, props: { x: 99 } };
  spoil(preview, false, 'id', WRONG.id);
  spoil(preview, false, 'props', WRONG.object);
  spoil(preview, false, 'props.x', WRONG.number, optional);
  spoil(preview, false, 'props.wings', [2], optional);
  refuse('preview nothing', changed(preview, 'props', {}), false, INVALID, /props/);
  refuse('preview another kind', changed(preview, 'props', { text: 't' }), false, INVALID, /text/);
  refuse('preview unknown', changed(preview, 'id', 'nobody'), false, ['not_found'], /nobody/);

  const remove = { type: 'element:remove', ids: [board.rect] };
  spoil(remove, true, 'ids', WRONG.ids);
  refuse('remove one good and one bad', changed(remove, 'ids', [board.rect, 'a b']), true, INVALID, /ids/);

  // ---- What else is durable
  for (const type of ['operation:undo', 'operation:redo']) {
    spoil({ type }, true, 'scope', [7, null, [], {}, '', 'everybody', 'ROOM'], optional);
  }
  const chat = { type: 'chat:send', text: 'hello' };
  spoil(chat, true, 'text', WRONG.text);
  refuse('chat of 2,001 characters', changed(chat, 'text', 'é'.repeat(2001)), true, LIMIT, /text/, /2000/);

  // An operation whose counter can't be read is none: an error answers, and no counter is used.
  for (const message of [rect, set, remove, chat, end, { type: 'canvas:clear' }, { type: 'operation:undo' }]) {
    for (const op of [undefined, '1', null, true, [], {}, 0, -1, 1.5, 1e300, -1e300, 1e16]) {
      const text = JSON.stringify({ ...message, op });
      all.push({ name: `${message.type} op ${op}`, durable: false, text: () => text,
                 expect: { type: 'error', codes: INVALID, says: [/op/] } });
    }
    // One that skips some is left.
    all.push({ name: `${message.type} op too far`, durable: false,
               text: (op) => JSON.stringify({ ...message, op: op + 7 }), expect: { type: 'op:gap' } });
  }

  // ---- What is not durable
  const cursor = { type: 'cursor:move', x: 1, y: 1 };
  spoil(cursor, false, 'x', WRONG.number);
  spoil(cursor, false, 'y', WRONG.number);
  spoil(cursor, false, 'drawing', WRONG.flag, optional);
  const update = { type: 'user:update', name: 'Eve', color: '#123456' };
  spoil(update, false, 'name', WRONG.text, optional);
  spoil(update, false, 'color', WRONG.color, optional);
  refuse('a name of 65', changed(update, 'name', 'é'.repeat(65)), false, LIMIT, /name/, /64/);
  spoil({ type: 'ping', t: 1 }, false, 't', ['1', null, true, [], {}]);
  refuse('join again', { type: 'room:join', name: 'Eve' }, false, ['failed_precondition'], /join/);

  // ---- Messages that are none
  for (const type of [7, null, true, [], {}, '', 'stroke:begin', 'ROOM:JOIN', 'ping ', '__proto__', 'room:state',
                      'op:ack', 'x'.repeat(10_000), 'é', 'a\u0000b']) {
    refuse(`type ${brief(type)}`, { type, op: 1 }, false, INVALID, /type/);
  }
  refuse('no type', { op: 1, strokeId: 'x' }, false, INVALID, /type/);
  refuse('nothing', {}, false, INVALID, /type/);
  refuse('a type in the wrong case', { Type: 'ping', t: 1 }, false, INVALID, /type/);

  const raw = (name, text, ...says) =>
    all.push({ name, durable: false, isRaw: true, text: () => text, expect: { type: 'error', codes: INVALID, says } });
  for (const text of ['null', 'true', '7', '"room:join"', '-0.5']) raw(`raw ${text}`, text, /object|JSON/);
  for (const text of ['[7]', '[null]', '["x"]', '[[]]', '[[{"type":"ping","t":1}]]']) raw(`raw ${text}`, text, /object|JSON/);
  for (const text of [
    '', ' ', '\n', '{', '}', '[', ']', '{]', '[}', '{"type"}', '{"type":}', '{"type":"ping","t":1', '{"type":"ping",}',
    '{"type":"ping","t":1}}', '{"type":"ping","t":1} x', '{"type":"ping","t":1}{"type":"ping","t":2}',
    "{'type':'ping','t':1}", '{type:"ping",t:1}', '{"type":"ping","t":01}', '{"type":"ping","t":+1}',
    '{"type":"ping","t":.5}', '{"type":"ping","t":0x10}', '{"type":"ping","t":1e}', '{"type":"ping","t":-}',
    '{"type":"ping","t":NaN}', '{"type":"cursor:move","x":NaN,"y":0}', '{"type":"cursor:move","x":Infinity,"y":0}',
    '{"type":"cursor:move","x":-Infinity,"y":0}', '{"type":"ping","t":1 /* one */}', '// nothing', '{"type":"ping\n","t":1}',
    '{"type":"\\ud800","t":1}', '{"type":"\\udc00\\ud800","t":1}', '{"type":"\\x41"}', '{"type":"\\u00"}', '{"a":"\\',
    'undefined', 'GET / HTTP/1.1', '<xml/>', '\u0000', '{"type":"ping","t":1}\u0000', 'nul', 'tru', '"', '"\\"',
  ]) {
    raw(`raw ${brief(text)}`, text, /JSON/);
  }
  raw('a number no double can hold', '{"type":"cursor:move","x":1e999,"y":0}', /x|number/i);
  raw('a number of 1,000 digits', `{"type":"cursor:move","x":${'9'.repeat(1000)},"y":0}`, /x|number/i);
  for (const depth of [33, 1_000, 40_000]) {
    raw(`${depth} deep, open`, '['.repeat(depth), /JSON|deep|depth/i);
    raw(`${depth} deep`, '['.repeat(depth) + ']'.repeat(depth), /deep|depth|nest/i);
    raw(`${depth} deep in a message`, `{"type":"ping","t":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`, /deep|depth|nest|JSON/i);
  }
  return all;
}

function brief(value) {
  return String(typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 40);
}
