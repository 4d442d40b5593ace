// collab/client/detail/client_room.hpp - what a client knows of its room beside the board: who is
// there, what was said, what is being drawn, what there is to undo.

#ifndef COLLAB_CLIENT_DETAIL_CLIENT_ROOM_HPP
#define COLLAB_CLIENT_DETAIL_CLIENT_ROOM_HPP

#include <absl/container/btree_map.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/document/element.hpp"
#include "collab/ink/point.hpp"
#include "collab/protocol/server_message.hpp"

namespace collab::detail {

// A stroke that somebody else draws.
struct seen_stroke {
  user_id user;
  client_id client;
  // Without points.
  element style;
  // Those that came; some may be missing.
  std::vector<point> points;
  // The index of the next point that is new.
  std::uint64_t next = 0;

  [[nodiscard]] bool is_complete(std::uint64_t count) const noexcept {
    return next == count && points.size() == count;
  }
};

// Memory: chat_max messages; the members and strokes that the server tells of.
struct client_room {
  static constexpr std::size_t chat_max = 500;
  // More than any server takes; what a stroke has beyond comes with its end.
  static constexpr std::size_t points_max = 1'000'000;

  // In the order in which they were told; this client among them.
  std::vector<member_profile> members;
  std::deque<chat_message> chat;
  std::vector<version_saved_message> versions;
  history_message history;
  undo_scope default_scope = undo_scope::room;
  absl::btree_map<element_id, seen_stroke> live;
  // Until when the previews of elements are shown.
  absl::btree_map<element_id, std::pair<client_id, instant>> previews;

  // Of room_state_message and room_resumed_message.
  template <typename Message>
  void enter(const Message& message) {
    members = message.members;
    meet(message.self);
    history = message.history;
    default_scope = message.default_scope;
    live.clear();
    for (const stroke_started_message& each : message.live) {
      begin(each);
    }
  }

  void meet(const member_profile& who) {
    const auto found = find_member(who.client);
    if (found != members.end()) {
      *found = who;
    } else {
      members.push_back(who);
    }
  }
  void miss(std::string_view client) {
    if (const auto found = find_member(client); found != members.end()) {
      members.erase(found);
    }
  }

  void hear(const chat_message& said) {
    chat.push_back(said);
    while (chat.size() > chat_max) {
      chat.pop_front();
    }
  }

  void begin(const stroke_started_message& message) {
    seen_stroke& seen = live[message.stroke.id()];
    seen = {message.user, message.client, message.stroke, message.stroke.points(), 0};
    seen.next = seen.points.size();
    [[maybe_unused]] const absl::Status status = seen.style.set_points({});
  }
  // Takes what is new; after a gap the drawing simply goes on. The first point that is new, as it
  // stands in `points`; nullopt when none is.
  std::optional<std::size_t> extend(const stroke_points_message& message) {
    const auto found = live.find(message.id);
    if (found == live.end()) {
      return std::nullopt;
    }
    seen_stroke& seen = found->second;
    const std::uint64_t end = message.from + message.points.size();
    if (end <= seen.next || message.from > points_max || seen.points.size() >= points_max) {
      return std::nullopt;
    }
    const std::size_t begin = seen.points.size();
    const std::uint64_t known = seen.next > message.from ? seen.next - message.from : 0;
    seen.points.insert(seen.points.end(),
                       message.points.begin() + static_cast<std::ptrdiff_t>(known),
                       message.points.end());
    seen.next = end;
    return begin;
  }

 private:
  [[nodiscard]] std::vector<member_profile>::iterator find_member(std::string_view client) {
    return std::find_if(members.begin(), members.end(),
                        [&](const member_profile& each) { return each.client == client; });
  }
};

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_CLIENT_ROOM_HPP
