// address.js - what the address of the page says: which room, and how to talk to the server.

import { isRoomName, makeRoomName } from './protocol.js';
import { JsonDialect, binaryDialects } from './wire/dialects.js';

/** The room the address names; a fresh one, put into the address, when it names none. */
export function roomOfPage() {
  const address = new URL(location.href);
  const wanted = (address.searchParams.get('room') ?? '')
    .replace(/[^A-Za-z0-9_-]/g, '-')
    .slice(0, 64);
  const room = isRoomName(wanted) ? wanted : makeRoomName();
  if (address.searchParams.get('room') !== room) {
    address.searchParams.set('room', room);
    history.replaceState(null, '', address);
  }
  return room;
}

/** How the page talks to the server: `?dialect=json` makes it readable for people. */
export function dialectOfPage() {
  const isJson = new URL(location.href).searchParams.get('dialect') === 'json';
  return isJson ? () => new JsonDialect() : binaryDialects();
}
