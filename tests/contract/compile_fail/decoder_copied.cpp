// Built twice: as it stands it must compile; with COLLAB_FAIL it must not.
// A decoder owns the buffers that its messages refer to.
#include "collab/protocol/json_codec.hpp"

void run(collab::json_decoder& decoder) {
#ifdef COLLAB_FAIL
  collab::json_decoder other{decoder};
#else
  collab::json_decoder& other = decoder;
#endif
  (void)other;
}
