// tests/sim/oracles/undo_reach.hpp - undo touches only what it may.
//
// Oracle 5. After every undo and redo the board is what the naive model makes of it, elements that
// its target did not write to are as they were, and a redo right after its undo leaves no trace.
// A board that was brought back to an earlier place is what it was there.

#ifndef COLLAB_TESTS_SIM_ORACLES_UNDO_REACH_HPP
#define COLLAB_TESTS_SIM_ORACLES_UNDO_REACH_HPP

#include <absl/strings/str_cat.h>

#include <cstdint>
#include <string>
#include <variant>

#include "collab/document/digest.hpp"
#include "sim/naive_board.hpp"
#include "sim/oracles/verdict.hpp"
#include "sim/room_log.hpp"

namespace collab_sim {

// Which properties of which elements differ between two places, for those who have to find out why.
[[nodiscard]] inline std::string differences(const room_log& log, std::uint64_t a,
                                             std::uint64_t b) {
  naive_board at_a;
  naive_board at_b;
  for (const collab::operation& op : log.operations()) {
    if (collab::to_integer(op.seq) <= a) {
      at_a.apply(op);
    }
    if (collab::to_integer(op.seq) <= b) {
      at_b.apply(op);
    }
  }
  std::string text;
  for (const std::string& id : at_b.ids()) {
    const auto one = at_a.find(id);
    const auto other = at_b.find(id);
    if (one.has_value() != other.has_value()) {
      absl::StrAppend(&text, id, " is ", other.has_value() ? "there; " : "gone; ");
    } else if (one.has_value()) {
      for (std::size_t i = 0; i < collab::property_count; ++i) {
        const auto key = static_cast<collab::property>(i);
        if (collab::has_property(one->kind(), key) &&
            collab::property_digest({}, *one, key) != collab::property_digest({}, *other, key)) {
          absl::StrAppend(&text, id, ".", std::string{collab::name_of(key)}, "; ");
        }
      }
    }
  }
  return text.empty() ? "the model sees no difference" : text;
}

// How the log's operations have changed the board, held against the model; `digest_at` yields what
// was seen after a seq, as room_log does.
template <typename DigestAt>
[[nodiscard]] verdict check_undo(const room_log& log, DigestAt digest_at) {
  naive_board model;
  std::uint64_t seq = 0;
  for (const collab::operation& op : log.operations()) {
    ++seq;
    model.apply(op);
    const auto* back = std::get_if<collab::restore_version_operation>(&op.body);
    if (back != nullptr && digest_at(seq) != digest_at(collab::to_integer(back->target))) {
      return absl::StrCat(
          "seq ", seq, " has brought the board back to ", collab::to_integer(back->target),
          ", but it is another one: ", differences(log, collab::to_integer(back->target), seq));
    }
    const auto* redo = std::get_if<collab::redo_operation>(&op.body);
    if (redo == nullptr && !std::holds_alternative<collab::undo_operation>(op.body) &&
        seq != log.last_seq()) {
      continue;
    }
    if (model.content_digest() != digest_at(seq)) {
      return absl::StrCat("after seq ", seq, " (kind ", op.body.index(), ") the board is ",
                          collab::to_text(digest_at(seq)), ", by the law it is ",
                          collab::to_text(model.content_digest()));
    }
    const auto* undo = redo != nullptr && seq >= 2
                           ? std::get_if<collab::undo_operation>(&log.operations()[seq - 2].body)
                           : nullptr;
    if (undo != nullptr && undo->target == redo->target && digest_at(seq) != digest_at(seq - 2)) {
      return absl::StrCat("undo and redo of ", collab::to_integer(redo->target), " at seq ", seq,
                          " have changed the board");
    }
  }
  return {};
}
[[nodiscard]] inline verdict check_undo(const room_log& log) {
  return check_undo(log, [&log](std::uint64_t seq) { return log.digest_at(seq); });
}

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_ORACLES_UNDO_REACH_HPP
