// collab/document/replica.hpp - a board that needs no server: edit it anywhere, merge it later.
//
// Each write has a stamp, (time, actor); the greatest one wins, property by property. Merging is
// commutative, associative and idempotent, so it does not matter who merges with whom, when
// or how often (a state-based set of last-writer-wins elements: Shapiro et al., 2011).
// document.hpp is the board of a room, where a server gives the order.
//
//   replica mine{"ann"};
//   status = mine.put(std::move(rect), now);
//   absl::StatusOr<merge_report> report = mine.merge(bobs);
//
// docs/adr/008-merge-without-a-server.md says why it is made this way.

#ifndef COLLAB_DOCUMENT_REPLICA_HPP
#define COLLAB_DOCUMENT_REPLICA_HPP

#include <absl/container/flat_hash_map.h>
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/text.hpp"
#include "collab/document/document.hpp"
#include "collab/document/fractional_index.hpp"
#include "collab/document/ordering.hpp"

namespace collab {

// What a merge did to the elements that are shown, each list in the order of the ids.
struct merge_report {
  std::vector<element_id> added;
  std::vector<element_id> removed;
  std::vector<element_id> changed;
};

// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: the elements; about 150 bytes more for each, and for each actor ever heard of.
class replica {
 public:
  // `actor` must not write anywhere else: two replicas are two actors. Not empty.
  explicit replica(std::string actor) : clock_{std::move(actor)} {
    assert(!clock_.actor().empty());
  }

  // The elements from the lowest to the topmost, valid until the next change. O(n log n).
  [[nodiscard]] std::vector<const element*> elements() const {
    std::vector<const element*> all;
    for (const auto& [id, held] : entries_) {
      if (held.is_there) {
        all.push_back(&*held.body);
      }
    }
    std::sort(all.begin(), all.end(), document::z_order{});
    return all;
  }
  // The element, or null when it is not there. Valid until the next change. Its registers have
  // the time of the last write as stamp, and a number of this replica's own as writer. O(1).
  [[nodiscard]] const element* find(std::string_view id) const {
    const auto found = entries_.find(to_absl(id));
    return found != entries_.end() && found->second.is_there ? &*found->second.body : nullptr;
  }
  // Removed elements that are remembered.
  [[nodiscard]] std::size_t tombstones() const noexcept { return tombstones_; }
  // That of a document which shows the same. O(elements).
  [[nodiscard]] digest content_digest() const {
    digest sum;
    for (const auto& [id, held] : entries_) {
      sum += held.is_there ? digest_of(*held.body) : digest{};
    }
    return sum;
  }
  // The time of the last write of `actor` that is known here; 1970 when there is none.
  [[nodiscard]] unix_time known(std::string_view actor) const {
    const std::uint32_t number = number_of(actor);
    return to_time(number < actors_.size() ? actors_[number].known : 0);
  }
  // Tombstones of removals before this may have been purged.
  [[nodiscard]] unix_time horizon() const noexcept { return to_time(horizon_); }

  // Puts a new element on the board. FailedPrecondition when its id is taken, also by a
  // removed element; InvalidArgument without an index, or when a value is out of its range.
  absl::Status put(element value, unix_time now) {
    if (entries_.contains(value.id())) {
      return absl::FailedPreconditionError(
          absl::StrCat("element '", value.id(), "' exists or has existed"));
    }
    if (!is_index(value.index())) {
      return absl::InvalidArgumentError(
          absl::StrCat("index '", value.index(), "' of element '", value.id(), "' is none"));
    }
    for (const property_register& each : value.registers()) {
      if (absl::Status status = check(value, each.key, each.value); !status.ok()) {
        return status;
      }
    }
    const short_stamp written = tick(now);
    stamp_registers(value, [&](const property_register&) { return written; });
    const element_id id = value.id();
    entries_.emplace(id, entry{std::make_unique<element>(std::move(value)), written, written});
    return absl::OkStatus();
  }

