// Built twice: as it stands it must compile; with COLLAB_FAIL it must not.
// A server keeps a reference to its storage: a temporary would dangle.
#include "collab/server/server.hpp"
#include "collab/storage/memory_storage.hpp"

void run() {
#ifdef COLLAB_FAIL
  collab::server boards{collab::memory_storage{}};
#else
  collab::memory_storage storage;
  collab::server boards{storage};
#endif
  (void)boards;
}
