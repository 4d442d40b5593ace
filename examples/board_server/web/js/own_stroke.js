// own_stroke.js - a stroke of this page, from its first point until the server has it whole.

import { LIMITS, chunks, elementToSend, makeId, strokeMessages } from './protocol.js';

/** What was begun this often and refused is sent only as a whole. */
const BEGINNINGS_MAX = 2;
const GAPS_MAX = 4;

/**
 * A stroke being drawn, or one whose `stroke:end` is not answered. One that grows beyond what
 * the server takes becomes several, each beginning where the one before ended.
 */
export class OwnStroke {
  /** `{id, kind, tool, color, width, opacity, points}`: what to paint. */
  element;
  /** The server was sent its beginning, in this connection or one that was resumed. */
  isStarted = false;
  /** How many points were sent, as far as the server has them. */
  sent = 0;
  /** Not sent any more but as a whole, once it has ended. */
  isSilent = false;
  /** What the server says before it has answered this ping is about what was sent before. */
  fence = 0;
  #gaps = 0;
  #host;

  /**
   * `host` hears `commit(stroke)` of one that has ended, `over(stroke)` when no more points
   * come, `cancel(stroke)`, and `flush(stroke)` when points are to be sent.
   */
  constructor(style, host) {
    this.#host = host;
    this.#begin(style, []);
  }

  /** A stroke that ended before this page was opened. */
  static of(element) {
    const stroke = new OwnStroke(element, null);
    stroke.element = element;
    return stroke;
  }

  get id() {
    return this.element.id;
  }

  extend(points) {
    for (const point of points) {
      if (this.element.points.length >= LIMITS.pointsPerStroke) this.#split();
      this.element.points.push(point);
    }
  }

  /** Commits the stroke; one without points is only forgotten. */
  end() {
    this.#host.flush(this);
    this.#host.over(this);
    if (this.element.points.length > 0) this.#host.commit(this.#ended());
  }

  cancel() {
    this.#host.over(this);
    this.#host.cancel(this);
  }

  /** The messages with the points that were not sent yet; they count as sent. */
  takeMessages() {
    const { points } = this.element;
    if (this.isSilent || points.length === this.sent) return [];
    const messages = this.isStarted
      ? pointMessages(this.element, this.sent)
      : strokeMessages(this.element);
    this.isStarted = true;
    this.sent = points.length;
    return messages;
  }

  /** The messages that commit it, with `end` the `stroke:end`: as a whole where that is less. */
  takeEnd(end) {
    const { element } = this;
    const fits = element.points.length <= LIMITS.pointsPerMessage;
    if (this.isSilent || (!this.isStarted && fits)) {
      const { strokeId, count, ...rest } = end;
      const whole = elementToSend({ ...element, kind: 'stroke' });
      return [{ ...rest, type: 'element:put', element: whole }];
    }
    return [...this.takeMessages(), end];
  }

  /** The server has the first `have` points; -1: it has not even the beginning. */
  rewind(have) {
    this.isStarted = have >= 0;
    this.sent = Math.min(Math.max(0, have), this.element.points.length);
  }

  /**
   * As rewind(), because the server says so of a connection that stands. What it never takes
   * is not tried for ever; true: what it has of it has to be cancelled.
   */
  missed(have) {
    this.#gaps += 1;
    this.rewind(have);
    if (have < 0) this.isSilent ||= this.#gaps > BEGINNINGS_MAX;
    else if (this.#gaps > GAPS_MAX) {
      this.rewind(-1);
      this.isSilent = true;
      return true;
    }
    return false;
  }

  /** A connection begins. */
  renew() {
    this.#gaps = 0;
    this.fence = 0;
  }

  /**
   * The first `have` points are an element that will not grow: what is left goes on from the
   * last of them under a fresh id, so that the two meet.
   */
  continueAfter(have) {
    const points = this.element.points.slice(Math.max(0, have - 1));
    this.element = { ...this.element, id: makeId(), index: undefined, points };
    this.rewind(-1);
  }

  #split() {
    const { points } = this.element;
    this.#host.flush(this);
    this.#host.commit(this.#ended());
    this.#begin(this.element, [points[points.length - 1]]);
  }

  /** What is committed, apart from this object, which may go on with another. */
  #ended() {
    const ended = OwnStroke.of(this.element);
    Object.assign(ended, { isStarted: this.isStarted, sent: this.sent, isSilent: this.isSilent });
    ended.fence = this.fence;
    return ended;
  }

  #begin({ tool, color, width, opacity = 1 }, points) {
    this.element = {
      id: makeId(),
      kind: 'stroke',
      x: 0,
      y: 0,
      angle: 0,
      opacity,
      tool,
      color,
      width,
      points,
    };
    this.rewind(-1);
    this.isSilent = false;
    this.renew();
  }
}

function pointMessages(stroke, from) {
  let at = from;
  return chunks(stroke.points.slice(from), LIMITS.pointsPerMessage).map((points) => {
    const message = { type: 'stroke:point', strokeId: stroke.id, from: at, points };
    at += points.length;
    return message;
  });
}
