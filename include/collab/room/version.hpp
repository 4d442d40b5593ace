// collab/room/version.hpp - places in the past of a room that somebody has given a name.

#ifndef COLLAB_ROOM_VERSION_HPP
#define COLLAB_ROOM_VERSION_HPP

#include <string>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"

namespace collab {

// The board after the operation `seq`, which is the one that saved it.
struct saved_version {
  seq_number seq{};
  std::string name;
  // Who saved it, and when.
  user_id user;
  unix_time time{};
};

}  // namespace collab

#endif  // COLLAB_ROOM_VERSION_HPP
