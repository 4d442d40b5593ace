// palette.js - the colours of ink and of people, and the names that strangers get.

export const INKS = [
  ['#1d1d24', 'Ink'],
  ['#868e96', 'Grey'],
  ['#e03131', 'Red'],
  ['#f76707', 'Orange'],
  ['#fab005', 'Yellow'],
  ['#2f9e44', 'Green'],
  ['#0c8599', 'Teal'],
  ['#1c7ed6', 'Blue'],
  ['#6741d9', 'Violet'],
  ['#d6336c', 'Pink'],
  ['#8d5a2b', 'Brown'],
];

export const MARKERS = [
  ['#ffd43b', 'Yellow'],
  ['#ffa94d', 'Orange'],
  ['#ff8787', 'Red'],
  ['#faa2c1', 'Pink'],
  ['#b197fc', 'Violet'],
  ['#91a7ff', 'Indigo'],
  ['#74c0fc', 'Blue'],
  ['#66d9e8', 'Cyan'],
  ['#63e6be', 'Teal'],
  ['#8ce99a', 'Green'],
  ['#ced4da', 'Grey'],
];

export const PERSON_COLORS = [
  ['#e8590c', 'Orange'],
  ['#d6336c', 'Pink'],
  ['#9c36b5', 'Purple'],
  ['#5f3dc4', 'Violet'],
  ['#1971c2', 'Blue'],
  ['#0b7285', 'Teal'],
  ['#2b8a3e', 'Green'],
  ['#c92a2a', 'Red'],
];

const FIRST = [
  'Quick',
  'Quiet',
  'Bright',
  'Brave',
  'Curious',
  'Gentle',
  'Happy',
  'Lucky',
  'Merry',
  'Nimble',
  'Sunny',
  'Swift',
  'Witty',
  'Jolly',
  'Calm',
  'Bold',
];
const SECOND = [
  'Otter',
  'Heron',
  'Fox',
  'Badger',
  'Robin',
  'Panda',
  'Lynx',
  'Wren',
  'Koala',
  'Marten',
  'Puffin',
  'Beaver',
  'Falcon',
  'Hedgehog',
  'Dolphin',
  'Sparrow',
];

function anyOf(list) {
  return list[Math.floor(Math.random() * list.length)];
}

/** A friendly name such as "Curious Otter". */
export function inventName() {
  return `${anyOf(FIRST)} ${anyOf(SECOND)}`;
}

export function inventColor() {
  return anyOf(PERSON_COLORS)[0];
}

/** The colour of a person, also of one who came without. */
export function personColor({ color, clientId = '' }) {
  if (/^#[0-9a-f]{6}/i.test(color ?? '')) return color.slice(0, 7);
  let sum = 0;
  for (const character of String(clientId)) sum += character.codePointAt(0);
  return PERSON_COLORS[sum % PERSON_COLORS.length][0];
}

/** Black or white, whichever is easier to read on the colour. */
export function readableOn(color) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return r * 0.299 + g * 0.587 + b * 0.114 > 165 ? '#16161d' : '#ffffff';
}

/** One or two letters that stand for a name. */
export function initialsOf(name) {
  const words = String(name ?? '')
    .trim()
    .split(/\s+/)
    .filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return letters.map((word) => [...word][0].toUpperCase()).join('') || '?';
}