  // Writes one property. NotFound when the element is not there, InvalidArgument when it has no
  // such property or the value is out of its range.
  absl::Status set(std::string_view id, property key, property_value value, unix_time now) {
    const auto found = entries_.find(to_absl(id));
    if (found == entries_.end() || !found->second.is_there) {
      return missing(id);
    }
    element& body = *found->second.body;
    if (absl::Status status = check(body, key, value); !status.ok()) {
      return status;
    }
    const short_stamp written = tick(now);
    body.set(key, std::move(value), seq_number{written.time}, seq_number{written.actor});
    return absl::OkStatus();
  }

  // Takes an element off. It beats every write to the element's properties that did not see
  // it. NotFound when it is not there.
  absl::Status remove(std::string_view id, unix_time now) { return set_presence(id, false, now); }

  // Brings a removed element back whole, with what was written to it meanwhile: a later write
  // than the removal. NotFound when it is there, or no tombstone remembers it.
  absl::Status restore(std::string_view id, unix_time now) { return set_presence(id, true, now); }

  // Forgets the elements removed before `horizon`, for good. A replica that has not heard of
  // what is forgotten, and still holds such an element, can't be merged any more: choose a
  // horizon longer ago than anybody stays away. O(elements). Returns how many.
  std::size_t purge(unix_time horizon) {
    const std::uint64_t before = from_time(horizon);
    horizon_ = std::max(horizon_, before);
    const std::size_t had = tombstones_;
    for (auto at = entries_.begin(); at != entries_.end();) {
      const auto each = at++;
      const entry& held = each->second;
      if (held.is_there || held.presence.time >= before) {
        continue;
      }
      note_purged(held.born);
      note_purged(held.presence);
      for (const property_register& one : held.body->registers()) {
        note_purged(stamp_of(one));
      }
      entries_.erase(each);
      --tombstones_;
    }
    return had - tombstones_;
  }

  // Takes over all that `other` knows. Of two elements put under one id the later put wins
  // whole.
  //
  // FailedPrecondition, and nothing changed, when one of the two still holds an element that
  // the other has purged, without having heard of all that was purged: the message names it,
  // what was known and the horizon. O(elements of both).
  absl::StatusOr<merge_report> merge(const replica& other) {
    if (&other == this) {
      return merge_report{};
    }
    for (const auto& [stale, purger] : {std::pair{&other, static_cast<const replica*>(this)},
                                        std::pair{static_cast<const replica*>(this), &other}}) {
      if (absl::Status status = check_horizon(*stale, *purger); !status.ok()) {
        return status;
      }
    }
    std::vector<std::uint32_t> ours;
    ours.reserve(other.actors_.size());
    for (const actor_row& theirs : other.actors_) {
      ours.push_back(take_number(theirs.name));
      actor_row& row = actors_[ours.back()];
      row.known = std::max(row.known, theirs.known);
      row.purged = std::max(row.purged, theirs.purged);
      (void)clock_.observe(to_time(theirs.known));
    }
    horizon_ = std::max(horizon_, other.horizon_);
    merge_report report;
    for (const auto& [id, theirs] : other.entries_) {
      merge_entry(id, theirs, ours, report);
    }
    for (auto* list : {&report.added, &report.removed, &report.changed}) {
      std::sort(list->begin(), list->end());
    }
    return report;
  }

  // Begins with the board of a room as it was after operation `seq`, to work on without it.
  // Copies of one room taken at different times merge as long as none holds an element that is
  // gone from the other. FailedPrecondition when this replica is not new.
  absl::Status adopt(const document& board, seq_number seq) {
    if (!actors_.empty()) {
      return absl::FailedPreconditionError("a replica that has writes can't adopt a document");
    }
    // All was written by the room, which is an actor without a name, at the time `seq`: before
    // anything that is written offline.
    actor_row& room = actors_[take_number("")];
    room.known = room.purged = horizon_ = std::max<std::uint64_t>(to_integer(seq), 1);
    for (const element* each : board.elements()) {
      element copy = *each;
      stamp_registers(copy, [](const property_register& one) {
        return short_stamp{std::max<std::uint64_t>(to_integer(one.stamp), 1), 0};
      });
      entries_.emplace(each->id(),
                       entry{std::make_unique<element>(std::move(copy)), {1, 0}, {1, 0}});
    }
    return absl::OkStatus();
  }

