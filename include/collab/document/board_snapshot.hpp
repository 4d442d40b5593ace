// collab/document/board_snapshot.hpp - what a board showed at one place of its log.
//
//   board_snapshot then = board.snapshot(seq);   // shares the elements with the document
//   document again{then};                        // goes on from there
//
// Tombstones are not in it: ids of removed elements are free in a document made from one.

#ifndef COLLAB_DOCUMENT_BOARD_SNAPSHOT_HPP
#define COLLAB_DOCUMENT_BOARD_SNAPSHOT_HPP

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "collab/core/ids.hpp"
#include "collab/document/digest.hpp"
#include "collab/document/element.hpp"

namespace collab {

// Never changes; copies share everything.
//
// Threads: any number may read one object, and objects that share elements.
// Memory: 16 bytes an element, and the elements that nobody else holds any more.
class board_snapshot {
 public:
  // The empty board before the first operation.
  board_snapshot() = default;
  // Requires: elements in the z-order, of which `content` is the digest.
  board_snapshot(std::vector<element> elements, const digest& content, seq_number seq)
      : elements_{std::make_shared<const std::vector<element>>(std::move(elements))},
        digest_{content},
        seq_{seq} {}

  // The same board, as what was shown after another operation. O(1).
  [[nodiscard]] board_snapshot at(seq_number seq) const {
    board_snapshot other = *this;
    other.seq_ = seq;
    return other;
  }

  // From the lowest to the topmost. Valid as long as any copy of the snapshot.
  [[nodiscard]] std::span<const element> elements() const noexcept {
    return elements_ != nullptr ? std::span<const element>{*elements_} : std::span<const element>{};
  }
  [[nodiscard]] std::size_t size() const noexcept { return elements().size(); }
  // That of a document which shows the same.
  [[nodiscard]] const digest& content_digest() const noexcept { return digest_; }
  // The last operation that is in it.
  [[nodiscard]] seq_number seq() const noexcept { return seq_; }

 private:
  std::shared_ptr<const std::vector<element>> elements_;
  digest digest_;
  seq_number seq_{};
};

}  // namespace collab

#endif  // COLLAB_DOCUMENT_BOARD_SNAPSHOT_HPP
