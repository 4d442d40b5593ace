// tool_box.js - all tools, by name.

import { EraserTool } from './eraser_tool.js';
import { HandTool } from './hand_tool.js';
import { InkTool } from './ink_tool.js';
import { SelectTool } from './select_tool.js';
import { ShapeTool } from './shape_tool.js';
import { TextTool } from './text_tool.js';

/** `context` is what the tools work with; `textField` is where texts are written. */
export function makeTools(context, textField) {
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
    text: new TextTool(context, textField),
  };
}
