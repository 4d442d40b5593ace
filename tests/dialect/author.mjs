// Somebody who says anything at all, as message objects of the JSON dialect: right and wrong
// things, in any order. What he says is drawn from a Random.
//
// Only what both dialects can tell: what has no word in the binary one (a property or kind of
// another version, a string where a number belongs) is attacked in ../hostile.

const KINDS = ['rect', 'ellipse', 'diamond', 'line', 'arrow', 'text', 'sticky', 'image', 'x-gear', 'x-A_1'];
const COLORS = ['#123456', '#abcdef01', '#000000', '#AbC', '#000000ff'];
const WORDS = ['none', 'arrow', 'solid', 'dashed', 'dotted', 'pen', 'pencil', 'brush', 'highlighter'];
const TEXTS = ['', 'hello', 'é\n💥 \u0000"\\', '\ufeffmark', 'x'.repeat(500)];
// Those first that every kind has.
const ALL_NAMES = ['x', 'y', 'angle', 'opacity', 'color', 'locked', 'group', 'custom', 'width', 'height', 'strokeWidth', 'fill',
                   'dash', 'tool', 'text', 'fontSize', 'points', 'startHead', 'endHead', 'startBinding', 'endBinding',
                   'source', 'index'];
const CUSTOMS = [{}, { a: 1 }, { b: [1.5, null, { c: 'é\n💥 \u0000"\\' }], '': 1e300 }, { long: 'x'.repeat(4080) }];
const COUNTED = new Set([
  'stroke:end', 'element:put', 'element:set', 'element:remove', 'canvas:clear',
  'operation:undo', 'operation:redo', 'chat:send',
]);

// An object that is so deep.
const deep = (depth) => (depth === 1 ? {} : { d: deep(depth - 1) });

export class Author {
  // The counter of the next operation.
  #op = 1;
  #random;
  #name;
  #board;
  #made = 0;
  // Own live strokes: id to the number of points.
  #strokes = new Map();

  // `board` is a list of ids that may be there; it is shared among authors and grows.
  constructor(random, name, board) {
    this.#random = random;
    this.#name = name;
    this.#board = board;
  }

  // Some messages to be sent together; only the last may be a durable operation.
  burst() {
    const messages = [];
    for (let left = 1 + this.#random.below(6); left > 0; --left) {
      const message = this.#message();
      messages.push(message);
      if (COUNTED.has(message.type)) break;
    }
    return messages;
  }

