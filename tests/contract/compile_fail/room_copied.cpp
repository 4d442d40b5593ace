// Built twice: as it stands it must compile; with COLLAB_FAIL it must not.
// A room is one board: a copy would give out the same sequence numbers again.
#include "collab/room/room.hpp"

void run(collab::room_sink& sink) {
  collab::room board{"ROOM01", collab::limits{}, sink};
#ifdef COLLAB_FAIL
  collab::room other{board};
#else
  collab::room& other = board;
#endif
  (void)other;
}
