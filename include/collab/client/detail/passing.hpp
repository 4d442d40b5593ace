// collab/client/detail/passing.hpp - what passes and is kept by nobody: where the pointer is, and
// what elements are about to become. No more often than the room takes it, and never out of date.

#ifndef COLLAB_CLIENT_DETAIL_PASSING_HPP
#define COLLAB_CLIENT_DETAIL_PASSING_HPP

#include <absl/container/btree_map.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "collab/client/detail/client_context.hpp"
#include "collab/client/detail/client_room.hpp"
#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/history/operation.hpp"
#include "collab/room/command.hpp"

namespace collab::detail {

class passing {
 public:
  passing(client_context& context, client_room& room) : context_{context}, room_{room} {}

  void move_cursor(const cursor& where) { cursor_ = where; }
  // Of more than a few elements nothing is told.
  void preview(const element_id& id, property_changes changes) {
    if (previews_.contains(id) || previews_.size() < previews_max) {
      previews_.insert_or_assign(id, std::move(changes));
    }
  }
  // The element is done with: its change itself is told.
  void forget(const element_id& id) { previews_.erase(id); }
  void clear() {
    cursor_.reset();
    previews_.clear();
  }

  // Sends what is due. Of what the server does not have nobody can be told.
  void send() {
    const instant now = context_.now;
    if (cursor_.has_value() && now >= cursor_at_) {
      context_.connection.write(collab::move_cursor{*cursor_});
      cursor_.reset();
      cursor_at_ = now + context_.options.bounds.cursor_interval;
    }
    if (!previews_.empty() && now >= previews_at_) {
      for (auto& [id, changes] : std::exchange(previews_, {})) {
        if (context_.board.confirmed().find(id) != nullptr) {
          context_.connection.write(preview_element{id, std::move(changes)});
          previews_at_ =
              now + std::max<duration>(
                        pause, previews_at_ > now ? previews_at_ - now + each_pause : each_pause);
        }
      }
    }
  }

  // Ends the previews of others that are over.
  void expire() {
    for (auto each = room_.previews.begin(); each != room_.previews.end();) {
      if (context_.now >= each->second.second) {
        context_.board.end_preview(each->first);
        each = room_.previews.erase(each);
      } else {
        ++each;
      }
    }
  }

  // `is_joined`: whether something can be sent.
  [[nodiscard]] std::optional<instant> next_deadline(bool is_joined) const {
    std::optional<instant> due;
    if (is_joined && cursor_.has_value()) {
      due = cursor_at_;
    }
    if (is_joined && !previews_.empty()) {
      due = earlier(due, previews_at_);
    }
    for (const auto& [id, preview] : room_.previews) {
      due = earlier(due, preview.second);
    }
    return due;
  }

 private:
  static constexpr std::size_t previews_max = 50;
  // The shortest time between two previews, and what each element adds to it.
  static constexpr duration pause = std::chrono::milliseconds{40};
  static constexpr duration each_pause = std::chrono::milliseconds{8};

  client_context& context_;
  client_room& room_;
  std::optional<cursor> cursor_;
  absl::btree_map<element_id, property_changes> previews_;
  instant cursor_at_{};
  instant previews_at_{};
};

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_PASSING_HPP
