// collab/history/detail/past_board.hpp - a board that goes from one operation to the next, told
// what every undo came to.
//
// Part of collab/history/timeline_cursor.hpp. It is lighter than a document with its history: a
// snapshot, and what has changed since.

#ifndef COLLAB_HISTORY_DETAIL_PAST_BOARD_HPP
#define COLLAB_HISTORY_DETAIL_PAST_BOARD_HPP

#include <absl/container/flat_hash_map.h>
#include <absl/status/statusor.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/text.hpp"
#include "collab/document/board_snapshot.hpp"
#include "collab/document/document.hpp"
#include "collab/document/element_digest.hpp"
#include "collab/history/detail/resolved_undo.hpp"
#include "collab/history/operation.hpp"
#include "collab/history/operation_codec.hpp"

namespace collab::detail {

// An element that may be there, in a record until somebody looks at it.
class past_element {
 public:
  // Not there.
  past_element() = default;
  explicit past_element(element value) : value_{std::move(value)} {}
  // As the put operation in `record` made it.
  explicit past_element(std::string_view record) : record_{record} {}

  [[nodiscard]] bool is_there() const noexcept { return value_.has_value() || !record_.empty(); }
  // Null where it is not there, or the record was no such record.
  [[nodiscard]] element* get() {
    if (!value_.has_value() && !record_.empty()) {
      absl::StatusOr<operation> op = decode_operation(record_);
      auto* put = op.ok() ? std::get_if<put_operation>(&op->body) : nullptr;
      if (put != nullptr) {
        put->value.set_number(to_integer(op->seq));
        put->value.stamp_all(op->seq);
        value_ = std::move(put->value);
      }
      record_.clear();
    }
    return value_.has_value() ? &*value_ : nullptr;
  }

 private:
  std::optional<element> value_;
  std::string record_;
};

// An element of a board, as the record of a put operation that makes it.
struct packed_element {
  std::shared_ptr<const std::string> record;
  digest whole;
};
// From the lowest to the topmost.
using packed_elements = std::vector<packed_element>;

[[nodiscard]] inline packed_element pack(const element& each) {
  operation op{seq_number{each.number()}, {}, each.creator(), {}, 0, put_operation{each}};
  std::string record = encode_operation(op);
  record.shrink_to_fit();
  return {std::make_shared<const std::string>(std::move(record)), digest_of(each)};
}

class past_board {
 public:
  // Begins at a board, where nothing that was removed can come back by its id alone.
  void begin(board_snapshot board) {
    packed_ = nullptr;
    base_ = std::move(board);
    start();
  }
  void begin(std::shared_ptr<const packed_elements> board, const digest& content) {
    base_ = {};
    packed_ = std::move(board);
    packed_digest_ = content;
    start();
  }

  // Does the put operation in `record`, which makes an element `id`.
  void put(std::string_view id, std::string_view record) {
    changed_.insert_or_assign(element_id{id}, past_element{record});
    unread_.emplace_back(id);
  }
  // Does `op`, which is none of put, undo and redo.
  void apply(operation& op) {
    if (auto* set = std::get_if<set_operation>(&op.body)) {
      this->set(set->id, std::move(set->changes), op.seq);
    } else if (const auto* removal = std::get_if<remove_operation>(&op.body)) {
      for (const element_id& id : removal->ids) {
        remove(id);
      }
    } else if (std::holds_alternative<clear_operation>(op.body)) {
      clear();
    } else if (auto* restore = std::get_if<restore_version_operation>(&op.body)) {
      for (const element_id& id : restore->removed) {
        remove(id);
      }
      for (element& each : restore->put_back) {
        each.stamp_all(op.seq);
        this->put(std::move(each));
      }
      for (auto& [id, changes] : restore->changed) {
        this->set(id, std::move(changes), op.seq);
      }
    }
  }

  void put(element value) {
    element_id id = value.id();
    changed_.insert_or_assign(std::move(id), past_element{std::move(value)});
  }
  void set(std::string_view id, property_changes changes, seq_number seq) {
    if (element* of = edit(id)) {
      for (auto& [key, value] : changes) {
        of->set(key, std::move(value), seq, seq);
      }
    }
  }
  void remove(std::string_view id) {
    const auto found = changed_.find(to_absl(id));
    if (found != changed_.end()) {
      if (found->second.is_there()) {
        removed_.insert_or_assign(element_id{id}, std::exchange(found->second, {}));
      }
    } else if (const auto place = places_.find(to_absl(id)); place != places_.end()) {
      removed_.insert_or_assign(element_id{id}, base_at(place->second));
      is_changed_[place->second] = true;
      changed_.emplace(id, past_element{});
    }
  }
  void bring_back(std::string_view id) {
    const auto found = removed_.find(to_absl(id));
    if (found != removed_.end()) {
      changed_.insert_or_assign(element_id{id}, found->second);
      unread_.emplace_back(id);
    }
  }

