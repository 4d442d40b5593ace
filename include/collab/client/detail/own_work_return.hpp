// collab/client/detail/own_work_return.hpp - what becomes of the own work when the client is back.
//
// Part of own_work.hpp.

#ifndef COLLAB_CLIENT_DETAIL_OWN_WORK_RETURN_HPP
#define COLLAB_CLIENT_DETAIL_OWN_WORK_RETURN_HPP

#include <absl/status/status.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/client/detail/own_work.hpp"

namespace collab::detail {

inline void own_work::restore(pending_keeper::kept_work work) {
  const bool has_session = !work.head.session.empty();
  last_ticket_ = std::max(last_ticket_, work.head.last_ticket);
  for (pending_operation& op : work.operations) {
    if (has_session) {
      context_.board.add(outbox_.restore(std::move(op)));
      continue;
    }
    op.is_again = op.is_again || op.is_sent;
    op.is_sent = false;
    context_.board.add(outbox_.add(std::move(op)));
  }
  if (!has_session && !work.operations.empty()) {
    // Their counters may be others now.
    context_.keeper.begin(work.head.room, {}, work.head.user, work.head.seq, outbox_);
  }
  // What was being drawn ends where it was.
  for (stroke_piece& piece : work.strokes) {
    const auto known = find_stroke(piece.style.id());
    if (known == nullptr) {
      own_stroke stroke;
      stroke.style = std::move(piece.style);
      stroke.points = std::move(piece.points);
      commit(std::move(stroke), std::move(piece.group), operation_ticket{});
    }
  }
  context_.keeper.taken_up();
}

inline std::vector<own_work::drawn> own_work::all_drawn() {
  std::vector<drawn> all;
  for (auto& [number, open] : strokes_) {
    all.push_back({&open.stroke, nullptr});
  }
  for (std::size_t i = 0; i < outbox_.size(); ++i) {
    if (const drawn_stroke* ended = outbox_.at(i).drawn()) {
      all.push_back({ended->stroke.get(), &outbox_.at(i)});
    }
  }
  return all;
}

inline void own_work::resumed(operation_counter op, const std::deque<seq_number>& seqs,
                              const absl::btree_map<operation_counter, absl::Status>& rejected,
                              std::span<const own_live_stroke> own) {
  // The last of `seqs` is that of the last operation that was not rejected, and so on backwards:
  // there may be more of them than is known here.
  absl::btree_map<operation_counter, seq_number> done;
  operation_counter at = op;
  for (auto seq = seqs.rbegin(); seq != seqs.rend() && at > 0; ++seq, --at) {
    while (at > 0 && rejected.contains(at)) {
      --at;
    }
    if (at == 0) {
      break;
    }
    done.emplace(at, *seq);
  }
  // What was never sent the server can't have: a process that took up the session did not know its
  // last counter when this was done.
  while (!outbox_.is_empty() && outbox_.first()->op <= op && outbox_.first()->is_sent) {
    std::unique_ptr<pending_operation> first = settle(context_.seq);
    if (const auto reason = rejected.find(first->op); reason != rejected.end()) {
      refuse(std::move(first), reason->second);
      continue;
    }
    // Its event has made it part of what is confirmed.
    context_.board.drop(*first);
    const auto seq = done.find(first->op);
    report_done(*first, seq != done.end() ? seq->second : seq_number{});
  }
  count_from(op);
  for (const drawn& each : all_drawn()) {
    const auto held = std::find_if(own.begin(), own.end(), [&](const own_live_stroke& live) {
      return live.id == each.stroke->id();
    });
    each.stroke->rewind(held != own.end() ? std::optional<std::size_t>{held->have} : std::nullopt);
    if (const element* there = context_.board.confirmed().find(each.stroke->id())) {
      go_on(*each.stroke, each.end, there->point_count());
    } else if (each.stroke->committed.has_value()) {
      go_on(*each.stroke, each.end, *each.stroke->committed);
    }
  }
  open();
  for (const own_live_stroke& live : own) {
    // Given up here, or drawn by a process that has ended.
    if (cancelled_.contains(live.id) || find_stroke(live.id) == nullptr) {
      sender_.tell(cancel_stroke{live.id});
    }
  }
  cancelled_.clear();
}

// The first operation that the server has not taken is the one after `op`.
inline void own_work::count_from(operation_counter op) {
  if (outbox_.is_empty()) {
    if (outbox_.next_op() <= op) {
      outbox_.begin(op);
    }
    return;
  }
  if (outbox_.first()->op > op) {
    return;
  }
  auto unsent = outbox_.take_all();
  outbox_.begin(op);
  for (const auto& each : unsent) {
    context_.board.drop(*each);
  }
  for (const auto& each : unsent) {
    context_.board.add(outbox_.add(std::move(*each)));
  }
  const pending_head head = context_.keeper.head();
  context_.keeper.begin(head.room, head.session, head.user, head.seq, outbox_);
}

inline void own_work::renewed(operation_counter op,
                              absl::FunctionRef<past_outcome(const pending_operation&)> outcome,
                              absl::FunctionRef<bool(std::string_view)> is_live) {
  renumber(op, outcome);
  for (const drawn& each : all_drawn()) {
    each.stroke->rewind(std::nullopt);
    // The live stroke of the session before is nobody's who could go on with it, and the room
    // may lose it before it is an element: the whole of it comes again.
    const element* there = context_.board.confirmed().find(each.stroke->id());
    if (there != nullptr || is_live(each.stroke->id())) {
      go_on(*each.stroke, each.end, there != nullptr ? there->point_count() : 0);
    }
  }
  cancelled_.clear();
  open();
}

inline void own_work::open() {
  for (const drawn& each : all_drawn()) {
    each.stroke->renew();
  }
  const std::size_t count = outbox_.size();
  for (std::size_t i = 0; i < count; ++i) {
    if (std::holds_alternative<shown_clearing>(outbox_.at(i).body)) {
      narrow(outbox_.at(i));
    }
  }
  sender_.open();
}

// In a new session the pending operations are the first ones after `op`.
inline void own_work::renumber(operation_counter op,
                               absl::FunctionRef<past_outcome(const pending_operation&)> outcome) {
  auto before = outbox_.take_all();
  for (const auto& each : before) {
    context_.board.drop(*each);
  }
  outbox_.begin(op);
  for (const auto& each : before) {
    const bool is_again = each->is_again || each->is_sent;
    const past_outcome past = is_again ? outcome(*each) : past_outcome::not_done;
    if (past == past_outcome::done) {
      report_done(*each, seq_number{});
      continue;
    }
    if (past == past_outcome::unknown) {
      report_refused(*each, lost_status());
      continue;
    }
    pending_operation again = std::move(*each);
    again.is_again = is_again;
    again.is_sent = false;
    again.is_kept_as_sent = false;
    context_.board.add(outbox_.add(std::move(again)));
  }
}

// A clear that did not arrive: what others have drawn since stays.
inline void own_work::narrow(pending_operation& op) {
  std::vector<element_id> ids = std::move(std::get<shown_clearing>(op.body).ids);
  op.body = shown_clearing{ids};
  context_.board.drop(op);
  if (ids.size() > ids_per_message() && op.group.empty()) {
    op.group = context_.make_id();
  }
  const std::size_t first = std::min(ids.size(), ids_per_message());
  const auto begin = ids.begin();
  op.body = remove_elements{{begin, begin + static_cast<std::ptrdiff_t>(first)}};
  outbox_.measure(op);
  context_.board.add(op);
  context_.keeper.save(op);
  const std::string group = op.group;
  for (std::size_t at = first; at < ids.size(); at += ids_per_message()) {
    const std::size_t end = std::min(ids.size(), at + ids_per_message());
    add(remove_elements{{begin + static_cast<std::ptrdiff_t>(at),
                         begin + static_cast<std::ptrdiff_t>(end)}},
        group, operation_ticket{});
  }
}

// The first `have` points of a stroke are an element that does not grow any more.
inline void own_work::go_on(own_stroke& stroke, pending_operation* end, std::size_t have) {
  if (end == nullptr) {
    stroke.continue_after(have, context_.make_id());
    return;
  }
  context_.board.drop(*end);
  const element_id before = stroke.id();
  element_id after;
  if (have >= stroke.points.size()) {
    // All is there, by no operation of ours: this one is only counted.
    end->body = remove_elements{};
    end->made = {};
  } else {
    stroke.continue_after(have, context_.make_id());
    after = stroke.id();
    end->is_sent = false;
  }
  outbox_.measure(*end);
  context_.board.add(*end);
  context_.keeper.save(*end);
  if (!after.empty()) {
    follow(before, after, end->op);
  }
}

// What is done later to the first part of a stroke is done to the rest of it too.
inline void own_work::follow(const element_id& before, const element_id& after,
                             operation_counter op) {
  const std::size_t count = outbox_.size();
  for (std::size_t i = 0; i < count; ++i) {
    const pending_operation& later = outbox_.at(i);
    if (later.op <= op) {
      continue;
    }
    if (const auto* set = std::get_if<set_element>(&later.body);
        set != nullptr && set->id == before) {
      set_element copy = *set;
      copy.id = after;
      copy.if_seq.reset();
      add(std::move(copy), later.group, operation_ticket{});
    } else if (const auto* removal = std::get_if<remove_elements>(&later.body);
               removal != nullptr &&
               std::find(removal->ids.begin(), removal->ids.end(), before) != removal->ids.end()) {
      add(remove_elements{{after}}, later.group, operation_ticket{});
    }
  }
}

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_OWN_WORK_RETURN_HPP
