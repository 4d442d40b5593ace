// collab/client/optimistic_board.hpp - what the server has said of a board, and on top of it what
// is done here and not answered yet.
//
// The confirmed document changes only in the order of the server's events and answers. What is
// seen of an element is its confirmed value with the pending operations on it applied in order:
// so an own change stays on top until it is answered, and one that is taken back leaves no trace.
// Only elements that something touches are made anew.

#ifndef COLLAB_CLIENT_OPTIMISTIC_BOARD_HPP
#define COLLAB_CLIENT_OPTIMISTIC_BOARD_HPP

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <absl/container/inlined_vector.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/client/detail/outbox.hpp"
#include "collab/client/shown_board.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/text.hpp"
#include "collab/document/document.hpp"
#include "collab/document/element.hpp"
#include "collab/history/operation.hpp"

namespace collab {

// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: the confirmed document, and what shown_board says.
class optimistic_board {
 public:
  using operation_type = detail::pending_operation;

  optimistic_board() { reset({}); }
  optimistic_board(const optimistic_board&) = delete;
  optimistic_board& operator=(const optimistic_board&) = delete;

  [[nodiscard]] const document& confirmed() const noexcept { return *confirmed_; }
  [[nodiscard]] const shown_board& shown() const noexcept { return shown_; }

  // The ids that show something else than when they were asked for last, each once, in the order
  // in which they changed.
  [[nodiscard]] std::vector<element_id> take_changed() {
    changed_set_.clear();
    return std::exchange(changed_, {});
  }
  [[nodiscard]] bool has_changed() const noexcept { return !changed_.empty(); }

  // ---- What the server says. What can't be applied is left: it is told of by the digest.

  // Replaces everything confirmed; what is pending stays. O(elements).
  void reset(std::vector<element> elements) {
    std::vector<element_id> ids =
        confirmed_ != nullptr ? ids_of(confirmed_->elements()) : std::vector<element_id>{};
    confirmed_ = std::make_unique<document>(document_options{.tombstones_max = 0});
    previews_.clear();
    for (element& each : elements) {
      if (!confirmed_->remembers(each.id()) && !each.index().empty()) {
        ids.push_back(each.id());
        const seq_number writer{each.number()};
        confirmed_->insert(std::move(each), writer);
      }
    }
    recompute(ids);
  }

  // An element is there, in place of what its id was. Nothing when it has no index.
  void confirm(element value) {
    if (value.index().empty()) {
      return;
    }
    const element_id id = value.id();
    take_off(id);
    const seq_number writer{value.number()};
    confirmed_->insert(std::move(value), writer);
    news_of(id);
  }

  void confirm_changes(std::string_view id, const property_changes& changes, seq_number seq) {
    const element* target = confirmed_->find(id);
    if (target == nullptr) {
      return;
    }
    for (const auto& [key, value] : changes) {
      if (has_property(target->kind(), key) && (key != property::index || is_place(value))) {
        confirmed_->set(id, key, value, seq, seq);
      }
    }
    news_of(id);
  }

  void confirm_removal(std::span<const element_id> ids) {
    for (const element_id& id : ids) {
      if (take_off(id)) {
        news_of(id);
      }
    }
  }

  void confirm_clearing() {
    const std::vector<element_id> ids = ids_of(confirmed_->elements());
    confirm_removal(ids);
  }

  // ---- What others are about to do: shown on top of everything, until end_preview() or news.

  // Nothing when the server has no such element.
  void preview(std::string_view id, std::string_view author, const property_changes& changes) {
    if (confirmed_->find(id) == nullptr) {
      return;
    }
    previewed& held = previews_[element_id{id}];
    if (held.author != author) {
      held = {client_id{author}, {}};
    }
    for (const auto& [key, value] : changes) {
      const auto same = std::find_if(held.changes.begin(), held.changes.end(),
                                     [&of = key](const auto& each) { return each.first == of; });
      if (same != held.changes.end()) {
        same->second = value;
      } else {
        held.changes.emplace_back(key, value);
      }
    }
    recompute(id);
  }
  void end_preview(std::string_view id) {
    if (previews_.erase(to_absl(id)) > 0) {
      recompute(id);
    }
  }

  // ---- What is done here

  // Shows an operation, which stays where it is until drop() or accept(). O(elements touched).
  void add(operation_type& op) {
    make(op);
    for_each_touched(op, [&](std::string_view id) {
      pending_[element_id{id}].push_back(&op);
      recompute(id);
    });
  }

  // Takes back what it shows.
  void drop(const operation_type& op) {
    for_each_touched(op, [&](std::string_view id) {
      unlist(op, id);
      recompute(id);
    });
  }

  // The server has done it, after all that it has said so far, as operation `seq` of `author`,
  // and has given the place `index` to what was made.
  void accept(const operation_type& op, std::string_view index, seq_number seq,
              const user_id& author) {
    for_each_touched(op, [&](std::string_view id) { unlist(op, id); });
    if (!op.makes().empty()) {
      element value = op.made;
      if (value.creator() != author) {
        value = copied(value, author);
      }
      if (!index.empty() || op.made.index().starts_with(unplaced)) {
        value.set(property::index, std::string{index}, seq, seq);
      }
      value.set_number(to_integer(seq));
      confirm(std::move(value));
    } else if (const auto* set = std::get_if<set_element>(&op.body)) {
      confirm_changes(set->id, set->changes, seq);
    } else if (const auto* removal = std::get_if<remove_elements>(&op.body)) {
      confirm_removal(removal->ids);
    } else if (std::holds_alternative<detail::shown_clearing>(op.body)) {
      confirm_clearing();
    }
    for_each_touched(op, [&](std::string_view id) { recompute(id); });
  }

