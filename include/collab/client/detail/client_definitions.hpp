// collab/client/detail/client_definitions.hpp - what the functions of client and client_stroke do.
//
// Part of client.hpp.

#ifndef COLLAB_CLIENT_DETAIL_CLIENT_DEFINITIONS_HPP
#define COLLAB_CLIENT_DETAIL_CLIENT_DEFINITIONS_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <cmath>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/client/client.hpp"
#include "collab/client/detail/client_core.hpp"
#include "collab/client/detail/operation_check.hpp"
#include "collab/core/json_syntax.hpp"

namespace collab {

inline client::client(connector& dial, random_source& random, client_options options)
    : core_{std::make_shared<detail::client_core>(dial, random, std::move(options))} {}
inline client::~client() = default;
inline client::client(client&&) noexcept = default;
inline client& client::operator=(client&&) noexcept = default;

inline void client::observe(client_observer* hears) { core_->context.reports.observe(hears); }

// ---- The room

inline absl::Status client::join(std::string_view room) {
  if (!is_room_name(room)) {
    return detail::refusal("room", "not 1 to 64 of A-Z a-z 0-9 _ -");
  }
  if (absl::Status status = detail::check_text("name", core_->who.name,
                                               core_->context.options.bounds.name_characters);
      !status.ok()) {
    return status;
  }
  if (!core_->room_name.empty() && core_->room_name != room) {
    return absl::FailedPreconditionError(absl::StrCat(
        "this client is for the room ", core_->room_name, ", not for ", to_absl(room)));
  }
  core_->room_name = room;
  core_->context.connection.go(core_->room_name);
  return absl::OkStatus();
}
inline void client::leave() {
  core_->context.connection.stop();
  core_->note_cut();
}
inline void client::reconnect() {
  core_->context.connection.renew();
  core_->note_cut();
}
inline void client::poll(instant now) {
  const std::shared_ptr<detail::client_core> core = core_;
  core->poll(now);
}
inline std::optional<instant> client::next_deadline() const { return core_->next_deadline(); }

// ---- What is seen

inline client_state client::state() const { return core_->context.connection.state(); }
inline const shown_board& client::document() const { return core_->context.board.shown(); }
inline const collab::document& client::confirmed() const {
  return core_->context.board.confirmed();
}
inline seq_number client::seq() const { return core_->context.seq; }
inline std::vector<shown_stroke> client::live_strokes() const {
  std::vector<shown_stroke> all;
  for (const auto& [id, seen] : core_->room.live) {
    all.push_back({id, seen.user, seen.client, &seen.style, seen.points, false});
  }
  const member_profile& self = core_->context.self;
  for (const auto& [number, open] : core_->work.strokes()) {
    all.push_back(
        {open.stroke.id(), self.user, self.client, &open.stroke.style, open.stroke.points, true});
  }
  return all;
}
inline const member_profile& client::self() const { return core_->context.self; }
inline const std::vector<member_profile>& client::members() const { return core_->room.members; }
inline const std::deque<chat_message>& client::chat() const { return core_->room.chat; }
inline const std::vector<version_saved_message>& client::versions() const {
  return core_->room.versions;
}
inline const history_message& client::history() const { return core_->room.history; }
inline undo_scope client::scope() const { return core_->scope.value_or(core_->room.default_scope); }

// ---- What is done

inline client_stroke client::begin_stroke(const stroke_style& style) {
  element made{style.id.empty() ? make_id() : style.id, element_kind::stroke,
               core_->context.self.user};
  made.set(property::tool, style.tool);
  made.set(property::color, style.color);
  made.set(property::width, style.width);
  made.set(property::opacity, style.opacity);
  const limits& bounds = core_->context.options.bounds;
  bool is_good = is_element_id(made.id()) && detail::check_group(style.group).ok();
  for (const property_register& each : made.registers()) {
    property_value value = each.value;
    is_good = is_good &&
              detail::check_value(describe(element_kind::stroke, each.key), value, bounds).ok();
  }
  const std::uint64_t number = is_good ? core_->work.begin_stroke(std::move(made), style.group) : 0;
  return number != 0 ? client_stroke{core_, number} : client_stroke{};
}

inline absl::StatusOr<operation_ticket> client::put(element value, const operation_options& with) {
  if (value.index().starts_with(optimistic_board::unplaced)) {
    element unplaced = detail::renamed(value, value.id(), value.creator());
    if (absl::Status status = unplaced.set_points(value.points()); !status.ok()) {
      return status;
    }
    value = std::move(unplaced);
  }
  if (absl::Status status = detail::check_element(value, core_->context.options.bounds);
      !status.ok()) {
    return status;
  }
  if (value.kind() == element_kind::stroke && value.index().empty()) {
    auto stroke = std::make_shared<detail::own_stroke>();
    stroke->points = value.points();
    stroke->style = detail::renamed(value, value.id(), value.creator());
    return core_->work.submit(detail::drawn_stroke{std::move(stroke)}, with.group);
  }
  return core_->work.submit(put_element{std::move(value)}, with.group);
}

inline absl::StatusOr<operation_ticket> client::set(std::string_view id, property_changes changes,
                                                    const operation_options& with) {
  if (absl::Status status = detail::check_id("id", id); !status.ok()) {
    return status;
  }
  if (absl::Status status =
          detail::check_changes(changes, document().find(id), core_->context.options.bounds);
      !status.ok()) {
    return status;
  }
  core_->passed.forget(element_id{id});
  return core_->work.submit(set_element{element_id{id}, std::move(changes), with.if_seq},
                            with.group);
}

inline absl::StatusOr<operation_ticket> client::remove(std::vector<element_id> ids,
                                                       const operation_options& with) {
  for (const element_id& id : ids) {
    if (absl::Status status = detail::check_id("ids", id); !status.ok()) {
      return status;
    }
  }
  return core_->work.remove(std::move(ids), with.group);
}

inline absl::StatusOr<operation_ticket> client::clear(const operation_options& with) {
  detail::shown_clearing body;
  body.ids.reserve(document().size());
  for (const element* each : document().elements()) {
    body.ids.push_back(each->id());
  }
  return core_->work.submit(std::move(body), with.group);
}

namespace detail {

[[nodiscard]] inline absl::Status not_joined() {
  return absl::FailedPreconditionError("not joined: only the room knows what that would do");
}

}  // namespace detail

inline absl::StatusOr<operation_ticket> client::undo(std::optional<undo_scope> scope) {
  if (!core_->following.is_joined()) {
    return detail::not_joined();
  }
  return core_->work.submit(collab::undo{scope.has_value() ? scope : core_->scope}, {});
}
inline absl::StatusOr<operation_ticket> client::redo(std::optional<undo_scope> scope) {
  if (!core_->following.is_joined()) {
    return detail::not_joined();
  }
  return core_->work.submit(collab::redo{scope.has_value() ? scope : core_->scope}, {});
}
inline absl::StatusOr<operation_ticket> client::say(std::string_view text) {
  if (absl::Status status =
          detail::check_text("text", text, core_->context.options.bounds.chat_characters);
      !status.ok()) {
    return status;
  }
  return core_->work.submit(send_chat{std::string{text}}, {});
}
inline absl::StatusOr<operation_ticket> client::save_version(std::string_view name) {
  if (absl::Status status =
          detail::check_text("name", name, core_->context.options.bounds.name_characters);
      !status.ok()) {
    return status;
  }
  return core_->work.submit(collab::save_version{std::string{name}}, {});
}
inline absl::StatusOr<operation_ticket> client::restore_version(seq_number seq) {
  if (!core_->following.is_joined()) {
    return detail::not_joined();
  }
  return core_->work.submit(collab::restore_version{seq}, {});
}

inline void client::move_cursor(double x, double y, bool is_drawing) {
  if (core_->following.is_joined() && std::fabs(x) <= coordinate_max &&
      std::fabs(y) <= coordinate_max) {
    core_->passed.move_cursor({to_grid(x), to_grid(y), is_drawing});
  }
}
inline void client::preview(std::string_view id, property_changes changes) {
  if (core_->following.is_joined() &&
      detail::check_changes(changes, document().find(id), core_->context.options.bounds).ok()) {
    core_->passed.preview(element_id{id}, std::move(changes));
  }
}
inline absl::Status client::send_host_message(std::string_view name, std::string_view json) {
  const limits& bounds = core_->context.options.bounds;
  if (absl::Status status = detail::check_text("name", name, bounds.name_characters);
      !status.ok()) {
    return status;
  }
  absl::StatusOr<std::string> data = compact_json(json, {bounds.host_data_bytes, false});
  if (!data.ok()) {
    return detail::refusal("data", data.status().message());
  }
  if (!core_->following.is_joined() ||
      core_->context.connection.queued_bytes() > core_->context.options.queued_bytes_max) {
    return absl::UnavailableError("not joined, or too much waits to be sent");
  }
  core_->context.connection.write(collab::send_host_message{std::string{name}, *std::move(data)});
  return absl::OkStatus();
}
inline void client::update_member(std::optional<std::string> name, std::optional<color> paint) {
  collab::update_member command;
  if (name.has_value() &&
      detail::check_text("name", *name, core_->context.options.bounds.name_characters).ok()) {
    core_->who.name = *name;
    command.name = std::move(name);
  }
  if (paint.has_value()) {
    core_->who.color = paint;
    command.color = paint;
  }
  if (command.name.has_value() || command.color.has_value()) {
    core_->introduce(command);
  }
}
inline void client::use_scope(std::optional<undo_scope> scope) { core_->scope = scope; }
inline element_id client::make_id() { return core_->context.make_id(); }

inline std::size_t client::pending_count() const { return core_->work.operations().size(); }
inline std::size_t client::pending_bytes() const { return core_->work.operations().bytes(); }
inline std::vector<operation_ticket> client::pending_tickets() const {
  std::vector<operation_ticket> tickets;
  detail::outbox& operations = core_->work.operations();
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (operations.at(i).ticket != operation_ticket{}) {
      tickets.push_back(operations.at(i).ticket);
    }
  }
  return tickets;
}
inline std::uint64_t client::bytes_sent() const { return core_->context.connection.bytes_sent(); }
inline std::optional<duration> client::round_trip() const {
  return core_->context.connection.round_trip();
}

// ---- A stroke

inline absl::Status client_stroke::extend(std::span<const point> points) {
  const auto core = of_.lock();
  return core != nullptr ? core->work.extend(number_, points)
                         : absl::NotFoundError("the client is gone, or the stroke not begun");
}
inline absl::StatusOr<operation_ticket> client_stroke::end() {
  const auto core = of_.lock();
  if (core == nullptr) {
    return absl::NotFoundError("the client is gone, or the stroke not begun");
  }
  return core->work.end(number_);
}
inline void client_stroke::cancel() {
  if (const auto core = of_.lock()) {
    core->work.cancel(number_);
  }
}
inline bool client_stroke::is_open() const {
  const auto core = of_.lock();
  return core != nullptr && core->work.find_open(number_) != nullptr;
}
inline element_id client_stroke::id() const {
  const auto core = of_.lock();
  const auto* open = core != nullptr ? core->work.find_open(number_) : nullptr;
  return open != nullptr ? open->stroke.id() : element_id{};
}

}  // namespace collab

#endif  // COLLAB_CLIENT_DETAIL_CLIENT_DEFINITIONS_HPP
