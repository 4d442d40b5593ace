// export.js - the board as a PNG and as an SVG file, with what is seen of it: all finished
// elements, fitted, on the background of the current theme.

import {
  boundsOfAll,
  diamondCorners,
  grow,
  hasFill,
  middleOf,
  shapeBounds,
  textBox,
} from './geometry.js';
import { SvgPath, traceStroke } from './ink.js';
import {
  PLACEHOLDER_DASH,
  PLACEHOLDER_FONT,
  arrowHeads,
  cornerRadius,
  dashOf,
  opacityOf,
  paintElement,
  placeholderLabel,
  shownColor,
} from './paint.js';
import { FONT_FAMILY, layoutText } from './text.js';

const PADDING = 32;
const PIXELS_PER_UNIT = 2;
const SIDE_MAX = 8_192;

/** The background an export is painted on. */
export function backgroundOf(dark) {
  return dark ? '#17181d' : '#ffffff';
}

/** A promise of the PNG file of the elements (lowest first); null when there are none. */
export function toPng(elements, { dark }) {
  const seen = boundsOfAll(elements);
  if (!seen) return Promise.resolve(null);
  const frame = grow(seen, PADDING);
  const width = frame.right - frame.left;
  const height = frame.bottom - frame.top;
  const scale = Math.min(PIXELS_PER_UNIT, SIDE_MAX / width, SIDE_MAX / height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(width * scale);
  canvas.height = Math.ceil(height * scale);
  const ctx = canvas.getContext('2d');
  ctx.fillStyle = backgroundOf(dark);
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.setTransform(scale, 0, 0, scale, -frame.left * scale, -frame.top * scale);
  for (const element of elements) paintElement(ctx, element, { dark });
  return new Promise((resolve) => {
    canvas.toBlob(resolve, 'image/png');
  });
}

/** The text of the SVG file of the elements (lowest first); null when there are none. */
export function toSvg(elements, { dark }) {
  const seen = boundsOfAll(elements);
  if (!seen) return null;
  const { left, top, right, bottom } = grow(seen, PADDING);
  const [width, height] = [right - left, bottom - top].map(number);
  const body = elements.map((element) => svgElement(element, dark)).filter(Boolean);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"` +
      ` viewBox="${number(left)} ${number(top)} ${width} ${height}">`,
    `<rect x="${number(left)}" y="${number(top)}" width="${width}" height="${height}"` +
      ` fill="${backgroundOf(dark)}"/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

function svgElement(element, dark) {
  const write = WRITERS[element.kind] ?? placeholderSvg;
  const opacity = opacityOf(element, dark);
  const attributes = [];
  if (opacity !== 1) attributes.push(`opacity="${number(opacity)}"`);
  if (element.tool === 'highlighter')
    attributes.push(`style="mix-blend-mode:${dark ? 'screen' : 'multiply'}"`);
  if (element.angle) {
    const [cx, cy] = middleOf(element).map(number);
    attributes.push(`transform="rotate(${number((element.angle * 180) / Math.PI)} ${cx} ${cy})"`);
  }
  const inner = write(element, dark);
  return attributes.length > 0 ? `<g ${attributes.join(' ')}>${inner}</g>` : inner;
}

const WRITERS = {
  stroke: strokeSvg,
  rect: shapeSvg,
  ellipse: shapeSvg,
  diamond: shapeSvg,
  line: lineSvg,
  arrow: lineSvg,
  text: textSvg,
  sticky: textSvg,
};

function strokeSvg(element, dark) {
  const path = new SvgPath();
  const style = traceStroke(element, path);
  const color = shownColor(element.color, dark);
  const moved =
    element.x || element.y
      ? ` transform="translate(${number(element.x)} ${number(element.y)})"`
      : '';
  return style.filled
    ? `<path d="${path}" fill="${color}"${moved}/>`
    : `<path d="${path}" ${outline(color, style.lineWidth, [])}${moved}/>`;
}

function outline(color, width, dash) {
  const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.map(number).join(' ')}"` : '';
  return (
    `fill="none" stroke="${color}" stroke-width="${number(width)}"` +
    ` stroke-linecap="round" stroke-linejoin="round"${dashes}`
  );
}

function shapeSvg(element, dark) {
  const { left, top, right, bottom } = shapeBounds(element);
  const line = outline(
    shownColor(element.color, dark),
    element.strokeWidth,
    dashOf(element.dash, element.strokeWidth),
  );
  const style = hasFill(element)
    ? line.replace('fill="none"', `fill="${shownColor(element.fill, dark)}"`)
    : line;
  const [width, height] = [right - left, bottom - top];
  if (element.kind === 'ellipse') {
    return (
      `<ellipse cx="${number(left + width / 2)}" cy="${number(top + height / 2)}"` +
      ` rx="${number(width / 2)}" ry="${number(height / 2)}" ${style}/>`
    );
  }
  if (element.kind === 'diamond') {
    const corners = diamondCorners({ left, top, right, bottom });
    return `<polygon points="${pointList(corners)}" ${style}/>`;
  }
  return (
    `<rect x="${number(left)}" y="${number(top)}" width="${number(width)}"` +
    ` height="${number(height)}" rx="${number(cornerRadius(width, height))}" ${style}/>`
  );
}

function lineSvg(element, dark) {
  const color = shownColor(element.color, dark);
  const points = element.points.map(([x, y]) => [x + element.x, y + element.y]);
  const polyline = (list, dash) =>
    `<polyline points="${pointList(list)}"` + ` ${outline(color, element.strokeWidth, dash)}/>`;
  return (
    polyline(points, dashOf(element.dash, element.strokeWidth)) +
    arrowHeads(element)
      .map((head) => polyline(head, []))
      .join('')
  );
}

function textSvg(element, dark) {
  const { lines, lineHeight } = layoutText(element);
  const sticky = element.kind === 'sticky';
  const inset = sticky ? element.fontSize * 0.8 : 0;
  const paper = hasFill(element) ? element.fill : '#ffe066';
  const { width, height } = textBox(element);
  const box =
    sticky || hasFill(element)
      ? `<rect x="${number(element.x)}" y="${number(element.y)}" width="${number(width)}"` +
        ` height="${number(height)}" fill="${sticky ? paper : shownColor(paper, dark)}"/>`
      : '';
  const spans = lines.map(
    (line, i) =>
      `<tspan x="${number(element.x + inset)}"` +
      ` y="${number(element.y + inset + lineHeight * (i + 0.5))}">${escapeXml(line)}</tspan>`,
  );
  return (
    `${box}<text font-family="${escapeXml(FONT_FAMILY)}" font-size="${number(element.fontSize)}"` +
    ` fill="${shownColor(element.color, dark && !sticky)}" dominant-baseline="central"` +
    ` xml:space="preserve">${spans.join('')}</text>`
  );
}

function placeholderSvg(element, dark) {
  const { left, top, right, bottom } = shapeBounds(element);
  const color = shownColor(element.color ?? '#000000', dark);
  return (
    `<rect x="${number(left)}" y="${number(top)}" width="${number(right - left)}"` +
    ` height="${number(bottom - top)}" ${outline(color, 1, PLACEHOLDER_DASH)}/>` +
    `<text x="${number(left + 6)}" y="${number(top + 6 + PLACEHOLDER_FONT)}"` +
    ` font-family="${escapeXml(FONT_FAMILY)}" font-size="${PLACEHOLDER_FONT}"` +
    ` fill="${color}">${escapeXml(placeholderLabel(element))}</text>`
  );
}

function pointList(points) {
  return points.map((point) => point.map(number).join(',')).join(' ');
}

function number(value) {
  return String(Math.round(value * 100) / 100);
}

/** Text that is safe in XML content and attributes; characters XML does not know are left out. */
export function escapeXml(text) {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(
      /[&<>"']/g,
      (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c],
    );
}

/** Offers the file to the person under this name. */
export function offerFile(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
