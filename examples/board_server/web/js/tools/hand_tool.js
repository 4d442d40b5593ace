// hand_tool.js - moves the board; the pointer input does it, because it also does so for the
// space key, the middle button and fingers.

export class HandTool {
  cursor = 'grab';
  pans = true;
}
