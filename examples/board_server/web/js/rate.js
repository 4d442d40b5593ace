// rate.js - how fast something may go: a bucket of tokens that fills itself. Pure.

export class Rate {
  #perMs;
  #burst;
  #tokens;
  #at;

  /** `perSecond` tokens come, up to `burst`; it is full at `now`, in milliseconds. */
  constructor({ perSecond, burst, now }) {
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /** Takes tokens, also those that are not there: they are a debt. */
  take(count, now) {
    this.#fill(now);
    this.#tokens -= count;
  }

  /** Milliseconds until there are `count` tokens; with 0, until there is no debt. */
  wait(count, now) {
    this.#fill(now);
    return Math.max(0, (count - this.#tokens) / this.#perMs);
  }

  #fill(now) {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
  }
}
