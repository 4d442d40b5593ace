// Built twice: as it stands it must compile; with COLLAB_FAIL it must not.
// The number of a member is no sequence number.
#include "collab/room/room.hpp"

void run(collab::room& board) {
#ifdef COLLAB_FAIL
  board.set_durable(collab::member_id{1});
#else
  board.set_durable(collab::log_position{1});
#endif
}
