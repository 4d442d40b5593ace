// collab/server/room_hooks.hpp - where a host looks on at its rooms, and has a say.
//
// For rules of the host's own (who may draw where, a price for each stroke), for journals and
// for statistics. What a host sends to the members itself is `host:message`, see room_host.
//
//   class read_only_for_guests final : public collab::room_hooks {
//     absl::Status before(const collab::room&, const collab::member& who,
//                         collab::room_command& command) override {
//       return is_guest(who) && std::holds_alternative<collab::operation_command>(command)
//                  ? absl::PermissionDeniedError("guests may look on")
//                  : absl::OkStatus();
//     }
//   };

#ifndef COLLAB_SERVER_ROOM_HOOKS_HPP
#define COLLAB_SERVER_ROOM_HOOKS_HPP

#include <absl/status/status.h>

#include "collab/core/ids.hpp"
#include "collab/history/edit_history.hpp"
#include "collab/history/operation.hpp"
#include "collab/room/command.hpp"
#include "collab/room/member.hpp"
#include "collab/room/room.hpp"

namespace collab {

// All that happens in the rooms of one room_host. Each function does nothing unless overridden.
//
// Threads: all calls come on the thread of the host's executor, from inside the host's own
// work, which waits for them. They may read the room that is passed, and post to the executor;
// they must not call the room_host or destroy it. What is passed is valid during the call.
class room_hooks {
 public:
  // A member asks for something that he may ask for in form. It may be changed, but for its
  // alternative and the counter of an operation; points and names may refer to memory that
  // outlives the call by execution, such as that of this object. Whatever it has become is
  // checked as if the member had sent it.
  //
  // With an error it is not done: an operation is rejected with it, once and for all, anything
  // else answered with `error`. Codes are those of docs/protocol.md. An operation that is sent
  // again is asked about again, but its first outcome stands.
  virtual absl::Status before(const room& /*in*/, const member& /*who*/,
                              room_command& /*command*/) {
    return absl::OkStatus();
  }

  // An operation was done, and `in` shows it; it is not durable yet and nobody was told. Also
  // for strokes that the room commits itself, not for what is read from the storage. `effect`
  // is what it did to the document.
  virtual void on_applied(const room& /*in*/, const operation& /*done*/,
                          const edit_effect& /*effect*/) {}

  // Everything up to `seq` is durable, and is being told to the members.
  virtual void on_committed(const room& /*in*/, seq_number /*seq*/) {}

  // Somebody has come into the room, or has left it; he is listed in it in the first case only.
  // Neither is called when another connection goes on with the session of one who is in the
  // room: he has another `id` then, and all else stays as it is.
  virtual void on_joined(const room& /*in*/, const member& /*who*/) {}
  virtual void on_left(const room& /*in*/, const member& /*who*/) {}

 protected:
  ~room_hooks() = default;
};

}  // namespace collab

#endif  // COLLAB_SERVER_ROOM_HOOKS_HPP
