// tests/sim/naive_board.hpp - what a board shows, by the law of docs/protocol.md and nothing else.
//
// Every write that ever was is kept; undo marks operations, redo takes the marks away. What is
// shown is the latest write without a mark. Slow on purpose, and nothing of edit_history in it.
// Undo depth is not modelled: whoever bounds it must not use groups.

#ifndef COLLAB_TESTS_SIM_NAIVE_BOARD_HPP
#define COLLAB_TESTS_SIM_NAIVE_BOARD_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "collab/document/digest.hpp"
#include "collab/document/element.hpp"
#include "collab/document/element_digest.hpp"
#include "collab/history/operation.hpp"

namespace collab_sim {

class naive_board {
 public:
  // Takes the next operation of the log.
  void apply(const collab::operation& op) {
    std::visit([&](const auto& body) { take(op, body); }, op.body);
  }

  // The element as it is shown; nothing when it is not there.
  [[nodiscard]] std::optional<collab::element> find(const std::string& id) const {
    const auto found = things_.find(id);
    if (found == things_.end() || !is_there(found->second)) {
      return std::nullopt;
    }
    collab::element shown = found->second.made;
    for (const auto& [key, writes] : found->second.writes) {
      for (const auto& [seq, value] : writes) {
        if (!undone_.contains(seq)) {
          shown.set(key, value);
        }
      }
    }
    return shown;
  }
  [[nodiscard]] collab::digest content_digest() const {
    collab::digest sum;
    for (const auto& [id, held] : things_) {
      if (const auto shown = find(id)) {
        sum += collab::digest_of(*shown);
      }
    }
    return sum;
  }
  // The ids that an operation wrote to; of an undo or a redo those of its target.
  [[nodiscard]] const std::set<std::string>& touched(std::uint64_t seq) const {
    static const std::set<std::string> none;
    const auto found = touched_.find(seq);
    return found != touched_.end() ? found->second : none;
  }
  // Of all that was ever there.
  [[nodiscard]] std::set<std::string> ids() const {
    std::set<std::string> all;
    for (const auto& [id, held] : things_) {
      all.insert(id);
    }
    return all;
  }
  // How many operations are undone.
  [[nodiscard]] std::size_t undone() const noexcept { return undone_.size(); }

 private:
  struct thing {
    collab::element made;
    // In the order of the log.
    std::vector<std::pair<std::uint64_t, bool>> presence;
    std::map<collab::property, std::vector<std::pair<std::uint64_t, collab::property_value>>>
        writes;
  };
  using step = std::vector<std::uint64_t>;

  [[nodiscard]] bool is_there(const thing& of) const {
    bool shown = false;
    for (const auto& [seq, is_there] : of.presence) {
      shown = undone_.contains(seq) ? shown : is_there;
    }
    return shown;
  }

  void take(const collab::operation& op, const collab::put_operation& body) {
    thing& made = things_[body.value.id()];
    made.made = body.value;
    made.presence.emplace_back(number(op), true);
    note(op, body.value.id());
    join_step(op);
  }
  void take(const collab::operation& op, const collab::set_operation& body) {
    for (const auto& [key, value] : body.changes) {
      things_[body.id].writes[key].emplace_back(number(op), value);
    }
    if (!body.changes.empty()) {
      note(op, body.id);
      join_step(op);
    }
  }
  void take(const collab::operation& op, const collab::remove_operation& body) {
    bool has_found = false;
    for (const std::string& id : body.ids) {
      has_found = take_off(op, id) || has_found;
    }
    if (has_found) {
      join_step(op);
    }
  }
  void take(const collab::operation& op, const collab::clear_operation&) {
    bool has_found = false;
    for (const auto& [id, held] : things_) {
      has_found = take_off(op, id) || has_found;
    }
    if (has_found) {
      join_step(op);
    }
  }
  void take(const collab::operation& op, const collab::undo_operation& body) {
    for (const std::uint64_t each : steps_[collab::to_integer(body.target)]) {
      undone_.insert(each);
      touched_[number(op)].insert(touched_[each].begin(), touched_[each].end());
    }
  }
  void take(const collab::operation& op, const collab::redo_operation& body) {
    for (const std::uint64_t each : steps_[collab::to_integer(body.target)]) {
      undone_.erase(each);
      touched_[number(op)].insert(touched_[each].begin(), touched_[each].end());
    }
  }
  void take(const collab::operation& op, const collab::restore_version_operation& body) {
    bool has_found = false;
    for (const std::string& id : body.removed) {
      has_found = take_off(op, id) || has_found;
    }
    for (const collab::element& each : body.put_back) {
      thing& back = things_[each.id()];
      if (back.presence.empty()) {
        back.made = each;
      }
      back.presence.emplace_back(number(op), true);
      // Whole: what it does not have is what it is when nobody has written it.
      for (std::size_t i = 0; i < collab::property_count; ++i) {
        const auto key = static_cast<collab::property>(i);
        if (collab::has_property(each.kind(), key) &&
            (each.find(key) != nullptr || back.writes.contains(key) ||
             back.made.find(key) != nullptr)) {
          back.writes[key].emplace_back(number(op), each.get(key));
        }
      }
      note(op, each.id());
      has_found = true;
    }
    for (const auto& [id, changes] : body.changed) {
      for (const auto& [key, value] : changes) {
        things_[id].writes[key].emplace_back(number(op), value);
      }
      note(op, id);
      has_found = true;
    }
    if (has_found) {
      join_step(op);
    }
  }
  template <typename Body>
  void take(const collab::operation&, const Body&) {}

  bool take_off(const collab::operation& op, const std::string& id) {
    const auto found = things_.find(id);
    if (found == things_.end() || !is_there(found->second)) {
      return false;
    }
    found->second.presence.emplace_back(number(op), false);
    note(op, id);
    return true;
  }
  void note(const collab::operation& op, const std::string& id) { touched_[number(op)].insert(id); }

  // Operations of one session with one group are one step, until that is undone.
  void join_step(const collab::operation& op) {
    step made{number(op)};
    if (!op.group.empty()) {
      std::uint64_t& latest = groups_[{op.client, op.group}];
      if (const auto found = steps_.find(latest);
          found != steps_.end() && !undone_.contains(latest)) {
        made = std::move(found->second);
        made.push_back(number(op));
        steps_.erase(found);
      }
      latest = number(op);
    }
    steps_[number(op)] = std::move(made);
  }
  [[nodiscard]] static std::uint64_t number(const collab::operation& op) {
    return collab::to_integer(op.seq);
  }

  std::map<std::string, thing> things_;
  std::set<std::uint64_t> undone_;
  // By their latest operation, which is what an undo names.
  std::map<std::uint64_t, step> steps_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> groups_;
  std::map<std::uint64_t, std::set<std::string>> touched_;
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_NAIVE_BOARD_HPP
