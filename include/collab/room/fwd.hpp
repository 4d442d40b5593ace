// collab/room/fwd.hpp - the names of the room module.

#ifndef COLLAB_ROOM_FWD_HPP
#define COLLAB_ROOM_FWD_HPP

namespace collab {

class chat_log;
class presence;
class room;
class room_sink;
struct chat_message;
struct cursor;
struct live_stroke;
struct member;
struct saved_version;

}  // namespace collab

#endif  // COLLAB_ROOM_FWD_HPP