 private:
  // A timed_stamp whose actor is a number of this replica's own; times are from 1 on.
  struct short_stamp {
    std::uint64_t time = 0;
    std::uint32_t actor = 0;
    friend bool operator==(const short_stamp&, const short_stamp&) = default;
  };
  struct entry {
    std::unique_ptr<element> body;
    short_stamp born;
    short_stamp presence;
    bool is_there = true;
  };
  struct actor_row {
    std::string name;
    // The last write of his that is known, and the last one that was purged.
    std::uint64_t known = 0;
    std::uint64_t purged = 0;
  };

  static unix_time to_time(std::uint64_t time) noexcept {
    return unix_time{std::chrono::milliseconds{static_cast<std::int64_t>(time)}};
  }
  static std::uint64_t from_time(unix_time time) noexcept {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(time.time_since_epoch().count(), 0));
  }
  static short_stamp stamp_of(const property_register& of) noexcept {
    return {to_integer(of.stamp), static_cast<std::uint32_t>(to_integer(of.writer))};
  }
  static absl::Status missing(std::string_view id) {
    return absl::NotFoundError(absl::StrCat("element '", to_absl(id), "' is not on the board"));
  }

  static absl::Status check(const element& of, property key, const property_value& value) {
    const bool is_known = has_property(of.kind(), key);
    const auto* text = std::get_if<std::string>(&value);
    if (is_known && fits(describe(of.kind(), key), value) &&
        (key != property::index || (text != nullptr && is_index(*text)))) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        absl::StrCat(to_absl(name_of(key)), is_known ? ": out of range for" : ": not a property of",
                     " kind ", to_absl(name_of(of.kind()))));
  }

  template <typename Stamp>
  static void stamp_registers(element& of, Stamp stamp) {
    for (std::size_t i = 0; i < of.registers().size(); ++i) {
      const property_register each = of.registers()[i];
      const short_stamp written = stamp(each);
      of.set(each.key, each.value, seq_number{written.time}, seq_number{written.actor});
    }
  }

  [[nodiscard]] std::uint32_t number_of(std::string_view actor) const {
    const auto found = numbers_.find(to_absl(actor));
    return found != numbers_.end() ? found->second : static_cast<std::uint32_t>(actors_.size());
  }
  std::uint32_t take_number(std::string_view actor) {
    const std::uint32_t number = number_of(actor);
    if (number == actors_.size()) {
      actors_.push_back({std::string{actor}});
      numbers_.emplace(actors_.back().name, number);
    }
    return number;
  }

  short_stamp tick(unix_time now) {
    const std::uint32_t self = take_number(clock_.actor());
    actors_[self].known = from_time(clock_.tick(now).time);
    return {actors_[self].known, self};
  }

  // Whether `b`, whose actor is one of ours, is later than `a`.
  [[nodiscard]] bool is_later(const short_stamp& a, const short_stamp& b) const noexcept {
    return a.time != b.time ? a.time < b.time : actors_[a.actor].name < actors_[b.actor].name;
  }

  void note_purged(const short_stamp& gone) noexcept {
    actor_row& row = actors_[gone.actor];
    row.purged = std::max(row.purged, gone.time);
  }

  absl::Status set_presence(std::string_view id, bool is_there, unix_time now) {
    const auto found = entries_.find(to_absl(id));
    if (found == entries_.end() || found->second.is_there == is_there) {
      return missing(id);
    }
    found->second.presence = tick(now);
    show(found->second, is_there);
    return absl::OkStatus();
  }

  void show(entry& held, bool is_there) noexcept {
    tombstones_ += static_cast<std::size_t>(held.is_there);
    tombstones_ -= static_cast<std::size_t>(is_there);
    held.is_there = is_there;
  }

  static absl::Status check_horizon(const replica& stale, const replica& purger) {
    const auto lacking = std::find_if(
        purger.actors_.begin(), purger.actors_.end(),
        [&](const actor_row& row) { return row.purged > from_time(stale.known(row.name)); });
    if (lacking == purger.actors_.end()) {
      return absl::OkStatus();
    }
    // The least id, so that the message is the same every time.
    const element_id* held = nullptr;
    for (const auto& [id, each] : stale.entries_) {
      const bool was_known =
          from_time(purger.known(stale.actors_[each.born.actor].name)) >= each.born.time;
      if (was_known && !purger.entries_.contains(id) && (held == nullptr || id < *held)) {
        held = &id;
      }
    }
    if (held == nullptr) {
      return absl::OkStatus();
    }
    return absl::FailedPreconditionError(absl::StrCat(
        "replica '", stale.clock_.actor(), "' holds element '", *held,
        "', which was purged, and knows actor '", lacking->name, "' up to ",
        from_time(stale.known(lacking->name)), " ms only; replica '", purger.clock_.actor(),
        "' has purged writes up to ", lacking->purged, " ms, horizon ", purger.horizon_, " ms"));
  }

  void merge_entry(const element_id& id, const entry& theirs,
                   const std::vector<std::uint32_t>& ours, merge_report& report) {
    const auto mapped = [&ours](const short_stamp& of) {
      return short_stamp{of.time, ours[of.actor]};
    };
    const short_stamp born = mapped(theirs.born);
    const auto found = entries_.find(id);
    if (found == entries_.end() || is_later(found->second.born, born)) {
      entry copy{std::make_unique<element>(*theirs.body), born, mapped(theirs.presence),
                 theirs.is_there};
      stamp_registers(*copy.body,
                      [&](const property_register& each) { return mapped(stamp_of(each)); });
      const bool was_there = found != entries_.end() && found->second.is_there;
      tombstones_ += static_cast<std::size_t>(!copy.is_there);
      if (found == entries_.end()) {
        entries_.emplace(id, std::move(copy));
      } else {
        tombstones_ -= static_cast<std::size_t>(!was_there);
        found->second = std::move(copy);
      }
      tell(id, was_there, theirs.is_there, true, report);
      return;
    }
    entry& held = found->second;
    if (held.born != born) {
      return;
    }
    const bool was_there = held.is_there;
    bool has_changed = false;
    for (const property_register& each : theirs.body->registers()) {
      const short_stamp written = mapped(stamp_of(each));
      const property_register* old = held.body->find(each.key);
      if (old == nullptr || is_later(stamp_of(*old), written)) {
        held.body->set(each.key, each.value, each.stamp, seq_number{written.actor});
        has_changed = true;
      }
    }
    if (is_later(held.presence, mapped(theirs.presence))) {
      held.presence = mapped(theirs.presence);
      show(held, theirs.is_there);
    }
    tell(id, was_there, held.is_there, has_changed, report);
  }

  static void tell(const element_id& id, bool was_there, bool is_there, bool has_changed,
                   merge_report& report) {
    if (was_there != is_there) {
      (is_there ? report.added : report.removed).push_back(id);
    } else if (is_there && has_changed) {
      report.changed.push_back(id);
    }
  }

  timestamp_clock clock_;
  // In no order; whatever leaves is sorted.
  absl::flat_hash_map<element_id, entry> entries_;
  std::vector<actor_row> actors_;
  absl::flat_hash_map<std::string, std::uint32_t> numbers_;
  std::size_t tombstones_ = 0;
  std::uint64_t horizon_ = 0;
};

}  // namespace collab

#endif  // COLLAB_DOCUMENT_REPLICA_HPP