  // Reads what was put and is still there. Yields whether all of it could be read.
  [[nodiscard]] bool read() {
    bool is_good = true;
    for (const element_id& id : unread_) {
      const auto found = changed_.find(id);
      is_good = is_good && (found == changed_.end() || !found->second.is_there() ||
                            found->second.get() != nullptr);
    }
    unread_.clear();
    return is_good;
  }

  // What is shown, after the operation `seq`. Requires: read() since the last change. O(elements).
  [[nodiscard]] board_snapshot show(seq_number seq) {
    board_snapshot shown = changed_.empty() && packed_ == nullptr ? base_.at(seq) : merged(seq);
    if (packed_ != nullptr || changed_.size() > few + base_.size() / 8) {
      packed_ = nullptr;
      base_ = shown;
      index();
      changed_.clear();
    }
    return shown;
  }

 private:
  static constexpr std::size_t few = 64;

  void start() {
    index();
    changed_.clear();
    removed_.clear();
    unread_.clear();
  }
  [[nodiscard]] std::size_t base_size() const noexcept {
    return packed_ != nullptr ? packed_->size() : base_.size();
  }
  [[nodiscard]] past_element base_at(std::size_t place) const {
    return packed_ != nullptr ? past_element{std::string_view{*(*packed_)[place].record}}
                              : past_element{base_.elements()[place]};
  }
  [[nodiscard]] std::string_view id_at(std::size_t place) const {
    return packed_ != nullptr ? read_put_head(*(*packed_)[place].record)->id
                              : std::string_view{base_.elements()[place].id()};
  }
  [[nodiscard]] digest digest_at(std::size_t place) const {
    return packed_ != nullptr ? (*packed_)[place].whole : digest_of(base_.elements()[place]);
  }

  void index() {
    places_.clear();
    places_.reserve(base_size());
    is_changed_.assign(base_size(), false);
    for (std::size_t i = 0; i < base_size(); ++i) {
      places_.emplace(to_absl(id_at(i)), static_cast<std::uint32_t>(i));
    }
  }
  // The element, to be changed; null when it is not there.
  [[nodiscard]] element* edit(std::string_view id) {
    const auto found = changed_.find(to_absl(id));
    if (found != changed_.end()) {
      return found->second.get();
    }
    const auto place = places_.find(to_absl(id));
    if (place == places_.end()) {
      return nullptr;
    }
    is_changed_[place->second] = true;
    return changed_.emplace(id, base_at(place->second)).first->second.get();
  }
  void clear() {
    for (auto& [id, now] : changed_) {
      if (now.is_there()) {
        removed_.insert_or_assign(id, std::move(now));
      }
    }
    for (std::size_t i = 0; i < base_size(); ++i) {
      if (!is_changed_[i]) {
        removed_.insert_or_assign(element_id{id_at(i)}, base_at(i));
      }
    }
    changed_.clear();
    packed_ = nullptr;
    base_ = {};
    index();
  }

  [[nodiscard]] board_snapshot merged(seq_number seq) {
    const document::z_order is_below;
    digest content = packed_ != nullptr ? packed_digest_ : base_.content_digest();
    std::vector<const element*> fresh;
    for (auto& [id, now] : changed_) {
      if (const auto place = places_.find(to_absl(id)); place != places_.end()) {
        content -= digest_at(place->second);
      }
      if (const element* shown = now.get()) {
        content += digest_of(*shown);
        fresh.push_back(shown);
      }
    }
    // The map has its elements in any order; here they get the one that they are drawn in.
    std::sort(fresh.begin(), fresh.end(), is_below);
    std::vector<element> all;
    all.reserve(base_size() + fresh.size());
    auto next = fresh.begin();
    for (std::size_t i = 0; i < base_size(); ++i) {
      if (is_changed_[i]) {
        continue;
      }
      past_element each = base_at(i);
      const element* shown = each.get();
      assert(shown != nullptr);  // It was packed here.
      while (next != fresh.end() && is_below(*next, shown)) {
        all.push_back(**next++);
      }
      all.push_back(*shown);
    }
    for (; next != fresh.end(); ++next) {
      all.push_back(**next);
    }
    return {std::move(all), content, seq};
  }

  // What it goes on from: one of the two.
  std::shared_ptr<const packed_elements> packed_;
  digest packed_digest_;
  board_snapshot base_;
  // The places of its elements. The ids are theirs.
  absl::flat_hash_map<absl::string_view, std::uint32_t> places_;
  // By place: whether it is among `changed_`.
  std::vector<bool> is_changed_;
  // What has become of elements since. Iterated only where the order is not seen.
  absl::flat_hash_map<element_id, past_element> changed_;
  // What was removed since begin(), as it was then.
  absl::flat_hash_map<element_id, past_element> removed_;
  // Elements that may be in records still.
  std::vector<element_id> unread_;
};

}  // namespace collab::detail

#endif  // COLLAB_HISTORY_DETAIL_PAST_BOARD_HPP
