// collab/document/document.hpp - everything that is on one board, in the order of drawing.
//
// The document knows what is there and what was removed, not how it came about: history
// applies operations to it, and undoes them.

#ifndef COLLAB_DOCUMENT_DOCUMENT_HPP
#define COLLAB_DOCUMENT_DOCUMENT_HPP

#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/core/ids.hpp"
#include "collab/core/text.hpp"
#include "collab/document/board_snapshot.hpp"
#include "collab/document/digest.hpp"
#include "collab/document/element.hpp"
#include "collab/document/element_digest.hpp"

namespace collab {

struct document_options {
  // Ids of removed elements that are remembered. The oldest is forgotten beyond it.
  std::size_t tombstones_max = 100'000;
};

// The elements of a board and the tombstones of those removed.
//
// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: bytes(), and about 170 bytes a tombstone.
class document {
 public:
  // Compares as everybody draws: by index as bytes, then by id.
  struct z_order {
    bool operator()(const element* a, const element* b) const noexcept {
      const int by_index = a->index().compare(b->index());
      return by_index != 0 ? by_index < 0 : a->id() < b->id();
    }
  };
  using ordered_elements = absl::btree_set<const element*, z_order>;

  explicit document(document_options options = {}) : options_{options} {}
  document(const document&) = delete;
  document& operator=(const document&) = delete;
  // The board of a snapshot, with no tombstones. O(elements).
  explicit document(const board_snapshot& shown, document_options options = {})
      : options_{options} {
    slots_.reserve(shown.size());
    for (const element& each : shown.elements()) {
      insert(each, seq_number{each.number()});
    }
  }

  // What is shown, for good: `seq` is the last operation that is in it. The elements are shared
  // until they are changed here. O(elements).
  [[nodiscard]] board_snapshot snapshot(seq_number seq) const {
    std::vector<element> all;
    all.reserve(order_.size());
    for (const element* each : order_) {
      all.push_back(*each);
    }
    return {std::move(all), digest_, seq};
  }

  // The elements from the lowest to the topmost. Valid until the document changes.
  [[nodiscard]] const ordered_elements& elements() const noexcept { return order_; }
  [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }

  // The memory of the elements that are there or can be restored, about.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  // The sum of the digests of the elements that are there: the same for boards that show the
  // same, everywhere. O(1).
  [[nodiscard]] const digest& content_digest() const noexcept { return digest_; }

  // The element, or null when it is not there. Valid until it is removed. O(1).
  [[nodiscard]] const element* find(std::string_view id) const {
    const slot* found = find_slot(id);
    return found != nullptr && found->is_there ? found->body.get() : nullptr;
  }

  // Likewise, but also one that can be restored.
  [[nodiscard]] const element* find_kept(std::string_view id) const {
    const slot* found = find_slot(id);
    return found != nullptr ? found->body.get() : nullptr;
  }

  // Whether `id` is taken: by an element, or by a tombstone that is remembered. O(1).
  [[nodiscard]] bool remembers(std::string_view id) const { return find_slot(id) != nullptr; }

  // The operation that made the element be there, or be removed; 0 when never heard of.
  [[nodiscard]] seq_number presence_writer(std::string_view id) const {
    const slot* found = find_slot(id);
    return found != nullptr ? found->writer : seq_number{};
  }

  // Whether the element is removed and can be brought back whole.
  [[nodiscard]] bool can_restore(std::string_view id) const {
    const slot* found = find_slot(id);
    return found != nullptr && !found->is_there && found->body != nullptr;
  }

  // The number of the element, also of one that can be restored; 0 when there is none. O(1).
  [[nodiscard]] std::uint64_t number_of(std::string_view id) const {
    const slot* found = find_slot(id);
    return found != nullptr && found->body != nullptr ? found->body->number() : 0;
  }

  // The topmost index, empty for an empty board. O(1).
  [[nodiscard]] std::string_view top_index() const {
    return order_.empty() ? std::string_view{} : std::string_view{(*order_.rbegin())->index()};
  }

  // Puts a new element on the board; its number is `writer`. O(log elements).
  // Requires: !remembers(id), an index.
  const element& insert(element value, seq_number writer) {
    assert(!remembers(value.id()));
    value.set_number(to_integer(writer));
    return place(std::move(value), writer);
  }

  // Puts an element back whose body was given up, under the number that it has; its id need not
  // be remembered. O(log elements), amortized.
  // Requires: find_kept(value.id()) == nullptr, an index.
  const element& put_back(element value, seq_number writer) {
    assert(find_kept(value.id()) == nullptr);
    revived_ += slots_.erase(value.id());
    if (revived_ > bodiless_.size() / 2) {
      std::erase_if(bodiless_, [this](const tombstone& each) { return !is_standing(each); });
      revived_ = 0;
    }
    return place(std::move(value), writer);
  }

