// winding.js - which points a path covers, by the nonzero rule.

/** The polygons of an SVG path that has only M, L and Z. */
export function polygonsOf(path) {
  return path
    .split('M')
    .filter(Boolean)
    .map((part) =>
      part
        .replace('Z', '')
        .split('L')
        .map((corner) => corner.split(' ').map(Number)),
    );
}

/** How often the polygons turn around (x, y), all together. */
export function windingOf(polygons, x, y) {
  let winding = 0;
  for (const corners of polygons) {
    corners.forEach(([ax, ay], i) => {
      const [bx, by] = corners[(i + 1) % corners.length];
      const side = (bx - ax) * (y - ay) - (by - ay) * (x - ax);
      if (ay <= y && by > y && side > 0) winding += 1;
      if (ay > y && by <= y && side < 0) winding -= 1;
    });
  }
  return winding;
}
