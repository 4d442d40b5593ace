// settings.js - what the page remembers in this browser. Without storage (private windows,
// blocked cookies) everything works for as long as the page is open.

const PREFIX = 'collab.';
const fallback = new Map();

/** The remembered value of `name`, or `otherwise`. */
export function recall(name, otherwise) {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return fallback.get(name) ?? otherwise;
  }
}

/** Remembers a value that JSON can hold. */
export function remember(name, value) {
  fallback.set(name, value);
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Kept in memory above.
  }
}
