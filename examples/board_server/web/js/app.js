// app.js - puts the page together: who, which room, the board, the tools and the panels.

import { dialectOfPage, roomOfPage } from './address.js';
import { connectButtons } from './buttons.js';
import { Chat } from './chat.js';
import { Clipboard } from './clipboard.js';
import { askClear, askProfile, closeOnBackdrop, toggleHelp } from './dialogs.js';
import { byId } from './dom.js';
import { HistoryBar } from './history_bar.js';
import { browserStore } from './pending_store.js';
import { Cursors, PeoplePanel } from './people.js';
import { PointerInput } from './pointer.js';
import { hasProfile, loadProfile, loadScope } from './profile.js';
import { makeId, roomSocketUrl } from './protocol.js';
import { Replay, momentsOf } from './replay.js';
import { ReplayBar } from './replay_bar.js';
import { Session } from './session.js';
import { remember } from './settings.js';
import { savePng, saveSvg, shareLink } from './sharing.js';
import { followSpace, isTyping, listen, shortcutTable, shownShortcuts } from './shortcuts.js';
import { Stage } from './stage.js';
import { Status } from './status.js';
import { Styles, propertyFor } from './styles.js';
import { Theme } from './theme.js';
import { toast } from './toasts.js';
import { Toolbar } from './toolbar.js';
import { makeTools } from './tools/tool_box.js';
import { Versions } from './versions.js';
import { followWaking } from './waking.js';

const ZOOM_STEP = 1.25;
/** What can be done while the past of the board is looked at; `escape` goes back. */
const WHILE_LOOKING_BACK = new Set(
  'zoomIn zoomOut zoomReset fit theme chat savePng saveSvg help share profile versions replay escape'.split(
    ' ',
  ),
);

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
  #history;
  #replay;
  #versions;
  #clipboard;
  #shortcuts;
  #panning = false;
  #countScheduled = false;
  /** Where the pointer was last, in board units; null before it came. */
  #pointerAt = null;

  /** `store` keeps what is pending, see session.js. */
  constructor({ room, profile, store }) {
    this.#room = room;
    this.#session = new Session({
      url: roomSocketUrl(location, room),
      ...{ profile, store },
      scope: loadScope(),
      makeDialect: dialectOfPage(),
      onBoardChange: (before, after) => this.#elementChanged(before, after),
    });
    this.#replay = new Replay({
      fetchMoment: momentsOf(room),
      lastOf: () => this.#session.seq,
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
    this.#versions = new Versions({
      session: this.#session,
      onLook: (seq) => this.#lookBack(seq),
    });
    this.#history = new HistoryBar(this.#session);
    new PeoplePanel(this.#session);
    new Status(this.#session);
    this.#theme = new Theme({ onChange: (dark) => this.#themeChanged(dark) });
    this.#clipboard = this.#makeClipboard();
    this.#followSession();
    this.#followReplay();
    this.#stage.followWindow();
    followWaking(this.#session);
    followSpace((held) => this.#input.holdSpace(held));
    const actions = this.#guarded(this.#actions());
    connectButtons(actions);
    closeOnBackdrop();
    this.#shortcuts = shortcutTable(actions);
    listen(this.#shortcuts);
    this.useTool('pen');
    byId('room-name').textContent = this.#room;
    document.title = `${this.#room} · collab board`;
  }

  /** `kept` is what an earlier page had not done with, or null. */
  start(kept) {
    if (kept) this.#session.restore(kept);
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
    return this.#tools[this.#replay.isOpen ? 'hand' : this.#toolName];
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
    return makeTools(context, byId('text-field'));
  }

  // ---- painting -------------------------------------------------------------------------

  #paintSources() {
    const { board } = this.#session;
    return {
      beforeFrame: () => this.#session.flush(),
      ordered: () => this.#replay.elements ?? board.ordered(),
      live: () => {
        if (this.#replay.elements) return [];
        const own = [...this.#session.ownStrokes].map((stroke) => stroke.element);
        return [...this.#session.liveStrokes(), ...own];
      },
      paintTool: (ctx, options) => this.#tool.paint?.(ctx, options),
    };
  }

  #elementChanged(before, after) {
    if (!this.#replay.elements)
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
    if (this.#replay.elements) dataset.shown = this.#replay.elements.length;
    else delete dataset.shown;
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
    session.addEventListener('notice', ({ detail }) => toast(detail));
    session.addEventListener('joined', () => {
      this.#count();
      this.#stage.fitOnce();
    });
  }

  /** While the past is looked at nothing can be done to the board but move it. */
  #followReplay() {
    new ReplayBar({ replay: this.#replay, session: this.#session });
    let shown = null;
    this.#replay.addEventListener('failed', ({ detail }) => toast(detail));
    this.#replay.addEventListener('change', () => {
      if (this.#replay.elements === shown) return;
      shown = this.#replay.elements;
      this.#stage.renderer.invalidateAll();
      this.#count();
      this.#showCursor();
    });
  }

  /** Shows the board as it was; without a moment it opens or closes. */
  #lookBack(seq) {
    if (this.#replay.isOpen && seq === undefined) {
      this.#replay.close();
      return;
    }
    this.#input.finish();
    this.#tool.deactivate?.();
    this.#select.select([]);
    this.#replay.open(seq);
  }

  #makeClipboard() {
    return new Clipboard({
      selected: () => this.#select.selected,
      removeSelected: () => this.#select.removeSelected(),
      place: () => this.#stage.placeInSight(this.#pointerAt),
      textStyle: () => this.#styles.of('text'),
      isOff: () => this.#replay.isOpen,
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
      tool: (eraser) => (eraser && !this.#replay.isOpen ? this.#tools.eraser : this.#tool),
      onCursor: ({ x, y }, drawing) => {
        this.#pointerAt = { x, y };
        if (!this.#replay.isOpen) this.#session.moveCursor(x, y, drawing);
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

  /** The actions, but while the past is looked at only those that leave the board alone. */
  #guarded(actions) {
    const guard =
      (name, act) =>
      (...given) => {
        if (!this.#replay.isOpen || WHILE_LOOKING_BACK.has(name)) act(...given);
      };
    return Object.fromEntries(
      Object.entries(actions).map(([name, act]) => [name, guard(name, act)]),
    );
  }

  #actions() {
    const session = this.#session;
    const { viewport } = this.#stage;
    return {
      tool: (name) => this.useTool(name),
      width: (step) => this.#toolbar.stepWidth(step),
      color: (n) => this.#toolbar.chooseColor(n),
      undo: () => session.undo(),
      redo: () => session.redo(),
      undoMine: () => this.#history.toggleScope(),
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
      copy: () => this.#clipboard.copySelected(),
      paste: () => this.#clipboard.pasteHere(),
      versions: () => this.#versions.toggle(),
      replay: () => this.#lookBack(),
      theme: () => this.#theme.toggle(),
      share: shareLink,
      profile: () => this.changeProfile(),
      clear: () => this.clear(),
      chat: () => this.#chat.toggle(),
      savePng: () => savePng(this.#stage.ordered(), this.#picture),
      saveSvg: () => saveSvg(this.#stage.ordered(), this.#picture),
      help: () => toggleHelp(shownShortcuts(this.#shortcuts)),
    };
  }

  /** Takes one step back: what is being drawn, then what is selected, then the tool. */
  #escape() {
    if (this.#replay.isOpen) this.#replay.close();
    else if (this.#input.isDrawing) this.#input.abort();
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
  const app = new App({ room, profile: loadProfile(), store });
  if (!known) await app.changeProfile({ submit: 'Join the board' });
  app.start(kept);
}

main();
