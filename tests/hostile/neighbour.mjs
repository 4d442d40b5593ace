// The well-behaved client in the room that is attacked. It draws, and must notice nothing.

import { Client, brief } from './client.mjs';

// What it may be told besides the answers to its own messages: the attackers come and go.
const ALLOWED = new Set(['room:state', 'room:digest', 'user:joined', 'user:left', 'history:state']);

export class Neighbour {
  #client;
  #op = 0;
  #strokes = 0;
  #pings = 0;
  // The longest that an acknowledgement has taken, in ms.
  slowest = 0;
  seq = 0;

  static async join(port, room) {
    const neighbour = new Neighbour();
    neighbour.#client = await Client.join(port, room, 'Ann');
    neighbour.seq = neighbour.#client.state.seq;
    return neighbour;
  }

  // Begins the stroke that the attackers try to meddle with.
  async begin(id) {
    this.#client.send({ type: 'stroke:start', stroke: { id, tool: 'pen', color: '#00ff00', width: 3, points: [[5, 5]] } });
    await this.#client.fence(++this.#pings);
    this.#check();
  }

  // Does one operation, and waits until it is durable. Yields its acknowledgement.
  async #operate(message) {
    const op = ++this.#op;
    const began = performance.now();
    this.#client.send({ ...message, op });
    await this.#client.until(() => this.#client.answers.length > 0, `the answer to op ${op} of the neighbour`);
    this.slowest = Math.max(this.slowest, performance.now() - began);
    const answer = this.#client.answers.shift();
    if (answer.type !== 'op:ack' || answer.op !== op || answer.seq !== this.seq + 1) {
      throw new Error(`op ${op} of the neighbour, after seq ${this.seq}, was answered ${brief(answer)}`);
    }
    this.seq = answer.seq;
    return answer;
  }

  put(element) {
    return this.#operate({ type: 'element:put', element });
  }

  // Draws a stroke; yields `{id, points}` as the board should have it.
  async draw() {
    const id = `good-${++this.#strokes}`;
    const points = Array.from({ length: 12 }, (_, i) => [i * 4 + this.#strokes, i * i, 0.5, i * 8]);
    this.#client.send({ type: 'stroke:start', stroke: { id, tool: 'brush', color: '#3e63dd', width: 4, points: points.slice(0, 4) } });
    this.#client.send({ type: 'stroke:point', strokeId: id, from: 4, points: points.slice(4, 8) });
    this.#client.send({ type: 'cursor:move', x: 1, y: 2, drawing: true });
    this.#client.send({ type: 'stroke:point', strokeId: id, points: points.slice(8) });
    await this.#operate({ type: 'stroke:end', strokeId: id, count: points.length });
    this.#check();
    return { id, points };
  }

  #check() {
    const odd = [...this.#client.answers, ...this.#client.events.filter((each) => !ALLOWED.has(each.type))];
    this.#client.events = [];
    if (odd.length > 0) throw new Error(`the neighbour noticed: ${brief(odd)}`);
  }

  async leave() {
    this.#check();
    await this.#client.leave();
  }
}
