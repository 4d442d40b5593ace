// images.js - the pictures of elements whose `source` holds the picture itself, as a data URL.
// What a source names elsewhere is never fetched: a board must not make its readers call on
// servers that somebody chose.

/** Formats that are only pixels. */
const HELD = /^data:image\/(?:png|jpeg|webp|gif|avif);base64,[A-Za-z0-9+/=]*$/;
const KEPT_MAX = 300;

/** By source: the picture, or null while it is read or can't be. */
const pictures = new Map();
let onReady = () => {};

/** Whether an element can hold its picture in this source. */
export function holdsPicture(source) {
  return typeof source === 'string' && HELD.test(source);
}

/** `callback` hears when a picture that pictureOf() did not have yet can be painted. */
export function followImages(callback) {
  onReady = callback;
}

/** The picture of an image element, or null if there is none (yet). */
export function pictureOf({ source }) {
  const known = pictures.get(source);
  if (known !== undefined) return known;
  if (!holdsPicture(source) || typeof Image === 'undefined') return null;
  if (pictures.size >= KEPT_MAX) pictures.delete(pictures.keys().next().value);
  pictures.set(source, null);
  const image = new Image();
  image.onload = () => {
    pictures.set(source, image);
    onReady();
  };
  image.src = source;
  return null;
}
