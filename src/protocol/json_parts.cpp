// src/protocol/json_parts.cpp - the events that may be large as JSON text, in as many messages as
// it needs.

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/text.hpp"
#include "collab/protocol/json_codec.hpp"
#include "protocol/json_values.hpp"
#include "protocol/json_writer.hpp"

namespace collab {

using namespace detail;

namespace {

// The items of an array, cut into pieces of about as many bytes as may be told at once.
class cut_array {
 public:
  explicit cut_array(std::size_t bytes_max) : bytes_max_{bytes_max} {}

  [[nodiscard]] bool is_full_for(std::size_t bytes) const {
    return !pieces_.back().empty() && pieces_.back().size() + bytes > bytes_max_;
  }
  void add(std::string_view item) {
    if (is_full_for(item.size())) {
      pieces_.emplace_back();
    }
    if (!pieces_.back().empty()) {
      pieces_.back().push_back(',');
    }
    pieces_.back().append(item);
  }
  // What `write` does to an empty writer.
  template <typename Write>
  void write(Write write) {
    json_writer item;
    write(item);
    add(item.take());
  }

  [[nodiscard]] std::size_t pieces() const { return pieces_.size(); }
  [[nodiscard]] bool has(std::size_t at) const { return at < pieces_.size(); }
  // Writes piece `at`, an empty array beyond the last.
  void put(json_writer& out, std::string_view name, std::size_t at) const {
    out.key(name);
    out.open('[');
    if (has(at) && !pieces_[at].empty()) {
      out.raw(pieces_[at]);
    }
    out.close(']');
  }
  void put_all(json_writer& out, std::string_view name) const {
    out.key(name);
    out.open('[');
    for (const std::string& each : pieces_) {
      if (!each.empty()) {
        out.raw(each);
      }
    }
    out.close(']');
  }

 private:
  std::size_t bytes_max_;
  std::vector<std::string> pieces_{1};
};

// Writes one event as messages of about `bytes_max` bytes; what can't be cut is larger.
class parts_writer {
 public:
  explicit parts_writer(std::size_t bytes_max) : bytes_max_{bytes_max} {}

  [[nodiscard]] std::vector<std::string> take() { return std::move(parts_); }

  template <typename Event>
  void write(const Event& event) {
    parts_.push_back(encode_json(event));
  }
  void write(const joined_room& event);
  void write(const resumed_room& event);
  void write(const operation_undone& event);

 private:
  void begin(std::string_view type) {
    out_ = {};
    out_.open('{');
    out_.field("type", type);
  }
  void finish() {
    out_.close('}');
    parts_.push_back(out_.take());
  }
  void put_presence(const room& state, instant now);
  void put_history(const room& state, const member& self);
  // The strokes that others than `self` are drawing; yields those that had no room.
  std::vector<const live_stroke*> put_live(const room& state, const member* self);
  void write_late(const room& state, const std::vector<const live_stroke*>& late);

