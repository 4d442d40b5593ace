// text.js - how a text breaks into lines and how large it gets.

export const FONT_FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
export const LINE_HEIGHT = 1.3;

export function fontOf(fontSize) {
  return `${fontSize}px ${FONT_FAMILY}`;
}

let measuring = null;

/** The width of one line in board units; an estimate where there is no canvas. */
function measure(line, fontSize) {
  if (!measuring && typeof document !== 'undefined') {
    measuring = document.createElement('canvas').getContext('2d');
  }
  if (!measuring) return line.length * fontSize * 0.55;
  measuring.font = fontOf(fontSize);
  return measuring.measureText(line).width;
}

const layouts = new WeakMap();

/** `{lines, width, height, lineHeight}` of a text element, in board units. */
export function layoutText(element) {
  let layout = layouts.get(element);
  if (!layout) {
    layout = lay(element);
    layouts.set(element, layout);
  }
  return layout;
}

function lay({ kind, text, fontSize, width }) {
  const lineHeight = fontSize * LINE_HEIGHT;
  const room = kind === 'sticky' ? width - fontSize * 1.6 : width;
  const lines = text
    .split('\n')
    .flatMap((line) => (room > 0 ? wrap(line, fontSize, room) : [line]));
  const widest = Math.max(0, ...lines.map((line) => measure(line, fontSize)));
  return { lines, lineHeight, width: widest, height: lines.length * lineHeight };
}

/** Breaks a line at spaces so that each part fits `room`; a longer word stays whole. */
function wrap(line, fontSize, room) {
  const lines = [];
  let current = '';
  for (const word of line.split(/(?<= )/)) {
    if (current !== '' && measure((current + word).trimEnd(), fontSize) > room) {
      lines.push(current.trimEnd());
      current = '';
    }
    current += word;
  }
  lines.push(current);
  return lines;
}
