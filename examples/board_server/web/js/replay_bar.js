// replay_bar.js - the slider over the past of the board, with play, speed and the way back.

import { byId, icon, make } from './dom.js';
import { SPEEDS } from './replay.js';

export class ReplayBar {
  #replay;
  #session;

  constructor({ replay, session }) {
    this.#replay = replay;
    this.#session = session;
    byId('replay-speed').append(
      ...SPEEDS.map(([value, text]) => make('option', { value, text })),
    );
    byId('replay-speed').value = replay.speed;
    byId('replay-speed').addEventListener('change', ({ target }) => {
      replay.speed = target.value;
    });
    const slider = byId('replay-slider');
    slider.addEventListener('input', () => {
      replay.pause();
      replay.seek(Number(slider.value));
    });
    byId('replay-play').addEventListener('click', () => this.toggle());
    byId('replay-back').addEventListener('click', () => replay.close());
    byId('replay').addEventListener('keydown', (event) => this.#pressed(event));
    replay.addEventListener('change', () => this.#show());
  }

  toggle() {
    if (this.#replay.isPlaying) this.#replay.pause();
    else this.#replay.play();
  }

  #pressed(event) {
    if (event.key === 'Escape') this.#replay.close();
    else if (event.key !== ' ' || event.target !== byId('replay-slider')) return;
    else this.toggle();
    event.preventDefault();
    event.stopPropagation();
  }

  #show() {
    const { isOpen, isPlaying, seq, last } = this.#replay;
    const bar = byId('replay');
    const root = document.documentElement;
    if (bar.hidden === isOpen) {
      bar.hidden = !isOpen;
      root.toggleAttribute('data-replay', isOpen);
      if (isOpen) byId('replay-slider').focus({ focusVisible: false });
    }
    if (!isOpen) return;
    const slider = byId('replay-slider');
    slider.max = String(last);
    slider.value = String(seq);
    const words = this.#wordsOf(seq, last);
    slider.setAttribute('aria-valuetext', words);
    byId('replay-moment').textContent = words;
    const button = byId('replay-play');
    button.setAttribute('aria-label', isPlaying ? 'Pause' : 'Play');
    button.replaceChildren(icon(isPlaying ? 'pause' : 'play'));
  }

  #wordsOf(seq, last) {
    const version = this.#session.versions.find((each) => each.seq === seq);
    if (version) return `“${version.name}”`;
    if (seq === last) return 'Now';
    return `Step ${seq} of ${last}`;
  }
}
