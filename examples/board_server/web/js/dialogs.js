// dialogs.js - the questions the page asks, and the help.

import { byId, enableArrowKeys, make } from './dom.js';
import { PERSON_COLORS, inventName } from './palette.js';
import { LIMITS } from './protocol.js';

/**
 * Asks for name and colour, starting from `profile`; `submit` is what the button says.
 * Resolves to the profile to use, which is the given one when the question is dismissed.
 */
export function askProfile(profile, { submit }) {
  const dialog = byId('welcome');
  const input = byId('name-input');
  let { color } = profile;
  const showColors = () => {
    byId('person-colors').replaceChildren(
      ...PERSON_COLORS.map(([value, label]) => {
        const swatch = make('button', {
          type: 'button',
          role: 'radio',
          className: 'swatch',
          title: label,
          'aria-label': label,
          'aria-checked': String(value === color),
        });
        swatch.style.setProperty('--swatch', value);
        swatch.addEventListener('click', () => {
          color = value;
          showColors();
        });
        return swatch;
      }),
    );
  };
  showColors();
  input.value = profile.name;
  byId('welcome-submit').textContent = submit;
  byId('name-dice').onclick = () => {
    input.value = inventName();
  };
  dialog.returnValue = '';
  dialog.showModal();
  input.select();
  return new Promise((resolve) => {
    dialog.addEventListener(
      'close',
      () => {
        const name = [...input.value.trim()].slice(0, LIMITS.nameCharacters).join('');
        resolve({ name: name || profile.name, color });
      },
      { once: true },
    );
  });
}

/** Asks whether to clear the board of `count` elements; resolves to the answer. */
export function askClear(count) {
  const dialog = byId('confirm-clear');
  byId('clear-text').textContent =
    count === 1
      ? 'The one thing on it is removed. You can undo this.'
      : `All ${count} things on it are removed. You can undo this.`;
  dialog.returnValue = 'cancel';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'clear'), { once: true });
  });
}

/** Opens or closes the list of shortcuts: groups of `[title, [[label, keys], ...]]`. */
export function toggleHelp(groups) {
  const dialog = byId('help');
  if (dialog.open) {
    dialog.close();
    return;
  }
  byId('help-list').replaceChildren(
    ...groups.map(([title, rows]) =>
      make('section', {}, [
        make('h3', { text: title }),
        make(
          'dl',
          {},
          rows.map(([label, keys]) =>
            make('div', {}, [
              make('dt', { text: label }),
              make(
                'dd',
                {},
                keys.map((key) => make('kbd', { text: key })),
              ),
            ]),
          ),
        ),
      ]),
    ),
  );
  dialog.showModal();
}

/** Lets a press beside a dialog close it, as people expect. */
export function closeOnBackdrop() {
  for (const dialog of document.querySelectorAll('dialog')) {
    dialog.addEventListener('pointerdown', (event) => {
      if (event.target !== dialog) return;
      const box = dialog.getBoundingClientRect();
      const inside =
        event.clientX >= box.left &&
        event.clientX <= box.right &&
        event.clientY >= box.top &&
        event.clientY <= box.bottom;
      if (!inside) dialog.close();
    });
  }
  enableArrowKeys(byId('person-colors'));
}
