// app.js - puts the page together: who, which room, the board, the tools and the panels.

import { byId, disclose, enableMenuKeys } from './dom.js';
import { boundsOfAll, contains, encloses, grow } from './geometry.js';
import { Chat } from './chat.js';
import { Clipboard } from './clipboard.js';
import { askClear, askProfile, closeOnBackdrop, toggleHelp } from './dialogs.js';
import { offerFile, toPng, toSvg } from './export.js';
import { followImages } from './images.js';
import { Cursors, PeoplePanel } from './people.js';
import { inventColor, inventName } from './palette.js';
import { PointerInput } from './pointer.js';
import { LIMITS, isRoomName, makeRoomName, onGrid, roomSocketUrl } from './protocol.js';
import { Renderer } from './render.js';
import { Session } from './session.js';
import { recall, remember } from './settings.js';
import { isTyping, listen, shortcutTable, shownShortcuts } from './shortcuts.js';
import { Status } from './status.js';
import { Styles } from './styles.js';
import { Theme } from './theme.js';
import { toast } from './toasts.js';
import { Toolbar } from './toolbar.js';
import { Viewport } from './viewport.js';
import { BinaryDialect, JsonDialect } from './wire/dialects.js';
import { EraserTool } from './tools/eraser_tool.js';
import { HandTool } from './tools/hand_tool.js';
import { InkTool } from './tools/ink_tool.js';
import { SelectTool } from './tools/select_tool.js';
import { ShapeTool } from './tools/shape_tool.js';
import { TextTool } from './tools/text_tool.js';

const GRID_UNITS = 24;
const ZOOM_STEP = 1.25;

