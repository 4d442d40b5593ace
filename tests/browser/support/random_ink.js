// random_ink.js - strokes that nobody has drawn.

/** A stroke of `count` points on the grid that wanders, jumps and stands still. */
export function randomStroke(random, count) {
  const grid = random.pick([1, 16, 0.5]);
  const reach = random.pick([1, 8, 60, 5_000, 2_000_000]);
  const force = random.pick(['none', 'even', 'any']);
  const even = random.below(1025) / 1024;
  const start = random.pick([0, 0, 0, 300_000]);
  let [x, y, t] = [start, -start, random.pick([0, 0, 5, 2 ** 32 - 40])];
  const moved = (value) => {
    const step = Math.floor((random.below(2 * reach + 1) - reach) * grid) / 16;
    return Math.max(-1_000_000, Math.min(1_000_000, value + step));
  };
  return Array.from({ length: count }, () => {
    [x, y] = [moved(x), moved(y)];
    t = (t + (random.chance(5) ? 2 ** 32 - 3 : random.pick([8, 8, 9, 17, 400]))) % 2 ** 32;
    const pressure = { none: 0.5, even, any: random.below(1025) / 1024 }[force];
    return [x, y, pressure, t];
  });
}
