// collab/client/shown_board.hpp - the elements that a person sees, in the order of drawing.
//
//   for (const element* each : board.document().in(view)) draw(*each);

#ifndef COLLAB_CLIENT_SHOWN_BOARD_HPP
#define COLLAB_CLIENT_SHOWN_BOARD_HPP

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/core/ids.hpp"
#include "collab/core/text.hpp"
#include "collab/document/document.hpp"
#include "collab/document/element.hpp"
#include "collab/document/spatial_index.hpp"
#include "collab/ink/bounds.hpp"

namespace collab {

// What the server has said with what is pending on top. An element that the server has not
// placed yet lies above all others: its index begins with `~`, which no other does.
//
// Pointers are valid until the client is told or polled.
//
// Threads: that of its client, for reading too: the first in(), near() or under() makes the
// spatial index.
// Memory: about 250 bytes an element beside what it shares with the confirmed board; with the
// spatial index 150 more.
class shown_board {
 public:
  shown_board() = default;
  shown_board(const shown_board&) = delete;
  shown_board& operator=(const shown_board&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return order_.size(); }

  // The element, or null when it is not shown. O(1).
  [[nodiscard]] const element* find(std::string_view id) const {
    const auto found = elements_.find(to_absl(id));
    return found != elements_.end() ? found->second.get() : nullptr;
  }

  // From the lowest to the topmost.
  [[nodiscard]] const document::ordered_elements& elements() const noexcept { return order_; }

  // As spatial_index has them.
  [[nodiscard]] std::vector<const element*> in(const bounds& box) const { return places().in(box); }
  [[nodiscard]] std::vector<const element*> near(float x, float y, float tolerance = 0) const {
    return places().near(x, y, tolerance);
  }
  [[nodiscard]] std::vector<const element*> under(float x, float y, float tolerance = 0) const {
    return places().under(x, y, tolerance);
  }

  // Shows `value` in place of what its id showed. For the client.
  void show(element value) {
    std::unique_ptr<element>& held = elements_[value.id()];
    if (held == nullptr) {
      held = std::make_unique<element>(std::move(value));
      order_.insert(order_.end(), held.get());
    } else {
      const bool moves = held->index() != value.index();
      if (places_.has_value() && (held->kind() != value.kind() ||
                                  held->packed_points().data() != value.packed_points().data())) {
        places_->remove(*held);
      }
      if (moves) {
        order_.erase(held.get());
      }
      *held = std::move(value);
      if (moves) {
        order_.insert(held.get());
      }
    }
    if (places_.has_value()) {
      places_->update(*held);
    }
  }

  // Shows nothing under `id` any more. For the client.
  void hide(std::string_view id) {
    const auto found = elements_.find(to_absl(id));
    if (found == elements_.end()) {
      return;
    }
    order_.erase(found->second.get());
    if (places_.has_value()) {
      places_->remove(*found->second);
    }
    elements_.erase(found);
  }

 private:
  [[nodiscard]] const spatial_index& places() const {
    if (!places_.has_value()) {
      places_.emplace();
      for (const element* each : order_) {
        places_->update(*each);
      }
    }
    return *places_;
  }

  // Never iterated: its order differs from run to run.
  absl::flat_hash_map<element_id, std::unique_ptr<element>> elements_;
  document::ordered_elements order_;
  mutable std::optional<spatial_index> places_;
};

}  // namespace collab

#endif  // COLLAB_CLIENT_SHOWN_BOARD_HPP
