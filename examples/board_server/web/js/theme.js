// theme.js - light, dark, or as the system is.

import { recall, remember } from './settings.js';

const dark = matchMedia('(prefers-color-scheme: dark)');

export class Theme {
  #choice = recall('theme', 'system');
  #onChange;

  /** `onChange(isDark)` is called now and after every change. */
  constructor({ onChange }) {
    this.#onChange = onChange;
    dark.addEventListener('change', () => this.#apply());
    for (const button of this.#buttons()) {
      button.addEventListener('click', () => this.choose(button.dataset.themeChoice));
    }
    this.#apply();
  }

  get isDark() {
    return this.#choice === 'dark' || (this.#choice === 'system' && dark.matches);
  }

  /** `light`, `dark` or `system`. */
  choose(choice) {
    this.#choice = choice;
    remember('theme', choice);
    this.#apply();
  }

  toggle() {
    this.choose(this.isDark ? 'light' : 'dark');
  }

  #buttons() {
    return document.querySelectorAll('[data-theme-choice]');
  }

  #apply() {
    const root = document.documentElement;
    if (this.#choice === 'system') delete root.dataset.theme;
    else root.dataset.theme = this.#choice;
    for (const button of this.#buttons()) {
      button.setAttribute('aria-checked', String(button.dataset.themeChoice === this.#choice));
    }
    this.#onChange(this.isDark);
  }
}
