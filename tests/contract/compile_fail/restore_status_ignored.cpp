// Built twice: as it stands it must compile; with COLLAB_FAIL it must not.
// A record that could not be restored makes a room useless: nobody may overlook that.
#include "collab/room/room.hpp"

bool run(collab::room& board) {
#ifdef COLLAB_FAIL
  board.restore("a damaged record");
  return true;
#else
  return board.restore("a damaged record").ok();
#endif
}