  // Takes an element off the board and keeps it, to be restored. Requires: find(id).
  void remove(std::string_view id, seq_number writer) {
    slot* found = find_slot(id);
    assert(found != nullptr && found->is_there);
    order_.erase(found->body.get());
    found->is_there = false;
    found->writer = writer;
    digest_ -= found->whole;
  }

  // Brings back what was removed, as it was. Requires: can_restore(id).
  const element& restore(std::string_view id, seq_number writer) {
    slot* found = find_slot(id);
    assert(found != nullptr && !found->is_there && found->body != nullptr);
    found->is_there = true;
    found->writer = writer;
    digest_ += found->whole;
    order_.insert(found->body.get());
    return *found->body;
  }

  // Writes one property of an element that is there or can be restored.
  const element& set(std::string_view id, property key, property_value value, seq_number stamp,
                     seq_number writer) {
    return change(id, key, [&](element& body) { body.set(key, std::move(value), stamp, writer); });
  }

  // Takes one property back to its default, as if nobody had written it, at `stamp`.
  void reset(std::string_view id, property key, seq_number stamp) {
    change(id, key, [&](element& body) { body.reset(key, stamp); });
  }

  // Gives up the body of a removed element: only its id is remembered from now on.
  // Nothing when the element is there.
  void forget_body(std::string_view id) {
    slot* found = find_slot(id);
    if (found == nullptr || found->is_there || found->body == nullptr) {
      return;
    }
    bytes_ -= found->body->bytes();
    found->body.reset();
    found->forgotten_as = ++forgotten_;
    bodiless_.push_back({element_id{id}, forgotten_});
    while (bodiless_.size() - revived_ > options_.tombstones_max) {
      if (is_standing(bodiless_.front())) {
        slots_.erase(bodiless_.front().id);
      } else {
        --revived_;
      }
      bodiless_.pop_front();
    }
  }

 private:
  struct slot {
    std::unique_ptr<element> body;
    seq_number writer{};
    bool is_there = false;
    // Those of the body.
    digest identity;
    digest whole;
    // The number of the tombstone, where the body is given up.
    std::uint64_t forgotten_as = 0;
  };
  // What is remembered of an element whose body is given up. It stands until it is put back.
  struct tombstone {
    element_id id;
    std::uint64_t number = 0;
  };
  [[nodiscard]] bool is_standing(const tombstone& each) const {
    const slot* found = find_slot(each.id);
    return found != nullptr && found->body == nullptr && found->forgotten_as == each.number;
  }

  const element& place(element value, seq_number writer) {
    assert(!value.index().empty());
    auto body = std::make_unique<element>(std::move(value));
    const element* placed = body.get();
    bytes_ += placed->bytes();
    const digest whole = digest_of(*placed);
    slots_.emplace(placed->id(),
                   slot{std::move(body), writer, true, identity_digest(*placed), whole, 0});
    digest_ += whole;
    // Most come on top of all others, or next to one another.
    order_.insert(order_.end(), placed);
    return *placed;
  }

  [[nodiscard]] const slot* find_slot(std::string_view id) const {
    const auto found = slots_.find(to_absl(id));
    return found != slots_.end() ? &found->second : nullptr;
  }
  [[nodiscard]] slot* find_slot(std::string_view id) {
    const auto found = slots_.find(to_absl(id));
    return found != slots_.end() ? &found->second : nullptr;
  }

  // What one register takes, and its part of the digest.
  [[nodiscard]] static std::pair<std::size_t, digest> measure(const slot& of, property key) {
    const property_register* held = of.body->find(key);
    if (held == nullptr) {
      return {0, digest{}};
    }
    return {sizeof(property_register) + value_bytes(held->value),
            property_digest(of.identity, of.body->kind(), key, held->value)};
  }

  template <typename Change>
  const element& change(std::string_view id, property key, Change apply) {
    slot* found = find_slot(id);
    assert(found != nullptr && found->body != nullptr);
    element& body = *found->body;
    const bool moves = found->is_there && key == property::index;
    if (moves) {
      order_.erase(&body);
    }
    const auto [bytes_before, before] = measure(*found, key);
    apply(body);
    const auto [bytes_after, after] = measure(*found, key);
    bytes_ = bytes_ - bytes_before + bytes_after;
    const digest difference = after - before;
    found->whole += difference;
    digest_ += found->is_there ? difference : digest{};
    if (moves) {
      order_.insert(&body);
    }
    return body;
  }

  document_options options_;
  // Never iterated: its order differs from run to run.
  absl::flat_hash_map<element_id, slot> slots_;
  ordered_elements order_;
  // The oldest first; `revived_` of them do not stand any more.
  std::deque<tombstone> bodiless_;
  std::size_t revived_ = 0;
  std::uint64_t forgotten_ = 0;
  std::size_t bytes_ = 0;
  digest digest_;
};

}  // namespace collab

#endif  // COLLAB_DOCUMENT_DOCUMENT_HPP
