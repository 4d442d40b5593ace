// collab/client/detail/outbox.hpp - the operations of this client that the server has not
// answered yet, in their order. Sends nothing itself.

#ifndef COLLAB_CLIENT_DETAIL_OUTBOX_HPP
#define COLLAB_CLIENT_DETAIL_OUTBOX_HPP

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/client/client_options.hpp"
#include "collab/client/detail/own_stroke.hpp"
#include "collab/core/ids.hpp"
#include "collab/document/element.hpp"
#include "collab/history/operation.hpp"
#include "collab/room/command.hpp"
#include "collab/room/told_operation.hpp"

namespace collab::detail {

// Ends a stroke that was drawn here; the stroke is not shared with one that is still drawn.
struct drawn_stroke {
  std::shared_ptr<own_stroke> stroke;
};
// Removes everything; `ids` is what was there when it was done.
struct shown_clearing {
  std::vector<element_id> ids;
};

struct pending_operation {
  using body_type =
      std::variant<put_element, drawn_stroke, set_element, remove_elements, shown_clearing, undo,
                   redo, send_chat, save_version, restore_version>;

  // 0: a part of another operation, or made by the client itself; nobody is told of it.
  operation_ticket ticket{};
  operation_counter op = 0;
  body_type body;
  std::string group{};
  // The last operation of the room that was known when it was done.
  seq_number after{};
  // The server may have heard of it in this session; in one before that is lost.
  bool is_sent = false;
  bool is_again = false;
  // What is kept of it says that it was sent.
  bool is_kept_as_sent = false;
  // Where it stands among all that was ever done here.
  std::uint64_t order = 0;
  std::size_t bytes = 0;
  // What a put or a stroke makes: as it is shown.
  element made{};

  [[nodiscard]] const drawn_stroke* drawn() const noexcept {
    return std::get_if<drawn_stroke>(&body);
  }
  // The element that it makes; empty where it makes none.
  [[nodiscard]] std::string_view makes() const noexcept {
    if (const auto* put = std::get_if<put_element>(&body)) {
      return put->value.id();
    }
    return drawn() != nullptr ? std::string_view{drawn()->stroke->id()} : std::string_view{};
  }
};

[[nodiscard]] inline std::size_t bytes_of(const pending_operation& op) {
  std::size_t sum = sizeof(op) + op.group.size();
  const auto add_ids = [&sum](const std::vector<element_id>& ids) {
    for (const element_id& id : ids) {
      sum += sizeof(id) + id.size();
    }
  };
  if (const auto* put = std::get_if<put_element>(&op.body)) {
    sum += put->value.bytes();
  } else if (op.drawn() != nullptr) {
    sum += op.drawn()->stroke->bytes();
  } else if (const auto* set = std::get_if<set_element>(&op.body)) {
    sum += set->id.size() + bytes_of(set->changes);
  } else if (const auto* removal = std::get_if<remove_elements>(&op.body)) {
    add_ids(removal->ids);
  } else if (const auto* clearing = std::get_if<shown_clearing>(&op.body)) {
    add_ids(clearing->ids);
  } else if (const auto* chat = std::get_if<send_chat>(&op.body)) {
    sum += chat->text.size();
  } else if (const auto* version = std::get_if<save_version>(&op.body)) {
    sum += version->name.size();
  }
  return sum;
}

// Their counters are consecutive. Entries stay where they are until they are settled.
//
// Memory: at most bytes_max, as bytes_of() counts.
class outbox {
 public:
  outbox(std::size_t operations_max, std::size_t bytes_max)
      : operations_max_{operations_max}, bytes_max_{bytes_max} {}

  [[nodiscard]] bool is_empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t operations_max() const noexcept { return operations_max_; }
  [[nodiscard]] std::size_t bytes_max() const noexcept { return bytes_max_; }
  [[nodiscard]] bool has_room(std::size_t operations, std::size_t bytes) const noexcept {
    return entries_.size() + operations <= operations_max_ && bytes_ + bytes <= bytes_max_;
  }

  // The counter that the next operation gets.
  [[nodiscard]] operation_counter next_op() const noexcept { return last_ + 1; }
  [[nodiscard]] pending_operation* first() noexcept {
    return entries_.empty() ? nullptr : entries_.front().get();
  }
  // The entry with that counter, or null.
  [[nodiscard]] pending_operation* find(operation_counter op) noexcept {
    if (entries_.empty() || op < entries_.front()->op || op > last_) {
      return nullptr;
    }
    return entries_[op - entries_.front()->op].get();
  }
  // The entry that ends the stroke of that id, or null.
  [[nodiscard]] pending_operation* end_of(std::string_view stroke) noexcept {
    for (const auto& each : entries_) {
      if (each->drawn() != nullptr && each->makes() == stroke) {
        return each.get();
      }
    }
    return nullptr;
  }
  // The i-th entry. Requires: i < size().
  [[nodiscard]] pending_operation& at(std::size_t i) noexcept { return *entries_[i]; }

  // The next operations of the session are those after `op`. Requires: is_empty().
  void begin(operation_counter op) noexcept {
    assert(entries_.empty());
    last_ = op;
  }

  // Appends an operation, whatever the bounds, and gives it its counter.
  pending_operation& add(pending_operation op) {
    op.op = ++last_;
    return append(std::move(op));
  }
  // Puts one back that has its counter. They come in order.
  pending_operation& restore(pending_operation op) {
    assert(entries_.empty() || op.op == last_ + 1);
    last_ = op.op;
    return append(std::move(op));
  }

  // Takes the first one out. Requires: !is_empty().
  [[nodiscard]] std::unique_ptr<pending_operation> settle() {
    std::unique_ptr<pending_operation> settled = std::move(entries_.front());
    entries_.pop_front();
    bytes_ -= settled->bytes;
    return settled;
  }
  // Takes all of them out, in order.
  [[nodiscard]] std::deque<std::unique_ptr<pending_operation>> take_all() {
    bytes_ = 0;
    return std::exchange(entries_, {});
  }

  // Counts an entry anew that has become larger or smaller.
  void measure(pending_operation& op) {
    bytes_ -= op.bytes;
    op.bytes = bytes_of(op);
    bytes_ += op.bytes;
  }

 private:
  pending_operation& append(pending_operation op) {
    op.order = ++orders_;
    op.bytes = bytes_of(op);
    bytes_ += op.bytes;
    entries_.push_back(std::make_unique<pending_operation>(std::move(op)));
    return *entries_.back();
  }

  std::size_t operations_max_;
  std::size_t bytes_max_;
  std::deque<std::unique_ptr<pending_operation>> entries_;
  operation_counter last_ = 0;
  std::uint64_t orders_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_OUTBOX_HPP
