// collab/room/told_operation.hpp - an operation as the members of a room are told of it, kept
// so that it can be told again to one who comes back.

#ifndef COLLAB_ROOM_TOLD_OPERATION_HPP
#define COLLAB_ROOM_TOLD_OPERATION_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/document/document.hpp"
#include "collab/history/edit_history.hpp"
#include "collab/history/operation.hpp"
#include "collab/room/chat.hpp"
#include "collab/room/version.hpp"

namespace collab {

// An element that a message speaks of.
struct told_ref {
  // 0 where a receiver may not know it.
  std::uint64_t number = 0;
  element_id id;
};

struct told_element {
  element value;
  // Whether it was drawn before everybody's eyes.
  bool is_stroke = false;
};
struct told_changes {
  told_ref target;
  property_changes changes;
};
struct told_removal {
  std::vector<told_ref> targets;
};
struct told_clearing {};
// What brings back what was: taking back an operation, doing it again, restoring the board.
enum class told_return : std::uint8_t { undo, redo, restore };
// What one of these has changed.
struct told_undo {
  told_return what = told_return::undo;
  // The operation that was undone or redone, or the one after which the board was so.
  seq_number target{};
  undo_outcome outcome = undo_outcome::applied;
  std::vector<told_ref> removed;
  std::vector<element> restored;
  std::vector<told_changes> changed;
};

// Everything that somebody is told of an operation, by value: what became of the board since
// does not matter. Elements share their points with those of the board.
struct told_operation {
  seq_number seq{};
  unix_time time{};
  user_id author;
  client_id client;
  // 0 when the room itself did it.
  operation_counter counter = 0;
  std::variant<told_element, told_changes, told_removal, told_clearing, told_undo, chat_message,
               saved_version>
      body;

  // The memory that it takes, about. O(elements and properties).
  [[nodiscard]] std::size_t bytes() const;
};

namespace detail {

inline std::size_t bytes_of(const property_changes& changes) {
  std::size_t sum = changes.size() * sizeof(changes.front());
  for (const auto& [key, value] : changes) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      sum += text->size();
    } else if (const auto* list = std::get_if<std::shared_ptr<const offset_list>>(&value)) {
      sum += (*list)->size() * sizeof(offset);
    }
  }
  return sum;
}
inline std::size_t bytes_of(const told_ref& ref) { return sizeof(ref) + ref.id.size(); }
inline std::size_t bytes_of(const told_changes& told) {
  return bytes_of(told.target) + bytes_of(told.changes);
}
inline std::size_t bytes_of(const told_element& told) { return told.value.bytes(); }
inline std::size_t bytes_of(const told_clearing&) { return 0; }
inline std::size_t bytes_of(const chat_message& told) {
  return sizeof(told) + told.name.size() + told.text.size();
}
inline std::size_t bytes_of(const saved_version& told) {
  return sizeof(told) + told.name.size() + told.user.size();
}
template <typename Told>
std::size_t bytes_of(const std::vector<Told>& all) {
  std::size_t sum = 0;
  for (const Told& each : all) {
    sum += bytes_of(each);
  }
  return sum;
}
inline std::size_t bytes_of(const element& value) { return value.bytes(); }
inline std::size_t bytes_of(const told_removal& told) { return bytes_of(told.targets); }
inline std::size_t bytes_of(const told_undo& told) {
  std::size_t sum = bytes_of(told.removed) + bytes_of(told.changed);
  for (const element& each : told.restored) {
    sum += each.bytes();
  }
  return sum;
}

}  // namespace detail

inline std::size_t told_operation::bytes() const {
  return sizeof(*this) + author.size() + client.size() +
         std::visit([](const auto& each) { return detail::bytes_of(each); }, body);
}

// What is to be told of `op`, which has had `effect` on `board`. To be called before the board
// changes again.
[[nodiscard]] inline told_operation tell_of(const operation& op, const edit_effect& effect,
                                            const document& board) {
  told_operation told{op.seq, op.time, op.author, op.client, op.counter, told_clearing{}};
  const auto ref = [&board](const element_id& id) { return told_ref{board.number_of(id), id}; };
  if (effect.put != nullptr) {
    told.body = told_element{*effect.put, std::get<put_operation>(op.body).was_drawn};
  } else if (const auto* set = std::get_if<set_operation>(&op.body)) {
    told.body = told_changes{ref(set->id), set->changes};
  } else if (const auto* removal = std::get_if<remove_operation>(&op.body)) {
    told_removal body;
    for (const element_id& id : removal->ids) {
      // Only what it took away is sure to be known to everybody.
      const bool is_known = board.presence_writer(id) == op.seq;
      body.targets.push_back(is_known ? ref(id) : told_ref{0, id});
    }
    told.body = std::move(body);
  } else if (const auto* said = std::get_if<chat_operation>(&op.body)) {
    told.body = chat_message{op.author, said->name, said->text, op.time, op.seq};
  } else if (const auto* version = std::get_if<save_version_operation>(&op.body)) {
    told.body = saved_version{op.seq, version->name, op.author, op.time};
  } else if (!std::holds_alternative<clear_operation>(op.body)) {
    told_undo body;
    body.what = std::holds_alternative<undo_operation>(op.body)   ? told_return::undo
                : std::holds_alternative<redo_operation>(op.body) ? told_return::redo
                                                                  : told_return::restore;
    body.target = effect.target;
    body.outcome = effect.outcome;
    for (const element_id& id : effect.removed) {
      body.removed.push_back(ref(id));
    }
    for (const element* each : effect.restored) {
      body.restored.push_back(*each);
    }
    for (const auto& [changed, keys] : effect.changed) {
      told_changes changes{{changed->number(), changed->id()}, {}};
      for (const property key : keys) {
        changes.changes.emplace_back(key, changed->get(key));
      }
      body.changed.push_back(std::move(changes));
    }
    told.body = std::move(body);
  }
  return told;
}

struct retained_operations_options {
  std::size_t operations_max = 10'000;
  std::size_t bytes_max = 4 * 1024 * 1024;
};

// The latest operations of a room, for those who come back after a short while.
//
// Memory: at most bytes_max, as told_operation::bytes() counts.
class retained_operations {
 public:
  explicit retained_operations(retained_operations_options options = {}) : options_{options} {}

  // Adds the next operation; the oldest ones beyond the bounds are forgotten.
  void add(told_operation told) {
    const std::size_t bytes = told.bytes();
    last_ = told.seq;
    kept_.emplace_back(std::move(told), bytes);
    bytes_ += bytes;
    while (kept_.size() > options_.operations_max || bytes_ > options_.bytes_max) {
      bytes_ -= kept_.front().second;
      kept_.pop_front();
      if (kept_.empty()) {
        break;
      }
    }
  }

  // Whether every operation after `seq` is kept. Requires: `seq` is not beyond the last.
  [[nodiscard]] bool reaches(seq_number seq) const noexcept {
    return to_integer(last_) - to_integer(seq) <= kept_.size();
  }

  // Calls `each` with every operation after `seq`, in order. Requires: reaches(seq).
  template <typename Each>
  void after(seq_number seq, Each each) const {
    const std::uint64_t count = to_integer(last_) - to_integer(seq);
    for (std::size_t i = kept_.size() - count; i < kept_.size(); ++i) {
      each(kept_[i].first);
    }
  }

 private:
  retained_operations_options options_;
  std::deque<std::pair<told_operation, std::size_t>> kept_;
  std::size_t bytes_ = 0;
  seq_number last_{};
};

}  // namespace collab

#endif  // COLLAB_ROOM_TOLD_OPERATION_HPP
