// Built twice: as it stands it must compile; with COLLAB_FAIL it must not.
// A room keeps a reference to its sink: a temporary would dangle.
#include "collab/room/room.hpp"

namespace {

class deaf_sink final : public collab::room_sink {
 public:
  void to_member(collab::member_id, const collab::room_event&, collab::log_position) override {}
  void to_all(const collab::room_event&, collab::log_position) override {}
  void to_others(collab::member_id, const collab::room_event&, collab::log_position) override {}
  void store(std::string, collab::log_position) override {}
};

}  // namespace

void run() {
#ifdef COLLAB_FAIL
  collab::room board{"ROOM01", collab::limits{}, deaf_sink{}};
#else
  deaf_sink sink;
  collab::room board{"ROOM01", collab::limits{}, sink};
#endif
  (void)board;
}