/** The room the address names; a fresh one, put into the address, when it names none. */
function roomOfPage() {
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

/** The scope of undo that was chosen in this browser, if any. */
function scopeOfSettings() {
  const scope = recall('undo-scope', null);
  return scope === 'mine' || scope === 'room' ? scope : undefined;
}

/** How the page talks to the server: `?dialect=json` makes it readable for people. */
function dialectOfPage() {
  const isJson = new URL(location.href).searchParams.get('dialect') === 'json';
  return isJson ? () => new JsonDialect() : () => new BinaryDialect();
}

class App {
  #room = roomOfPage();
  #area = byId('board');
  #session;
  #viewport;
  #renderer;
  #styles = new Styles();
  #tools;
  #toolName = 'pen';
  #input;
  #toolbar;
  #theme;
  #cursors;
  #chat;
  #shortcuts;
  #panning = false;
  #countScheduled = false;
  #viewTouched = false;
  /** Where the pointer was last, in board units; null before it came. */
  #pointerAt = null;

  constructor(profile) {
    this.#session = new Session({
      url: roomSocketUrl(location, this.#room),
      profile,
      scope: scopeOfSettings(),
      makeDialect: dialectOfPage(),
      onBoardChange: (before, after) => this.#elementChanged(before, after),
    });
    this.#viewport = new Viewport({ onChange: () => this.#viewChanged() });
    this.#renderer = new Renderer({
      staticCanvas: byId('static-layer'),
      liveCanvas: byId('live-layer'),
      viewport: this.#viewport,
      sources: this.#paintSources(),
    });
    this.#tools = this.#makeTools();
    this.#input = new PointerInput({
      area: this.#area,
      viewport: this.#viewport,
      host: this.#inputHost(),
    });
    this.#toolbar = new Toolbar({
      styles: this.#styles,
      host: {
        onTool: (name) => this.useTool(name),
        onStyle: (name, value) => this.#restyleSelection(name, value),
      },
    });
    this.#cursors = new Cursors(this.#session, this.#viewport);
    this.#chat = new Chat(this.#session);
    new PeoplePanel(this.#session);
    new Status(this.#session);
    this.#theme = new Theme({ onChange: (dark) => this.#themeChanged(dark) });
    this.#followClipboard();
    followImages(() => this.#renderer.invalidateAll());
    this.#followSession();
    this.#followWindow();
    this.#connectButtons();
    this.#shortcuts = shortcutTable(this.#actions());
    listen(this.#shortcuts);
    this.useTool('pen');
    byId('room-name').textContent = this.#room;
    document.title = `${this.#room} · collab board`;
  }

  start() {
    this.#session.start();
  }

  useTool(name) {
    if (!this.#tools[name]) return;
    this.#input.finish();
    if (name !== this.#toolName) this.#tool.deactivate?.();
    this.#toolName = name;
    this.#toolbar.showTool(name);
    this.#showCursor();
    this.#renderer.invalidateLive();
  }

  get #tool() {
    return this.#tools[this.#toolName];
  }

  get #select() {
    return this.#tools.select;
  }

  #makeTools() {
    const context = {
      session: this.#session,
      board: this.#session.board,
      viewport: this.#viewport,
      renderer: this.#renderer,
      styles: this.#styles,
      onSelection: (elements) => this.#toolbar.showSelection(elements),
      showCursor: () => this.#showCursor(),
      editText: (element) => this.#tools.text.edit(element),
      onTextDone: () => {},
    };
    return {
      select: new SelectTool(context),
      hand: new HandTool(),
      pen: new InkTool(context, 'pen'),
      highlighter: new InkTool(context, 'highlighter'),
      eraser: new EraserTool(context),
      rect: new ShapeTool(context, 'rect'),
      ellipse: new ShapeTool(context, 'ellipse'),
      line: new ShapeTool(context, 'line'),
      arrow: new ShapeTool(context, 'arrow'),
      text: new TextTool(context, byId('text-field')),
    };
  }

  // ---- painting -------------------------------------------------------------------------

  #paintSources() {
    const { board } = this.#session;
    return {
      beforeFrame: () => this.#session.flush(),
      ordered: () => board.ordered(),
      live: () => [
        ...this.#session.liveStrokes(),
        ...[...this.#session.ownStrokes].map((stroke) => stroke.element),
      ],
      paintTool: (ctx, options) => this.#tool.paint?.(ctx, options),
    };
  }

  #elementChanged(before, after) {
    this.#renderer.elementChanged(before, after, this.#session.board.isOnTop(after));
    if (this.#countScheduled) return;
    this.#countScheduled = true;
    queueMicrotask(() => {
      this.#countScheduled = false;
      this.#select.boardChanged();
      this.#count();
    });
  }

  /** What tests and style sheets may know of the board: counts on its container. */
  #count() {
    const { board, pending } = this.#session;
    const { dataset } = this.#area;
    dataset.elements = board.size;
    dataset.pending = pending;
    dataset.live = this.#session.liveStrokes().length;
    byId('hint').hidden = !this.#session.isJoined || board.size + pending > 0;
  }

  #viewChanged() {
    this.#renderer.viewChanged();
    this.#cursors.place();
    this.#tools.text.place();
    this.#showGrid();
    byId('zoom-level').textContent = `${Math.round(this.#viewport.zoom * 100)}%`;
  }

  /** The dots follow the board; far out only every fourth or sixteenth is left. */
  #showGrid() {
    const { x, y, zoom } = this.#viewport;
    let step = GRID_UNITS * zoom;
    while (step < 14) step *= 4;
    const { style } = this.#area;
    style.backgroundSize = `${step}px ${step}px`;
    style.backgroundPosition = `${-x * zoom - step / 2}px ${-y * zoom - step / 2}px`;
  }

  #themeChanged(dark) {
    this.#renderer.dark = dark;
    this.#area.classList.toggle('dark', dark);
    this.#toolbar.showTheme(dark);
    this.#renderer.invalidateAll();
  }

  #showCursor() {
    this.#area.style.cursor = this.#panning ? 'grabbing' : this.#tool.cursor;
  }

  // ---- what comes from outside ----------------------------------------------------------

  #followSession() {
    const session = this.#session;
    const paintLive = () => {
      this.#renderer.invalidateLive();
      this.#count();
    };
    session.addEventListener('live', paintLive);
    session.addEventListener('pending', paintLive);
    session.addEventListener('history', () => this.#showHistory());
    session.addEventListener('connection', () => this.#showHistory());
    session.addEventListener('notice', ({ detail }) => toast(detail));
    session.addEventListener('joined', () => this.#arrived());
  }

  /** The first time, everything on the board is brought into view, unless it is seen already. */
  #arrived() {
    this.#count();
    if (this.#viewTouched) return;
    this.#viewTouched = true;
    const bounds = boundsOfAll(this.#session.board.ordered());
    if (!bounds) return;
    const inset = this.#padding / this.#viewport.zoom;
    if (!encloses(grow(this.#viewport.bounds, -inset), bounds)) this.fit();
  }

  #showHistory() {
    const { history, isJoined } = this.#session;
    byId('undo').disabled = !isJoined || !history.canUndo;
    byId('redo').disabled = !isJoined || !history.canRedo;
    const onlyMine = this.#session.scope === 'mine';
    byId('undo-mine').setAttribute('aria-pressed', String(onlyMine));
    byId('undo').dataset.tip = onlyMine ? 'Undo my last' : 'Undo';
    byId('redo').dataset.tip = onlyMine ? 'Redo my last' : 'Redo';
  }

  #followWindow() {
    const measure = () => {
      const { width, height } = this.#area.getBoundingClientRect();
      this.#viewport.resize(width, height);
      this.#renderer.resize(width, height, window.devicePixelRatio || 1);
    };
    new ResizeObserver(measure).observe(this.#area);
    measure();
    this.#viewport.fit(null);
    this.#showGrid();
    window.addEventListener('online', () => this.#session.start());
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.#session.flush();
      else if (this.#session.connection.state === 'offline') this.#session.start();
    });
    window.addEventListener('beforeunload', (event) => {
      if (this.#session.pending > 0) event.preventDefault();
    });
    this.#followSpace();
  }

  #followSpace() {
    const set = (held) => (event) => {
      if (
        event.code !== 'Space' ||
        isTyping(event.target) ||
        event.target.closest?.('button, dialog')
      )
        return;
      event.preventDefault();
      if (!event.repeat) this.#input.holdSpace(held);
    };
    document.addEventListener('keydown', set(true));
    document.addEventListener('keyup', set(false));
    window.addEventListener('blur', () => this.#input.holdSpace(false));
  }

  #followClipboard() {
    new Clipboard({
      selected: () => this.#select.selected,
      removeSelected: () => this.#select.removeSelected(),
      place: () => this.#pastePlace(),
      textStyle: () => this.#styles.of('text'),
      put: (element, group) => this.#session.put(element, group),
      select: (ids) => {
        this.useTool('select');
        this.#select.select(ids);
      },
      notify: toast,
    });
  }

  /** Where to paste: under the pointer if that is in sight, otherwise in the middle. */
  #pastePlace() {
    const { left, top, right, bottom } = this.#viewport.bounds;
    const at = this.#pointerAt;
    const isSeen = at && contains({ left, top, right, bottom }, at.x, at.y);
    return isSeen ? at : { x: (left + right) / 2, y: (top + bottom) / 2 };
  }

  #inputHost() {
    return {
      tool: (eraser) => (eraser ? this.#tools.eraser : this.#tool),
      onCursor: ({ x, y }, drawing) => {
        this.#pointerAt = { x, y };
        this.#session.moveCursor(x, y, drawing);
      },
      onPress: () => {
        this.#viewTouched = true;
        if (isTyping(document.activeElement)) document.activeElement.blur();
      },
      onPanChange: (panning) => {
        this.#panning = panning;
        this.#showCursor();
      },
    };
  }

  // ---- what is done here ----------------------------------------------------------------

  #connectButtons() {
    const menu = disclose(byId('menu-button'), byId('menu'), {
      onToggle: (opened) =>
        opened && byId('menu').querySelector('[role="menuitem"]').focus({ focusVisible: false }),
    });
    enableMenuKeys(byId('menu'));
    const actions = {
      ...this.#actions(),
      share: () => this.share(),
      profile: () => this.changeProfile(),
      clear: () => this.clear(),
    };
    const named = {
      share: actions.share,
      profile: actions.profile,
      clear: actions.clear,
      help: actions.help,
      undo: actions.undo,
      redo: actions.redo,
      'undo-mine': actions.undoMine,
      delete: actions.remove,
      fit: actions.fit,
      'save-png': actions.savePng,
      'save-svg': actions.saveSvg,
      'zoom-in': actions.zoomIn,
      'zoom-out': actions.zoomOut,
      'zoom-reset': actions.zoomReset,
    };
    for (const button of document.querySelectorAll('[data-action]')) {
      button.addEventListener('click', () => {
        menu.close();
        named[button.dataset.action]();
      });
    }
    closeOnBackdrop();
  }

  #actions() {
    const session = this.#session;
    const viewport = this.#viewport;
    return {
      tool: (name) => this.useTool(name),
      width: (step) => this.#toolbar.stepWidth(step),
      color: (n) => this.#toolbar.chooseColor(n),
      undo: () => session.undo(),
      redo: () => session.redo(),
      undoMine: () => this.toggleScope(),
      selectAll: () => {
        this.useTool('select');
        this.#select.selectAll();
      },
      duplicate: () => this.#select.duplicateSelected(),
      remove: () => this.#select.removeSelected(),
      nudge: (key, event) => this.#nudge(key, event),
      escape: () => this.#escape(),
      zoomIn: () => viewport.zoomBy(ZOOM_STEP),
      zoomOut: () => viewport.zoomBy(1 / ZOOM_STEP),
      zoomReset: () => viewport.zoomTo(1),
      fit: () => this.fit(),
      theme: () => this.#theme.toggle(),
      chat: () => this.#chat.toggle(),
      savePng: () => this.savePng(),
      saveSvg: () => this.saveSvg(),
      help: () => toggleHelp(shownShortcuts(this.#shortcuts)),
    };
  }

  /** Takes one step back: what is being drawn, then what is selected, then the tool. */
  #escape() {
    if (this.#input.isDrawing) this.#input.abort();
    else if (this.#select.selected.length > 0) this.#select.select([]);
    else this.useTool('select');
  }

  #nudge(key, { shiftKey }) {
    const step = shiftKey ? 16 : 1;
    const [dx, dy] = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    }[key];
    if (this.#select.selected.length > 0) this.#select.moveSelectedBy(dx * step, dy * step);
    else this.#viewport.panBy(-dx * 60, -dy * 60);
  }

  #restyleSelection(name, value) {
    for (const element of this.#select.selected) {
      const property = propertyOf(element, name);
      if (property) this.#session.set(element.id, { [property]: onGridIfNumber(value) });
    }
  }

  /** How much of the edge the panels may cover, in CSS pixels. */
  get #padding() {
    const { width, height } = this.#viewport;
    if (width < 600) return 36;
    return height < 600 ? 70 : 110;
  }

  fit() {
    this.#viewTouched = true;
    this.#viewport.fit(boundsOfAll(this.#session.board.ordered()), { padding: this.#padding });
  }

  /** Undo takes back everybody's work or only one's own; remembered in this browser. */
  toggleScope() {
    const scope = this.#session.scope === 'mine' ? 'room' : 'mine';
    this.#session.useScope(scope);
    remember('undo-scope', scope);
    toast(
      scope === 'mine' ? 'Undo takes back only what you did.' : 'Undo takes back what anybody did.',
    );
  }

  async clear() {
    const { board } = this.#session;
    if (board.size === 0) toast('The board is empty already.');
    else if (await askClear(board.size)) this.#session.clear();
  }

  async share() {
    const link = location.href;
    const isPhone = matchMedia('(pointer: coarse)').matches;
    try {
      if (isPhone && navigator.share) await navigator.share({ title: document.title, url: link });
      else {
        await copyText(link);
        toast('Link copied. Whoever opens it draws with you.');
      }
    } catch (error) {
      if (error.name !== 'AbortError') toast(link);
    }
  }

  async changeProfile(question = { submit: 'Save' }) {
    const profile = await askProfile(loadProfile(), question);
    remember('profile', profile);
    this.#session.introduce(profile);
  }

  async savePng() {
    const file = await toPng(this.#session.board.ordered(), { dark: this.#theme.isDark });
    this.#offer(file, 'png');
  }

  saveSvg() {
    const text = toSvg(this.#session.board.ordered(), { dark: this.#theme.isDark });
    this.#offer(text && new Blob([text], { type: 'image/svg+xml' }), 'svg');
  }

  #offer(file, ending) {
    if (file) offerFile(file, `board-${this.#room}.${ending}`);
    else toast('The board is empty, there is nothing to save.');
  }
}

/** The property of the element that a choice in the style panel changes; undefined: none. */
function propertyOf({ kind }, name) {
  if (name === 'color') return 'color';
  if (kind === 'image') return undefined;
  const isText = kind === 'text' || kind === 'sticky';
  if (name === 'fontSize') return isText ? 'fontSize' : undefined;
  if (name === 'width' && !isText) return kind === 'stroke' ? 'width' : 'strokeWidth';
  return undefined;
}

function onGridIfNumber(value) {
  return typeof value === 'number' ? onGrid(value) : value;
}

async function copyText(text) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  const copied = document.execCommand('copy');
  field.remove();
  if (!copied) throw new Error('copying is not allowed here');
}

function loadProfile() {
  const { name, color } = recall('profile', {});
  return {
    name: String(name || inventName()).slice(0, LIMITS.nameCharacters),
    color: /^#[0-9a-f]{6}$/i.test(color ?? '') ? color : inventColor(),
  };
}

async function main() {
  const known = recall('profile', null) !== null;
  const app = new App(loadProfile());
  if (!known) await app.changeProfile({ submit: 'Join the board' });
  app.start();
}

main();
