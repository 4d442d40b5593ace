// collab/client/detail/client_core.hpp - the parts of a client put together, and its poll().
//
// Part of client.hpp.

#ifndef COLLAB_CLIENT_DETAIL_CLIENT_CORE_HPP
#define COLLAB_CLIENT_DETAIL_CLIENT_CORE_HPP

#include <absl/status/status.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/client/detail/client_context.hpp"
#include "collab/client/detail/client_room.hpp"
#include "collab/client/detail/follower.hpp"
#include "collab/client/detail/own_work.hpp"
#include "collab/client/detail/passing.hpp"
#include "collab/protocol/binary_server_decoder.hpp"
#include "collab/protocol/server_message.hpp"

namespace collab::detail {

class client_core {
 public:
  client_core(connector& dial, random_source& random, client_options options)
      : context{dial, random, std::move(options)},
        scope{context.options.scope},
        who{context.options.name, context.options.color},
        work{context},
        following{context, room, work},
        passed{context, room},
        decoder_{[this](operation_counter op) {
          const pending_operation* made = work.operations().find(op);
          return made != nullptr ? element_id{made->makes()} : element_id{};
        }} {
    pending_keeper::kept_work kept = context.keeper.load(context.options.bounds);
    room_name = kept.head.room;
    following.go_on(kept.head);
    work.restore(std::move(kept));
  }
  client_core(const client_core&) = delete;
  client_core& operator=(const client_core&) = delete;

  void poll(instant now) {
    context.now = now;
    take_up();
    const std::uint64_t generation = context.connection.generation();
    while (context.connection.generation() == generation) {
      const std::optional<std::string> frame = context.connection.receive(now);
      if (!frame.has_value()) {
        break;
      }
      take(*frame);
      tell();
    }
    context.connection.keep_up(now);
    note_cut();
    take_up();
    passed.expire();
    work.keep();
    if (following.is_joined()) {
      work.send();
      passed.send();
    }
    context.connection.flush();
    work.sending().count_bytes();
    tell();
    if (context.board.has_changed()) {
      context.reports.tell_board(context.board.take_changed());
    }
  }

  [[nodiscard]] std::optional<instant> next_deadline() {
    const bool is_joined = following.is_joined();
    const bool is_due =
        !context.reports.is_empty() ||
        (context.board.has_changed() && context.reports.has_observer()) ||
        context.connection.has_reports() ||
        (is_joined && (work.has_points() || context.connection.written_bytes() > 0));
    if (is_due) {
      return context.now;
    }
    return earlier(
        earlier(context.connection.next_deadline(context.now), work.sending().next_deadline()),
        passed.next_deadline(is_joined));
  }

  // The connection may be gone: nothing more comes of it.
  void note_cut() {
    if (!context.connection.is_connected()) {
      following.leave();
    }
  }

  // Tells the room who this is from now on.
  void introduce(const update_member& change) {
    if (!following.is_joined()) {
      return;
    }
    context.connection.write(change);
    context.self.name = change.name.value_or(context.self.name);
    context.self.color = change.color.value_or(context.self.color);
    room.meet(context.self);
    context.reports.add(members_changed{});
  }

  client_context context;
  std::optional<undo_scope> scope;
  member_update who;
  client_room room;
  own_work work;
  follower following;
  passing passed;
  // The room that this client is for; empty before it was in one.
  std::string room_name;

 private:
  // Connects when it is time, and says who is there.
  void take_up() {
    if (!context.connection.connect(context.now)) {
      return;
    }
    following.leave();
    decoder_.reset();
    context.connection.write(following.begin(who));
    context.connection.flush();
  }

  void take(std::string_view frame) {
    absl::Status fault;
    const absl::Status damage = decoder_.decode(frame, [&](server_message&& message) {
      const bool was_joined = following.is_joined();
      fault = following.take(message);
      if (!was_joined && following.is_joined()) {
        introduce_again();
      }
      if (context.reports.has_observer()) {
        context.reports.add(std::move(message));
      }
      return fault.ok();
    });
    if (fault.ok() && damage.ok()) {
      return;
    }
    const absl::Status& why = fault.ok() ? damage : fault;
    context.reports.add(out_of_step{why});
    following.forget_place();
    context.connection.restart(context.now, std::string{why.message()});
    note_cut();
  }

  // A session that goes on has the name and colour it had before.
  void introduce_again() {
    const member_profile& self = context.self;
    update_member command;
    if (self.name != who.name) {
      command.name = who.name;
    }
    if (who.color.has_value() && !(*who.color == self.color)) {
      command.color = who.color;
    }
    if (command.name.has_value() || command.color.has_value()) {
      introduce(command);
    }
  }

  void tell() {
    for (connection_report& each : context.connection.take_reports()) {
      context.reports.add(std::move(each));
    }
    context.reports.tell();
  }

  binary_server_decoder decoder_;
};

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_CLIENT_CORE_HPP