  std::size_t bytes_max_;
  json_writer out_;
  std::vector<std::string> parts_;
};

void parts_writer::put_presence(const room& state, instant now) {
  out_.key("cursors");
  out_.open('[');
  for (const auto& [id, who] : state.members()) {
    if (const auto where = state.cursor_of(id, now); where.has_value()) {
      write_cursor(out_, who.client, *where);
    }
  }
  out_.close(']');
}

void parts_writer::put_history(const room& state, const member& self) {
  out_.key("history");
  out_.open('{');
  write_history(out_, state.history(self.user));
  out_.field("scope", state.options().default_scope == undo_scope::room ? "room" : "mine");
  out_.close('}');
}

void put_users(json_writer& out, const room& state) {
  out.key("users");
  out.open('[');
  for (const auto& [id, who] : state.members()) {
    write_member(out, who);
  }
  out.close(']');
}

std::vector<const live_stroke*> parts_writer::put_live(const room& state, const member* self) {
  cut_array live{bytes_max_};
  std::vector<const live_stroke*> late;
  for (const bool is_orphan : {true, false}) {
    for (const auto& [id, each] : state.live_strokes()) {
      if (each.is_orphan != is_orphan || (self != nullptr && each.client == self->client)) {
        continue;
      }
      json_writer item;
      item.open('{');
      item.field("userId", each.stroke.creator());
      item.key("stroke");
      write_element(item, each.stroke, each.points);
      item.close('}');
      const std::string text = item.take();
      if (live.is_full_for(text.size()) && !is_orphan) {
        late.push_back(&each);
      } else {
        live.add(text);
      }
    }
  }
  live.put_all(out_, "live");
  return late;
}

void parts_writer::write_late(const room& state, const std::vector<const live_stroke*>& late) {
  constexpr std::size_t points_max = 512;
  for (const live_stroke* each : late) {
    const auto author = state.members().find(each->author);
    const live_stroke begun{each->stroke, {}, each->author, each->client, false, {}};
    write(stroke_started{author->second, begun});
    for (std::size_t at = 0; at < each->points.size(); at += points_max) {
      write(stroke_extended{*each, at, std::min(points_max, each->points.size() - at)});
    }
  }
}

void parts_writer::write(const joined_room& event) {
  const room& state = event.state;
  cut_array elements{bytes_max_};
  for (const element* each : state.board().elements()) {
    elements.write([&](json_writer& out) { write_element(out, *each); });
  }
  // The latest of what was said, as far as there is room for it.
  std::vector<std::string> said;
  std::size_t said_bytes = 0;
  const auto& messages = state.chat().messages();
  for (auto each = messages.rbegin(); each != messages.rend(); ++each) {
    json_writer item;
    item.open('{');
    write_chat(item, *each);
    item.close('}');
    said.push_back(item.take());
    said_bytes += said.back().size();
    if (said_bytes > bytes_max_) {
      said.pop_back();
      break;
    }
  }

  begin("room:state");
  out_.field("roomId", state.name());
  out_.field("session", event.self.session);
  out_.field("op", event.self.ledger.last());
  out_.key("you");
  write_member(out_, event.self);
  out_.field("seq", to_integer(state.last_seq()));
  put_users(out_, state);
  elements.put(out_, "elements", 0);
  const auto late = put_live(state, nullptr);
  put_presence(state, event.now);
  put_history(state, event.self);
  out_.key("chat");
  out_.open('[');
  for (auto each = said.rbegin(); each != said.rend(); ++each) {
    out_.raw(*each);
  }
  out_.close(']');
  out_.key("versions");
  out_.open('[');
  for (const saved_version& each : state.versions()) {
    out_.open('{');
    write_version(out_, each);
    out_.close('}');
  }
  out_.close(']');
  out_.field("more", elements.pieces() > 1);
  finish();
  for (std::size_t at = 1; at < elements.pieces(); ++at) {
    begin("room:chunk");
    elements.put(out_, "elements", at);
    out_.field("more", at + 1 < elements.pieces());
    finish();
  }
  write_late(state, late);
}

void parts_writer::write(const resumed_room& event) {
  const room& state = event.state;
  cut_array events{bytes_max_};
  state.retained().after(event.after, [&](const told_operation& each) {
    parts_writer replay{bytes_max_};
    std::visit([&replay](const auto& told) { replay.write(told); }, state.retell(each, event.self, event.after));
    for (const std::string& part : replay.parts_) {
      events.add(part);
    }
  });

  begin("room:resumed");
  out_.field("roomId", state.name());
  out_.field("seq", to_integer(state.last_seq()));
  out_.field("op", event.self.ledger.last());
  out_.key("rejected");
  out_.open('[');
  for (const operation_result* each : event.rejected) {
    out_.open('{');
    out_.field("op", each->counter);
    out_.field("code", json_code(each->status.code()));
    out_.field("message", to_std(each->status.message()));
    out_.close('}');
  }
  out_.close(']');
  out_.key("you");
  write_member(out_, event.self);
  put_users(out_, state);
  const auto late = put_live(state, &event.self);
  out_.key("own");
  out_.open('[');
  for (const auto& [id, each] : state.live_strokes()) {
    if (each.client == event.self.client) {
      out_.open('{');
      out_.field("strokeId", id);
      out_.field("have", std::uint64_t{each.points.size()});
      out_.close('}');
    }
  }
  out_.close(']');
  put_presence(state, event.now);
  put_history(state, event.self);
  events.put(out_, "events", 0);
  out_.field("more", events.pieces() > 1);
  finish();
  for (std::size_t at = 1; at < events.pieces(); ++at) {
    begin("room:events");
    events.put(out_, "events", at);
    out_.field("more", at + 1 < events.pieces());
    finish();
  }
  write_late(state, late);
}

void parts_writer::write(const operation_undone& event) {
  constexpr std::string_view outcomes[] = {"applied", "partial", "nothing"};
  constexpr std::string_view types[] = {"operation:undo", "operation:redo", "version:restore"};
  const told_undo& effect = event.effect;
  cut_array removed{bytes_max_};
  cut_array restored{bytes_max_};
  cut_array changed{bytes_max_};
  for (const told_ref& each : effect.removed) {
    removed.write([&](json_writer& out) { out.string(each.id); });
  }
  for (const element& each : effect.restored) {
    restored.write([&](json_writer& out) { write_element(out, each); });
  }
  for (const told_changes& each : effect.changed) {
    changed.write([&](json_writer& out) {
      out.open('{');
      out.field("id", each.target.id);
      write_changes(out, each.changes);
      out.close('}');
    });
  }
  const std::size_t pieces = std::max({removed.pieces(), restored.pieces(), changed.pieces()});
  begin(types[static_cast<std::size_t>(effect.what)]);
  write_place(out_, event.place);
  out_.field("target", to_integer(effect.target));
  out_.field("outcome", outcomes[static_cast<std::size_t>(effect.outcome)]);
  removed.put(out_, "removed", 0);
  restored.put(out_, "restored", 0);
  changed.put(out_, "changed", 0);
  if (pieces > 1) {
    out_.field("more", true);
  }
  finish();
  for (std::size_t at = 1; at < pieces; ++at) {
    begin("room:chunk");
    restored.put(out_, "elements", at);
    if (removed.has(at)) {
      removed.put(out_, "removed", at);
    }
    if (changed.has(at)) {
      changed.put(out_, "changed", at);
    }
    out_.field("more", at + 1 < pieces);
    finish();
  }
}

}  // namespace

std::vector<std::string> encode_json_parts(const room_event& event, std::size_t bytes_max) {
  parts_writer out{bytes_max};
  std::visit([&out](const auto& each) { out.write(each); }, event);
  return out.take();
}

}  // namespace collab
