// dialects.js - the two ways of saying the same: `collab.v1.json` and `collab.v1.binary`.
//
// A dialect is an object for one connection: `subprotocol`, `encode(messages)` that yields
// frames to send in order, and `decode(data)` that yields the messages of a frame. Both
// deal in the same message objects, those of the JSON dialect.

import { LIMITS, readFrame, writeFrames } from '../protocol.js';
import { ClientEncoder } from './client_encoder.js';
import { ServerDecoder } from './server_decoder.js';

export class JsonDialect {
  subprotocol = 'collab.v1.json';

  encode(messages) {
    return writeFrames(messages);
  }

  /** SyntaxError when the frame is not JSON. */
  decode(data) {
    return readFrame(data);
  }
}

/**
 * Makes the dialects of one connection after another to the same room: they share the numbers
 * of its elements, which a session that goes on is not told again.
 */
export function binaryDialects() {
  const elementIds = new Map();
  return () => new BinaryDialect(elementIds);
}

export class BinaryDialect {
  subprotocol = 'collab.v1.binary';
  #encoder = new ClientEncoder();
  #decoder;

  /** `elementIds` are the ids of elements by number, as far as they are known: it is added to. */
  constructor(elementIds = new Map()) {
    this.#decoder = new ServerDecoder({ elementIds, madeBy: (op) => this.#encoder.madeBy(op) });
  }

  /** A message that can't be told in this dialect is left out; the console says which. */
  encode(messages) {
    const encoded = [];
    for (const message of messages) {
      try {
        encoded.push(this.#encoder.encode(message));
      } catch (error) {
        console.error(`A message of type ${message.type} was not sent: ${error.message}`);
      }
    }
    return joinUpTo(LIMITS.frameBytes, encoded);
  }

  /** RangeError when the frame is damaged: then the connection has to be made anew. */
  decode(data) {
    if (!(data instanceof ArrayBuffer)) throw new RangeError('a frame that is not binary');
    const messages = this.#decoder.decode(new Uint8Array(data));
    for (const { type, op, strokeId } of messages) {
      if (type === 'op:ack' || type === 'op:reject') this.#encoder.settle(op);
      if (type === 'stroke:gap') this.#encoder.breakRun(strokeId);
    }
    return messages;
  }
}

/** The parts in order, joined to as few pieces of at most `size` bytes; no part is cut. */
function joinUpTo(size, parts) {
  const pieces = [];
  let batch = [];
  let bytes = 0;
  const close = () => {
    if (batch.length > 0) pieces.push(concatenated(batch, bytes));
    batch = [];
    bytes = 0;
  };
  for (const part of parts) {
    if (bytes + part.length > size) close();
    batch.push(part);
    bytes += part.length;
  }
  close();
  return pieces;
}

function concatenated(parts, bytes) {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
