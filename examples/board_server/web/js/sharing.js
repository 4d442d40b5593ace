// sharing.js - what leaves the page: its link, and the board as a picture.

import { offerFile, toPng, toSvg } from './export.js';
import { toast } from './toasts.js';

/** Passes the link of this board on, by the system's own means on a phone. */
export async function shareLink() {
  const link = location.href;
  const isPhone = matchMedia('(pointer: coarse)').matches;
  try {
    if (isPhone && navigator.share) await navigator.share({ title: document.title, url: link });
    else {
      await copyText(link);
      toast('Link copied. Whoever opens it draws with you.');
    }
  } catch (error) {
    if (error.name !== 'AbortError') toast(link);
  }
}

/** Offers the elements as a PNG; `name` is the file's, without its ending. */
export async function savePng(elements, { name, dark }) {
  offer(await toPng(elements, { dark }), `${name}.png`);
}

/** As savePng(), but as an SVG. */
export function saveSvg(elements, { name, dark }) {
  const text = toSvg(elements, { dark });
  offer(text && new Blob([text], { type: 'image/svg+xml' }), `${name}.svg`);
}

function offer(file, name) {
  if (file) offerFile(file, name);
  else toast('The board is empty, there is nothing to save.');
}

/** Puts a text on the clipboard; it fails where that is not allowed. */
export async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (!copied) throw new Error('copying is not allowed here');
}