  // Hears what the server answered to a burst.
  hear(answers) {
    for (const { type, op, have, code } of answers) {
      const isTaken = type === 'op:ack' || (type === 'op:reject' && code !== 'unavailable');
      if (isTaken && op === this.#op) ++this.#op;
      if (type === 'op:gap') this.#op = have + 1;
    }
  }

  // Strokes that are cut off are not his any more.
  forget() {
    this.#op = 1;
    this.#strokes.clear();
  }

  #message() {
    const random = this.#random;
    const roll = random.below(100);
    if (roll < 40) return this.#stroke();
    if (roll < 50) return { type: 'cursor:move', x: this.#number(), y: this.#number(), drawing: random.chance(50) };
    if (roll < 53) return random.pick([{ type: 'user:update', name: random.pick(['Zoë', 'x'.repeat(65), this.#name]) },
                                       { type: 'user:update', color: random.pick(COLORS) }]);
    if (roll < 55) return this.#wrong();
    if (roll < 57) return { type: 'host:message', name: random.pick(['spin', 'é'.repeat(64), 'x'.repeat(65), '']), data: this.#data() };
    if (roll < 61) return { type: 'element:preview', id: this.#known(), props: this.#props() };
    const group = random.chance(30) ? { group: random.pick(['g1', 'g-2', '.', 'x'.repeat(64)]) } : {};
    return { ...this.#operation(), ...group, op: this.#counter() };
  }

  #counter() {
    if (this.#random.chance(96)) return this.#op;
    return this.#random.pick([this.#op + 1, this.#op + 7, Math.max(1, this.#op - 1), 1]);
  }

  #operation() {
    const random = this.#random;
    const roll = random.below(100);
    if (roll < 35) return { type: 'element:put', element: this.#element() };
    if (roll < 55) return { type: 'element:set', id: this.#known(), props: this.#props() };
    if (roll < 60) {
      const ifSeq = random.pick([0, random.below(50), random.below(1000), 2 ** 52]);
      return { type: 'element:set', id: this.#known(), props: this.#props(), ifSeq };
    }
    if (roll < 68) return { type: 'element:remove', ids: Array.from({ length: 1 + random.below(4) }, () => this.#known()) };
    if (roll < 69) return { type: 'canvas:clear' };
    const scope = random.pick([{}, { scope: 'room' }, { scope: 'mine' }]);
    if (roll < 80) return { type: 'operation:undo', ...scope };
    if (roll < 89) return { type: 'operation:redo', ...scope };
    return { type: 'chat:send', text: random.pick([...TEXTS, 'x'.repeat(2001), 'é'.repeat(2000)]) };
  }

  // What belongs to a live stroke, its end too.
  #stroke() {
    const random = this.#random;
    const [id] = this.#strokes.size > 0 ? random.pick([...this.#strokes]) : [];
    if (id === undefined || (random.chance(15) && this.#strokes.size < 6)) {
      const stroke = { id: this.#fresh(), points: this.#points(random.below(12)), ...this.#style() };
      this.#strokes.set(stroke.id, stroke.points.length);
      return { type: 'stroke:start', stroke };
    }
    const count = this.#strokes.get(id);
    const roll = random.below(100);
    if (roll < 65) {
      const points = this.#points(random.chance(3) ? 513 : random.below(25));
      // Mostly where the stroke ends; sometimes again, sometimes beyond.
      const from = random.chance(90) ? count : random.below(count + 4);
      if (from <= count && points.length <= 512) this.#strokes.set(id, Math.max(count, from + points.length));
      return { type: 'stroke:point', strokeId: id, from, points };
    }
    if (roll < 70) return { type: 'stroke:point', strokeId: this.#known(), from: random.below(3), points: this.#points(2) };
    if (roll < 73) return { type: 'stroke:start', stroke: { id, points: this.#points(3) } };
    if (roll < 77) {
      this.#strokes.delete(id);
      return { type: 'stroke:cancel', strokeId: id };
    }
    const end = { type: 'stroke:end', strokeId: id, op: this.#counter() };
    if (random.chance(8)) return { ...end, count: count + 3 };
    if (random.chance(5)) return { ...end, strokeId: this.#known() };
    this.#strokes.delete(id);
    return random.chance(80) ? { ...end, count } : end;
  }

  #data() {
    return this.#random.pick([null, 0, -1.5, 'é\u0000', [], ...CUSTOMS, deep(12), deep(14), 'x'.repeat(4094), 'x'.repeat(4095)]);
  }

  #wrong() {
    const random = this.#random;
    const rect = { id: this.#fresh(), kind: 'rect' };
    const op = this.#op;
    return random.pick([
      { type: 'room:join', name: 'again' },
      { type: 'stroke:cancel', strokeId: 'nobody' },
      { type: 'stroke:start', stroke: { id: random.pick(['a b', '', 'é', 'x'.repeat(65)]), points: [] } },
      { type: 'stroke:start', stroke: { id: this.#known(), points: [[1, 1]] } },
      { type: 'cursor:move', x: 1e7, y: 0 },
      { type: 'user:update', name: '' },
      { type: 'element:put', op, element: { ...rect, ...random.pick([{ x: 1e7 }, { opacity: 2 }, { angle: -1e300 }]) } },
      { type: 'element:put', op, element: { ...rect, ...random.pick([{ text: 'x' }, { tool: 'pen' }, { points: [[0, 0]] }]) } },
      { type: 'element:put', op, element: { ...rect, ...random.pick([{ dash: 'pen' }, { index: 'a b' }, { index: '' }]) } },
      { type: 'element:put', op, element: { ...rect, kind: 'text', text: random.pick(['x', 'é']).repeat(16_385) } },
      { type: 'element:put', op, element: { ...rect, kind: 'line', points: [[0, 1e7]] } },
      { type: 'element:put', op, element: { ...rect, color: null } },
      { type: 'element:put', op, element: { ...rect, ...random.pick([{ source: 's' }, { endBinding: 'a' }, { group: '' }, { locked: null }]) } },
      { type: 'element:put', op, element: { ...rect, custom: random.pick([[], 7, 'x', { long: 'é'.repeat(2100) }, deep(13)]) } },
      { type: 'element:put', op, element: { ...rect, kind: 'image', source: 'é'.repeat(2049) } },
      { type: 'element:set', op, id: this.#known(), props: { custom: deep(12) } },
      { type: 'element:put', op, element: { ...rect, kind: 'stroke', points: Array(10_001).fill([1, 2]) } },
      { type: 'element:put', op, element: { ...rect, id: '' } },
      { type: 'element:set', op, id: this.#known(), props: {} },
      { type: 'element:set', op, id: this.#known(), props: { width: 1e6 + 0.5 } },
      { type: 'element:set', op, id: 'nobody', props: { x: 1 } },
      { type: 'element:remove', op, ids: ['fine', 'a b'] },
      { type: 'chat:send', op, text: '' },
      { type: 'canvas:clear', op, group: random.pick(['a b', 'x'.repeat(65), 'é']) },
    ]);
  }

  #fresh() {
    const id = `${this.#name}-${++this.#made}`;
    this.#board.push(id);
    return id;
  }

  // An id that is, was, or may be there.
  #known() {
    return this.#board.length > 0 && this.#random.chance(95) ? this.#random.pick(this.#board.slice(-60)) : 'nothing';
  }

  #number() {
    const random = this.#random;
    return random.pick([0, 1, -7, 0.5, 1.03, -0.03125, 1 / 3, 1e6, -1e6, random.below(10_000) / 16, -random.below(9) / 7 - 1]);
  }

  #style() {
    const random = this.#random;
    const style = {};
    if (random.chance(70)) style.color = random.pick(COLORS);
    if (random.chance(50)) style.tool = random.pick(['pen', 'pencil', 'brush', 'highlighter']);
    if (random.chance(50)) style.width = random.pick([2, 4.5, 0, 10_000, 1 / 3]);
    if (random.chance(20)) style.opacity = random.pick([1, 0.1, 0]);
    if (random.chance(20)) Object.assign(style, { x: this.#number(), angle: this.#number() });
    if (random.chance(10)) Object.assign(style, { locked: true, group: 'g', custom: random.pick(CUSTOMS) });
    if (random.chance(10)) style.index = random.pick(['a0', 'a0V', 'Zz', 'b']);
    return style;
  }

  #element() {
    const random = this.#random;
    if (random.chance(25)) {
      return { id: this.#fresh(), kind: 'stroke', points: this.#points(random.pick([0, 1, 2, 40, 300])), ...this.#style() };
    }
    const element = { id: random.chance(95) ? this.#fresh() : this.#known(), kind: random.pick(KINDS) };
    const has = {
      line: ['points', 'strokeWidth', 'dash', 'startHead', 'endHead', 'startBinding', 'endBinding'],
      arrow: ['points', 'strokeWidth', 'dash', 'startHead', 'endHead', 'startBinding', 'endBinding'],
      text: ['text', 'fontSize', 'width', 'fill'],
      sticky: ['text', 'fontSize', 'width', 'fill'],
      image: ['width', 'height', 'source'],
      'x-gear': ALL_NAMES,
      'x-A_1': ALL_NAMES,
    }[element.kind] ?? ['width', 'height', 'strokeWidth', 'fill', 'dash'];
    for (const name of new Set(['x', 'y', 'angle', 'opacity', 'color', 'locked', 'group', 'custom', 'index', ...has])) {
      if (random.chance(35)) element[name] = this.#value(name);
    }
    return element;
  }

  #props() {
    const names = ALL_NAMES;
    const props = {};
    const most = this.#random.chance(50) ? 8 : names.length;
    for (let left = 1 + this.#random.below(3); left > 0; --left) {
      const name = names[this.#random.below(this.#random.chance(70) ? most : names.length)];
      props[name] = this.#value(name);
    }
    return props;
  }

  #value(name) {
    const random = this.#random;
    switch (name) {
      case 'opacity':
        return random.pick([0, 1, 0.1, 0.5]);
      case 'color':
        return random.pick(COLORS);
      case 'fill':
        return random.pick([...COLORS, null, 'none']);
      case 'strokeWidth':
      case 'fontSize':
        return random.pick([0, 2, 20, 3.3, 10_000]);
      case 'dash':
        return random.chance(95) ? random.pick(['solid', 'dashed', 'dotted']) : random.pick(WORDS);
      case 'tool':
        return random.pick(['pen', 'brush']);
      case 'locked':
        return random.chance(50);
      case 'group':
      case 'startBinding':
      case 'endBinding':
        return random.pick([null, 'none', 'g:1', this.#known()]);
      case 'source':
        return random.pick(['', 'https://example.org/é.png', 'é'.repeat(2048)]);
      case 'custom':
        return random.pick([null, ...CUSTOMS]);
      case 'startHead':
      case 'endHead':
        return random.pick(['none', 'arrow']);
      case 'text':
        return random.pick(TEXTS);
      case 'points':
        return this.#points(random.below(5)).map(([x, y]) => [x, y]);
      case 'index':
        return random.pick(['a1', 'a0V', 'Zz', 'b', 'a0G0V']);
      default:
        return this.#number();
    }
  }

  // Points as pens and hands make them, some off the grid, some without pressure or time.
  #points(count) {
    const random = this.#random;
    const step = random.pick([1, 1 / 16, 0.3, 40]);
    const length = random.pick([2, 3, 4, 4, 4]);
    let [x, y, t] = [this.#number(), this.#number(), random.below(1000)];
    const within = (value) => Math.max(-1e6, Math.min(1e6, value));
    return Array.from({ length: count }, () => {
      x = within(x + (random.below(9) - 4) * step);
      y = within(y + (random.below(9) - 4) * step);
      t += random.pick([8, 8, 8, 9, 17, 0, 300]);
      return [x, y, random.below(1001) / 1000, t].slice(0, length);
    });
  }
}