  // Whether something pending touches the element.
  [[nodiscard]] bool is_pending(std::string_view id) const {
    return pending_.contains(to_absl(id));
  }

  // How the index of an element begins that the server has not placed yet.
  static constexpr char unplaced = '~';

 private:
  struct previewed {
    client_id author;
    property_changes changes;
  };
  using touching = absl::InlinedVector<const operation_type*, 2>;

  [[nodiscard]] static bool is_place(const property_value& value) {
    const auto* text = std::get_if<std::string>(&value);
    return text != nullptr && !text->empty();
  }

  [[nodiscard]] static std::vector<element_id> ids_of(const document::ordered_elements& elements) {
    std::vector<element_id> ids;
    ids.reserve(elements.size());
    for (const element* each : elements) {
      ids.push_back(each->id());
    }
    return ids;
  }

  // The same element by another creator. O(points).
  [[nodiscard]] static element copied(const element& of, const user_id& creator) {
    element copy = detail::renamed(of, of.id(), creator);
    if (of.point_count() > 0) {
      [[maybe_unused]] const absl::Status status = copy.set_points(of.points());
    }
    if (!of.index().empty()) {
      copy.set(property::index, of.index());
    }
    return copy;
  }

  // What `op` makes, as it is shown until the server has placed it: on top of all others, in the
  // order in which they were made.
  static void make(operation_type& op) {
    if (const auto* put = std::get_if<put_element>(&op.body)) {
      op.made = put->value;
    } else if (op.drawn() != nullptr) {
      op.made = op.drawn()->stroke->whole();
    } else {
      return;
    }
    if (op.made.index().empty()) {
      constexpr std::size_t digits = 16;
      std::array<char, digits> number;
      const auto end = std::to_chars(number.begin(), number.end(), op.order, 16).ptr;
      const auto length = static_cast<std::size_t>(end - number.begin());
      std::string index(1, unplaced);
      index.append(digits - length, '0').append(number.begin(), length);
      op.made.set(property::index, std::move(index));
    }
  }

  template <typename Each>
  static void for_each_touched(const operation_type& op, Each each) {
    if (const std::string_view made = op.makes(); !made.empty()) {
      each(made);
    } else if (const auto* set = std::get_if<set_element>(&op.body)) {
      each(std::string_view{set->id});
    } else if (const auto* removal = std::get_if<remove_elements>(&op.body)) {
      for (const element_id& id : removal->ids) {
        each(std::string_view{id});
      }
    } else if (const auto* clearing = std::get_if<detail::shown_clearing>(&op.body)) {
      for (const element_id& id : clearing->ids) {
        each(std::string_view{id});
      }
    }
  }

  void unlist(const operation_type& op, std::string_view id) {
    const auto found = pending_.find(to_absl(id));
    if (found == pending_.end()) {
      return;
    }
    touching& list = found->second;
    list.erase(std::remove(list.begin(), list.end(), &op), list.end());
    if (list.empty()) {
      pending_.erase(found);
    }
  }

  // Takes an element off the confirmed document for good. Whether it was there.
  bool take_off(std::string_view id) {
    if (confirmed_->find(id) == nullptr) {
      return false;
    }
    confirmed_->remove(id, {});
    confirmed_->forget_body(id);
    return true;
  }

  void news_of(std::string_view id) {
    previews_.erase(to_absl(id));
    recompute(id);
  }

  void recompute(std::span<const element_id> ids) {
    for (const element_id& id : ids) {
      recompute(std::string_view{id});
    }
  }

  // Shows what is to be seen of `id` now. O(pending operations on it).
  void recompute(std::string_view id) {
    const element* there = confirmed_->find(id);
    bool is_shown = there != nullptr;
    element value = is_shown ? *there : element{};
    if (const auto found = pending_.find(to_absl(id)); found != pending_.end()) {
      for (const operation_type* op : found->second) {
        overlay(*op, is_shown, value);
      }
    }
    if (const auto found = previews_.find(to_absl(id)); is_shown && found != previews_.end()) {
      write(value, found->second.changes);
    }
    const element* before = shown_.find(id);
    if (!is_shown) {
      if (before != nullptr) {
        note(id);
        shown_.hide(id);
      }
      return;
    }
    if (before == nullptr || !before->is_same(value)) {
      note(id);
      shown_.show(std::move(value));
    }
  }

  // What one operation makes of what is shown below it.
  static void overlay(const operation_type& op, bool& is_shown, element& value) {
    if (!op.makes().empty()) {
      // An id that is taken is refused; or this is the operation that has taken it.
      if (!is_shown) {
        value = op.made;
      }
      is_shown = true;
    } else if (const auto* set = std::get_if<set_element>(&op.body)) {
      if (is_shown) {
        write(value, set->changes);
      }
    } else {
      is_shown = false;
    }
  }

  static void write(element& value, const property_changes& changes) {
    for (const auto& [key, written] : changes) {
      if (has_property(value.kind(), key)) {
        value.set(key, written);
      }
    }
  }

  void note(std::string_view id) {
    if (changed_set_.emplace(id).second) {
      changed_.emplace_back(id);
    }
  }

  std::unique_ptr<document> confirmed_;
  shown_board shown_;
  // None of these is iterated: their order differs from run to run.
  absl::flat_hash_map<element_id, touching> pending_;
  absl::flat_hash_map<element_id, previewed> previews_;
  absl::flat_hash_set<element_id> changed_set_;
  std::vector<element_id> changed_;
};

}  // namespace collab

#endif  // COLLAB_CLIENT_OPTIMISTIC_BOARD_HPP
