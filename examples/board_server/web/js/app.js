// app.js - puts the page together: who, which room, the board, the tools and the panels.

import { dialectOfPage, roomOfPage } from './address.js';
import { connectButtons } from './buttons.js';
import { Chat } from './chat.js';
import { Clipboard } from './clipboard.js';
import { askClear, askProfile, closeOnBackdrop, toggleHelp } from './dialogs.js';
import { byId } from './dom.js';
import { browserStore } from './pending_store.js';
import { Cursors, PeoplePanel } from './people.js';
import { PointerInput } from './pointer.js';
import { hasProfile, loadProfile, loadScope } from './profile.js';
import { makeId, roomSocketUrl } from './protocol.js';
import { Session } from './session.js';
import { remember } from './settings.js';
import { savePng, saveSvg, shareLink } from './sharing.js';
import { isTyping, listen, shortcutTable, shownShortcuts } from './shortcuts.js';
import { Stage } from './stage.js';
import { Status } from './status.js';
import { Styles, propertyFor } from './styles.js';
import { Theme } from './theme.js';
import { toast } from './toasts.js';
import { Toolbar } from './toolbar.js';
import { EraserTool } from './tools/eraser_tool.js';
import { HandTool } from './tools/hand_tool.js';
import { InkTool } from './tools/ink_tool.js';
import { SelectTool } from './tools/select_tool.js';
import { ShapeTool } from './tools/shape_tool.js';
import { TextTool } from './tools/text_tool.js';

const ZOOM_STEP = 1.25;

class App {
  #room;
  #session;
  #stage;
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
  /** Where the pointer was last, in board units; null before it came. */
  #pointerAt = null;

  /** `store` keeps what is pending and `kept` is what it had, see session.js. */
  constructor({ room, profile, store, kept }) {
    this.#room = room;
    this.#session = new Session({
      url: roomSocketUrl(location, room),
      ...{ profile, store, kept },
      scope: loadScope(),
      makeDialect: dialectOfPage(),
      onBoardChange: (before, after) => this.#elementChanged(before, after),
    });
    this.#stage = new Stage({ sources: this.#paintSources(), onView: () => this.#viewChanged() });
    this.#tools = this.#makeTools();
    this.#input = new PointerInput({
      area: this.#stage.area,
      viewport: this.#stage.viewport,
      host: this.#inputHost(),
    });
    this.#toolbar = new Toolbar({
      styles: this.#styles,
      host: {
        onTool: (name) => this.useTool(name),
        onStyle: (name, value) => this.#restyleSelection(name, value),
      },
    });
    this.#cursors = new Cursors(this.#session, this.#stage.viewport);
    this.#chat = new Chat(this.#session);
    new PeoplePanel(this.#session);
    new Status(this.#session);
    this.#theme = new Theme({ onChange: (dark) => this.#themeChanged(dark) });
    this.#followClipboard();
    this.#followSession();
    this.#followWindow();
    const actions = this.#actions();
    connectButtons(actions);
    closeOnBackdrop();
    this.#shortcuts = shortcutTable(actions);
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
    this.#stage.renderer.invalidateLive();
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
      viewport: this.#stage.viewport,
      renderer: this.#stage.renderer,
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
    this.#stage.renderer.elementChanged(before, after, this.#session.board.isOnTop(after));
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
    const { dataset } = this.#stage.area;
    dataset.elements = board.size;
    dataset.pending = pending;
    dataset.live = this.#session.liveStrokes().length;
    byId('hint').hidden = !this.#session.isJoined || board.size + pending > 0;
  }

  #viewChanged() {
    this.#cursors.place();
    this.#tools.text.place();
  }

  #themeChanged(dark) {
    this.#stage.dark = dark;
    this.#toolbar.showTheme(dark);
  }

  #showCursor() {
    this.#stage.area.style.cursor = this.#panning ? 'grabbing' : this.#tool.cursor;
  }

  // ---- what comes from outside ----------------------------------------------------------

  #followSession() {
    const session = this.#session;
    const paintLive = () => {
      this.#stage.renderer.invalidateLive();
      this.#count();
    };
    session.addEventListener('live', paintLive);
    session.addEventListener('pending', paintLive);
    session.addEventListener('history', () => this.#showHistory());
    session.addEventListener('connection', () => this.#showHistory());
    session.addEventListener('notice', ({ detail }) => toast(detail));
    session.addEventListener('joined', () => {
      this.#count();
      this.#stage.fitOnce();
    });
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
    this.#stage.followWindow();
    window.addEventListener('online', () => {
      if (this.#session.connection.state === 'offline') this.#session.start();
    });
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
      place: () => this.#stage.placeInSight(this.#pointerAt),
      textStyle: () => this.#styles.of('text'),
      put: (element, group) => this.#session.put(element, group),
      select: (ids) => {
        this.useTool('select');
        this.#select.select(ids);
      },
      notify: toast,
    });
  }

  #inputHost() {
    return {
      tool: (eraser) => (eraser ? this.#tools.eraser : this.#tool),
      onCursor: ({ x, y }, drawing) => {
        this.#pointerAt = { x, y };
        this.#session.moveCursor(x, y, drawing);
      },
      onPress: () => {
        this.#stage.touchView();
        if (isTyping(document.activeElement)) document.activeElement.blur();
      },
      onPanChange: (panning) => {
        this.#panning = panning;
        this.#showCursor();
      },
    };
  }

  // ---- what is done here ----------------------------------------------------------------

  #actions() {
    const session = this.#session;
    const { viewport } = this.#stage;
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
      fit: () => this.#stage.fit(),
      theme: () => this.#theme.toggle(),
      share: shareLink,
      profile: () => this.changeProfile(),
      clear: () => this.clear(),
      chat: () => this.#chat.toggle(),
      savePng: () => savePng(session.board.ordered(), this.#picture),
      saveSvg: () => saveSvg(session.board.ordered(), this.#picture),
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
    else this.#stage.viewport.panBy(-dx * 60, -dy * 60);
  }

  #restyleSelection(name, value) {
    for (const element of this.#select.selected) {
      const property = propertyFor(element, name);
      if (property) this.#session.set(element.id, { [property]: value });
    }
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

  async changeProfile(question = { submit: 'Save' }) {
    const profile = await askProfile(loadProfile(), question);
    remember('profile', profile);
    this.#session.introduce(profile);
  }

  get #picture() {
    return { name: `board-${this.#room}`, dark: this.#theme.isDark };
  }
}

async function main() {
  const known = hasProfile();
  const room = roomOfPage();
  const store = browserStore(room, makeId);
  if (store) {
    store.onFull = () =>
      toast('This browser has no space to keep what waits to be sent. Leave the page open.');
  }
  const kept = (await store?.open()) ?? null;
  const app = new App({ room, profile: loadProfile(), store, kept });
  if (!known) await app.changeProfile({ submit: 'Join the board' });
  app.start();
}

main();
