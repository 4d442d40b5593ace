// Built twice: as it stands it must compile; with COLLAB_FAIL it must not.
// A host keeps a reference to its clock: a temporary would dangle.
#include "collab/server/room_host.hpp"

void run(collab::storage& store, collab::executor& loop, collab::random_source& random) {
#ifdef COLLAB_FAIL
  collab::room_host host{store, loop, collab::system_clock_source{}, random};
#else
  const collab::system_clock_source time;
  collab::room_host host{store, loop, time, random};
#endif
  (void)host;
}
