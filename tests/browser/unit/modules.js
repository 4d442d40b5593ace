// modules.js - finds the page's modules, so that unit tests can import them by name.

import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const webDir =
  process.env.COLLAB_WEB_DIR ??
  fileURLToPath(new URL('../../../examples/board_server/web', import.meta.url));

/** The module `js/<name>.js` of the page. */
export function module(name) {
  return import(pathToFileURL(join(webDir, 'js', `${name}.js`)).href);
}
