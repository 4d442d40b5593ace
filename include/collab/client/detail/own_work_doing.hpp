// collab/client/detail/own_work_doing.hpp - how operations are done and strokes drawn.
//
// Part of own_work.hpp.

#ifndef COLLAB_CLIENT_DETAIL_OWN_WORK_DOING_HPP
#define COLLAB_CLIENT_DETAIL_OWN_WORK_DOING_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/client/detail/own_work.hpp"
#include "collab/ink/point.hpp"

namespace collab::detail {

// Whatever the bounds.
inline pending_operation& own_work::add(body_type body, std::string group,
                                        operation_ticket ticket) {
  pending_operation made;
  made.ticket = ticket;
  made.body = std::move(body);
  made.group = std::move(group);
  made.after = context_.seq;
  pending_operation& op = outbox_.add(std::move(made));
  context_.board.add(op);
  // It is about to be sent, most of the time, and need not be written twice then.
  const bool was_sent = op.is_sent;
  op.is_sent = was_sent || sender_.is_near(op.op);
  context_.keeper.save(op);
  op.is_sent = was_sent;
  return op;
}

inline absl::StatusOr<operation_ticket> own_work::submit(body_type body, std::string group) {
  if (absl::Status status = check_group(group); !status.ok()) {
    return status;
  }
  pending_operation measured;
  measured.body = std::move(body);
  measured.group = std::move(group);
  if (!has_room(1, bytes_of(measured))) {
    return no_room();
  }
  return add(std::move(measured.body), std::move(measured.group), make_ticket()).ticket;
}

inline absl::StatusOr<operation_ticket> own_work::remove(std::vector<element_id> ids,
                                                         std::string group) {
  if (ids.size() <= ids_per_message()) {
    return submit(remove_elements{std::move(ids)}, std::move(group));
  }
  if (absl::Status status = check_group(group); !status.ok()) {
    return status;
  }
  pending_operation measured;
  measured.body = remove_elements{ids};
  const std::size_t parts = (ids.size() + ids_per_message() - 1) / ids_per_message();
  if (!has_room(parts, bytes_of(measured) + parts * sizeof(pending_operation))) {
    return no_room();
  }
  if (group.empty()) {
    group = context_.make_id();
  }
  operation_ticket ticket{};
  for (std::size_t at = 0; at < ids.size(); at += ids_per_message()) {
    const std::size_t end = std::min(ids.size(), at + ids_per_message());
    remove_elements part{{ids.begin() + static_cast<std::ptrdiff_t>(at),
                          ids.begin() + static_cast<std::ptrdiff_t>(end)}};
    ticket = end == ids.size() ? make_ticket() : operation_ticket{};
    add(std::move(part), group, ticket);
  }
  return ticket;
}

inline std::uint64_t own_work::begin_stroke(element style, std::string group) {
  open_stroke open;
  open.stroke.style = std::move(style);
  open.group = std::move(group);
  if (!has_room(1, bytes_when_ended(open))) {
    return 0;
  }
  strokes_.emplace(++last_stroke_, std::move(open));
  return last_stroke_;
}

inline absl::Status own_work::extend(std::uint64_t number, std::span<const point> points) {
  const auto found = strokes_.find(number);
  if (found == strokes_.end()) {
    return absl::NotFoundError("the stroke is over, or was not begun");
  }
  for (const point& each : points) {
    if (!is_valid(each)) {
      return absl::InvalidArgumentError(absl::StrCat("point ", &each - points.data(),
                                                     " is out of range: x ", each.x, ", y ", each.y,
                                                     ", pressure ", each.pressure));
    }
  }
  const std::size_t most = std::max<std::size_t>(2, context_.options.bounds.points_per_stroke);
  open_stroke& open = found->second;
  // Each piece but the first begins with the last point of the one before.
  const std::size_t pieces = (open.stroke.points.size() + points.size()) / (most - 1);
  if (!has_room(pieces, points.size() * sizeof(point) +
                            pieces * (sizeof(pending_operation) + open.stroke.style.bytes()))) {
    return no_room();
  }
  for (const point& each : points) {
    if (open.stroke.points.size() >= most) {
      const point last = open.stroke.points.back();
      own_stroke next;
      next.style = renamed(open.stroke.style, context_.make_id(), open.stroke.style.creator());
      next.points.push_back(last);
      sender_.send_points(open.stroke);
      commit(std::exchange(open.stroke, std::move(next)), open.group, operation_ticket{});
    }
    open.stroke.points.push_back(to_grid(each));
  }
  return absl::OkStatus();
}

inline void own_work::commit(own_stroke stroke, std::string group, operation_ticket ticket) {
  add(drawn_stroke{std::make_shared<own_stroke>(std::move(stroke))}, std::move(group), ticket);
}

inline absl::StatusOr<operation_ticket> own_work::end(std::uint64_t number) {
  const auto found = strokes_.find(number);
  if (found == strokes_.end()) {
    return absl::NotFoundError("the stroke is over, or was not begun");
  }
  open_stroke open = std::move(found->second);
  strokes_.erase(found);
  if (open.stroke.points.empty()) {
    return absl::NotFoundError("the stroke has no points");
  }
  const operation_ticket ticket = make_ticket();
  const std::uint64_t pieces = open.kept_pieces;
  commit(std::move(open.stroke), std::move(open.group), ticket);
  context_.keeper.forget_pieces(number, pieces);
  return ticket;
}

inline void own_work::cancel(std::uint64_t number) {
  const auto found = strokes_.find(number);
  if (found == strokes_.end()) {
    return;
  }
  const own_stroke stroke = std::move(found->second.stroke);
  context_.keeper.forget_pieces(number, found->second.kept_pieces);
  strokes_.erase(found);
  if (stroke.is_started && !sender_.tell(cancel_stroke{stroke.id()})) {
    cancelled_.insert(stroke.id());
  }
}

inline void own_work::keep(std::uint64_t number, open_stroke& open) {
  const own_stroke& stroke = open.stroke;
  if (!context_.keeper.is_kept()) {
    return;
  }
  if (open.kept_id != stroke.id()) {
    // Another stroke goes on: the one before is an element, or waits to be one.
    context_.keeper.forget_pieces(number, std::exchange(open.kept_pieces, 0));
    open.kept_id = stroke.id();
    open.kept_points = 0;
  }
  if (open.kept_points < stroke.points.size()) {
    const bool is_first = open.kept_pieces == 0;
    context_.keeper.save_piece(number, open.kept_pieces,
                               encode_piece(is_first ? &stroke.style : nullptr, open.group,
                                            std::span{stroke.points}.subspan(open.kept_points)));
    ++open.kept_pieces;
    open.kept_points = stroke.points.size();
  }
}

inline own_stroke* own_work::find_stroke(std::string_view id) {
  for (auto& [number, open] : strokes_) {
    if (open.stroke.id() == id) {
      return &open.stroke;
    }
  }
  const pending_operation* end = outbox_.end_of(id);
  return end != nullptr ? end->drawn()->stroke.get() : nullptr;
}

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_OWN_WORK_DOING_HPP
