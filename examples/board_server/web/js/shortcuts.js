// shortcuts.js - the keys, in one table that both obeys them and shows them in the help.

const isApple = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? '');
const MOD = isApple ? '⌘' : 'Ctrl';

/**
 * Groups of `[title, [[label, keys to show, matches, action], ...]]`. `matches` are patterns
 * such as `mod+shift+z`: the modifiers that must be held, then the key in lower case.
 */
export function shortcutTable(actions) {
  const tool = (name) => () => actions.tool(name);
  return [
    [
      'Tools',
      [
        ['Select', ['V'], ['v'], tool('select')],
        ['Move the board', ['H'], ['h'], tool('hand')],
        ['Pen', ['P'], ['p', 'b'], tool('pen')],
        ['Highlighter', ['M'], ['m'], tool('highlighter')],
        ['Eraser', ['E'], ['e'], tool('eraser')],
        ['Rectangle', ['R'], ['r'], tool('rect')],
        ['Ellipse', ['O'], ['o'], tool('ellipse')],
        ['Line', ['L'], ['l'], tool('line')],
        ['Arrow', ['A'], ['a'], tool('arrow')],
        ['Text', ['T'], ['t'], tool('text')],
      ],
    ],
    [
      'Drawing',
      [
        ['Thinner, thicker', ['[', ']'], ['['], () => actions.width(-1)],
        [null, [], [']'], () => actions.width(1)],
        [
          'Colours',
          ['1', '…', '9'],
          ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
          (key) => actions.color(Number(key) - 1),
        ],
        ['Equal sides, straight angles', ['Shift', 'drag'], [], null],
        ['Resize about the middle', ['Alt', 'drag'], [], null],
      ],
    ],
    [
      'Editing',
      [
        ['Undo', [MOD, 'Z'], ['mod+z'], actions.undo],
        ['Redo', [MOD, 'Shift', 'Z'], ['mod+shift+z', 'mod+y'], actions.redo],
        ['Undo only mine, or everybody’s', [MOD, 'Shift', 'U'], ['mod+shift+u'], actions.undoMine],
        ['Copy, cut, paste', [MOD, 'C', 'X', 'V'], [], null],
        ['Select all', [MOD, 'A'], ['mod+a'], actions.selectAll],
        ['Duplicate', [MOD, 'D'], ['mod+d'], actions.duplicate],
        [
          'Nudge',
          ['←', '↑', '↓', '→'],
          [
            'arrowleft',
            'arrowright',
            'arrowup',
            'arrowdown',
            'shift+arrowleft',
            'shift+arrowright',
            'shift+arrowup',
            'shift+arrowdown',
          ],
          actions.nudge,
        ],
        ['Delete', ['Del'], ['delete', 'backspace'], actions.remove],
        ['Let go', ['Esc'], ['escape'], actions.escape],
      ],
    ],
    [
      'View',
      [
        ['Move the board', ['Space', 'drag'], [], null],
        ['Zoom', [MOD, 'wheel'], [], null],
        ['Zoom in', [MOD, '+'], ['mod++', 'mod+=', 'mod+shift++'], actions.zoomIn],
        ['Zoom out', [MOD, '−'], ['mod+-'], actions.zoomOut],
        ['Zoom to 100 %', ['Shift', '0'], ['shift+0', 'mod+0', 'shift+)'], actions.zoomReset],
        ['Fit everything', ['Shift', '1'], ['shift+1', 'shift+!'], actions.fit],
        ['Light or dark', ['Shift', 'D'], ['shift+d'], actions.theme],
      ],
    ],
    [
      'Board',
      [
        ['Chat', ['C'], ['c'], actions.chat],
        ['Save as PNG', [MOD, 'S'], ['mod+s'], actions.savePng],
        ['Save as SVG', [MOD, 'Shift', 'S'], ['mod+shift+s'], actions.saveSvg],
        ['This help', ['?'], ['?', 'shift+?'], actions.help],
      ],
    ],
  ];
}

/** The groups as the help shows them. */
export function shownShortcuts(table) {
  return table.map(([title, rows]) => [
    title,
    rows.filter(([label]) => label !== null).map(([label, keys]) => [label, keys]),
  ]);
}

/** The patterns a key press matches: with the key as typed, and by its digit key. */
export function patternsOf({ key, code = '', ctrlKey, metaKey, shiftKey }) {
  const modifiers = `${ctrlKey || metaKey ? 'mod+' : ''}${shiftKey ? 'shift+' : ''}`;
  const patterns = [modifiers + key.toLowerCase()];
  if (/^Digit\d$/.test(code)) patterns.push(modifiers + code.slice(5));
  return patterns;
}

/** Obeys the table wherever nothing is being typed and no dialog is open. */
export function listen(table) {
  const actions = new Map();
  for (const [, rows] of table) {
    for (const [, , matches, action] of rows)
      for (const match of matches) actions.set(match, action);
  }
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.altKey || isTyping(event.target)) return;
    const inDialog = document.querySelector('dialog[open]') !== null;
    if (inDialog && !(event.key === '?' && document.querySelector('#help[open]'))) return;
    for (const pattern of patternsOf(event)) {
      const action = actions.get(pattern);
      if (!action) continue;
      event.preventDefault();
      action(event.key, event);
      return;
    }
  });
}

/** Whether keys pressed on this element are text. */
export function isTyping(element) {
  return Boolean(element?.closest?.('input, textarea, [contenteditable="true"]'));
}
