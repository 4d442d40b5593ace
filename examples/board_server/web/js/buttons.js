// buttons.js - the page's buttons that do something at once, in bars and in the menu.

import { byId, disclose, enableMenuKeys } from './dom.js';

/** Buttons with `data-action="save-png"` call `actions.savePng()`, and close the menu. */
export function connectButtons(actions) {
  const menu = disclose(byId('menu-button'), byId('menu'), {
    onToggle: (opened) =>
      opened && byId('menu').querySelector('[role="menuitem"]').focus({ focusVisible: false }),
  });
  enableMenuKeys(byId('menu'));
  byId('menu').addEventListener('click', ({ target }) => {
    if (target.closest('[role="menuitem"]')) menu.close();
  });
  for (const button of document.querySelectorAll('[data-action]')) {
    const name = button.dataset.action.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
    button.addEventListener('click', () => actions[name]());
  }
}
