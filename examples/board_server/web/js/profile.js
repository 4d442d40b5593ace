// profile.js - what was chosen in this browser: who one is, and the scope of undo.

import { inventColor, inventName } from './palette.js';
import { LIMITS } from './protocol.js';
import { recall } from './settings.js';

/** Whether the person was asked before. */
export function hasProfile() {
  return recall('profile', null) !== null;
}

export function loadProfile() {
  const { name, color } = recall('profile', {});
  return {
    name: String(name || inventName()).slice(0, LIMITS.nameCharacters),
    color: /^#[0-9a-f]{6}$/i.test(color ?? '') ? color : inventColor(),
  };
}

/** The scope of undo that was chosen in this browser, if any. */
export function loadScope() {
  const scope = recall('undo-scope', null);
  return scope === 'mine' || scope === 'room' ? scope : undefined;
}
