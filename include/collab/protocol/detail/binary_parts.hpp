// collab/protocol/detail/binary_parts.hpp - the events that may be large in the binary dialect,
// in as many messages as it needs.
//
// Part of collab/protocol/binary_encoder.hpp.

#ifndef COLLAB_PROTOCOL_DETAIL_BINARY_PARTS_HPP
#define COLLAB_PROTOCOL_DETAIL_BINARY_PARTS_HPP

#include <absl/status/status.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/text.hpp"
#include "collab/protocol/detail/binary_events.hpp"
#include "collab/protocol/detail/binary_format.hpp"
#include "collab/protocol/detail/binary_lists.hpp"
#include "collab/room/event.hpp"
#include "collab/room/room.hpp"

namespace collab::detail {

// Writes one event as messages of about `bytes_max` bytes; what can't be cut is larger.
class binary_parts_writer {
 public:
  explicit binary_parts_writer(std::size_t bytes_max) : bytes_max_{bytes_max} {}

  [[nodiscard]] std::vector<std::string> take() { return std::move(parts_); }

  template <typename Event>
  void write(const Event& event) {
    binary_event_writer single;
    single.write(event);
    parts_.push_back(single.take());
  }
  void write(const joined_room& event);
  void write(const resumed_room& event);
  void write(const operation_undone& event);

 private:
  // Ends the message that is being written.
  void finish() {
    out_.end();
    parts_.push_back(out_.take());
    out_ = {};
  }
  template <typename Write>
  std::string_view scratch(Write write) {
    scratch_.clear();
    write(scratch_);
    return scratch_.written();
  }
  void put_members(const room& state);
  void put_cursors(const room& state, instant now);
  static unsigned history_of(const room& state, const member& self);
  std::string_view live_bytes(const live_stroke& live, std::uint64_t creator,
                              std::string_view creator_name);
  // Tells of strokes that had no room in a list.
  void write_late(const room& state, std::span<const live_stroke* const> late);
  void write_chunk(bool has_more, const cut_list& elements, std::size_t at);

  std::size_t bytes_max_;
  binary_writer out_;
  binary_event_writer scratch_;
  std::vector<std::string> parts_;
};

inline void binary_parts_writer::put_members(const room& state) {
  out_.integer(state.members().size());
  for (const auto& [id, who] : state.members()) {
    out_.raw(scratch([&](auto& to) { to.put(who); }));
  }
}

inline void binary_parts_writer::put_cursors(const room& state, instant now) {
  std::size_t count = 0;
  std::string cursors;
  for (const auto& [id, who] : state.members()) {
    if (const auto where = state.cursor_of(id, now); where.has_value()) {
      ++count;
      cursors.append(scratch([&](auto& to) { to.put(who, *where); }));
    }
  }
  out_.integer(count);
  out_.raw(cursors);
}

inline unsigned binary_parts_writer::history_of(const room& state, const member& self) {
  const bool is_mine = state.options().default_scope == undo_scope::mine;
  return binary_event_writer::bits_of(state.history(self.user)) | (is_mine ? 16U : 0U);
}

// By a reference to the creator, or by name where that is 0.
inline std::string_view binary_parts_writer::live_bytes(const live_stroke& live,
                                                        std::uint64_t creator,
                                                        std::string_view creator_name) {
  std::string packed;
  [[maybe_unused]] const absl::Status status = encode_packed(live.points, {}, packed);
  return scratch([&](binary_event_writer& to) {
    to.put_head(live.stroke);
    to.put_creator(creator, creator_name);
    to.put_registers(live.stroke);
    to.put_packed(packed);
  });
}

inline void binary_parts_writer::write_late(const room& state,
                                            std::span<const live_stroke* const> late) {
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

inline void binary_parts_writer::write_chunk(bool has_more, const cut_list& elements,
                                             std::size_t at) {
  out_.begin(server_type::chunk);
  out_.byte(has_more ? 1 : 0);
  elements.write(at, out_);
}

inline void binary_parts_writer::write(const joined_room& event) {
  const room& state = event.state;
  user_names users{state.members()};
  // The first piece tells creators by `names`; the others have none.
  cut_list elements{bytes_max_};
  for (const element* each : state.board().elements()) {
    const bool is_member = !users.is_name(each->creator());
    const auto bytes = [&](bool by_name) {
      return scratch([&](binary_event_writer& to) {
        to.put_head(*each);
        to.put_creator(by_name || is_member ? users.reference(each->creator()) : 0,
                       each->creator());
        to.put_body(*each);
      });
    };
    if (elements.pieces() == 1) {
      const std::size_t known = users.names().size();
      users.add(each->creator());
      if (const std::string_view item = bytes(true); !elements.is_full_for(item.size())) {
        elements.add(item);
        continue;
      }
      users.forget_beyond(known);
    }
    elements.add(bytes(false));
  }
  cut_list live{bytes_max_};
  std::vector<const live_stroke*> late;
  for (const bool is_orphan : {true, false}) {
    for (const auto& [id, each] : state.live_strokes()) {
      if (each.is_orphan != is_orphan) {
        continue;
      }
      users.add(each.stroke.creator());
      const std::string_view item =
          live_bytes(each, users.reference(each.stroke.creator()), each.stroke.creator());
      if (live.is_full_for(item.size()) && !is_orphan) {
        late.push_back(&each);
      } else {
        live.add(item);
      }
    }
  }
  // The latest of what was said, as far as there is room for it.
  std::vector<std::string> said;
  std::size_t said_bytes = 0;
  const auto& messages = state.chat().messages();
  for (const chat_message& each : messages) {
    users.add(each.user);
  }
  for (const saved_version& each : state.versions()) {
    users.add(each.user);
  }
  for (auto each = messages.rbegin(); each != messages.rend(); ++each) {
    said.emplace_back(scratch([&](binary_event_writer& to) {
      to.put_creator(users.reference(each->user), each->user);
      to.put(*each);
    }));
    said_bytes += said.back().size();
    if (said_bytes > bytes_max_) {
      said.pop_back();
      break;
    }
  }

  const bool has_more = elements.pieces() > 1;
  out_.begin(server_type::state);
  out_.text(state.name());
  out_.text(event.self.session);
  out_.integer(event.self.ledger.last());
  out_.integer(event.self.number);
  out_.integer(to_integer(state.last_seq()));
  put_members(state);
  out_.integer(users.names().size());
  for (const std::string_view name : users.names()) {
    out_.text(name);
  }
  elements.write(0, out_);
  live.write_all(out_);
  put_cursors(state, event.now);
  out_.byte(history_of(state, event.self));
  out_.integer(said.size());
  for (auto each = said.rbegin(); each != said.rend(); ++each) {
    out_.raw(*each);
  }
  out_.byte(has_more ? 1 : 0);
  out_.integer(state.versions().size());
  for (const saved_version& each : state.versions()) {
    out_.raw(scratch([&](binary_event_writer& to) {
      to.put_creator(users.reference(each.user), each.user);
      to.put(each);
    }));
  }
  finish();
  for (std::size_t at = 1; at < elements.pieces(); ++at) {
    write_chunk(at + 1 < elements.pieces(), elements, at);
    finish();
  }
  write_late(state, late);
}

inline void binary_parts_writer::write(const resumed_room& event) {
  const room& state = event.state;
  user_names users{state.members()};
  cut_list live{bytes_max_};
  std::vector<const live_stroke*> own;
  std::vector<const live_stroke*> late;
  for (const bool is_orphan : {true, false}) {
    for (const auto& [id, each] : state.live_strokes()) {
      if (each.is_orphan != is_orphan) {
        continue;
      }
      if (each.client == event.self.client) {
        own.push_back(&each);
        continue;
      }
      const user_id& creator = each.stroke.creator();
      const std::string_view item =
          live_bytes(each, users.is_name(creator) ? 0 : users.reference(creator), creator);
      if (live.is_full_for(item.size()) && !is_orphan) {
        late.push_back(&each);
      } else {
        live.add(item);
      }
    }
  }
  cut_list events{bytes_max_};
  state.retained().after(event.after, [&](const told_operation& each) {
    binary_parts_writer replay{bytes_max_};
    std::visit([&replay](const auto& told) { replay.write(told); }, state.retell(each, event.self, event.after));
    for (const std::string& part : replay.parts_) {
      events.add(part);
    }
  });

  out_.begin(server_type::resumed);
  out_.text(state.name());
  out_.integer(event.self.ledger.last());
  out_.integer(event.self.number);
  out_.integer(to_integer(state.last_seq()));
  out_.integer(event.rejected.size());
  for (const operation_result* each : event.rejected) {
    out_.integer(each->counter);
    out_.byte(binary_code(each->status.code()));
    out_.text(to_std(each->status.message()));
  }
  put_members(state);
  live.write_all(out_);
  out_.integer(own.size());
  for (const live_stroke* each : own) {
    out_.integer(each->stroke.number());
    out_.text(each->stroke.id());
    out_.integer(each->points.size());
  }
  put_cursors(state, event.now);
  out_.byte(history_of(state, event.self));
  out_.byte(events.pieces() > 1 ? 1 : 0);
  out_.raw(events.bytes(0));
  finish();
  for (std::size_t at = 1; at < events.pieces(); ++at) {
    out_.begin(server_type::events);
    out_.byte(at + 1 < events.pieces() ? 1 : 0);
    out_.raw(events.bytes(at));
    finish();
  }
  write_late(state, late);
}

inline void binary_parts_writer::write(const operation_undone& event) {
  const told_undo& effect = event.effect;
  cut_list removed{bytes_max_};
  cut_list restored{bytes_max_};
  cut_list changed{bytes_max_};
  for (const told_ref& each : effect.removed) {
    removed.add(scratch([&](auto& to) { to.put_ref(each); }));
  }
  for (const element& each : effect.restored) {
    restored.add(scratch([&](auto& to) { to.put(each, event.place); }));
  }
  for (const told_changes& each : effect.changed) {
    changed.add(scratch([&](auto& to) {
      to.put_ref(each.target);
      to.put_properties(each.changes);
    }));
  }
  const std::size_t pieces = std::max({removed.pieces(), restored.pieces(), changed.pieces()});
  constexpr server_type types[] = {server_type::undo, server_type::redo,
                                   server_type::version_restore};
  out_.begin(types[static_cast<std::size_t>(effect.what)]);
  out_.raw(scratch([&](auto& to) { to.put(event.place); }));
  out_.integer(to_integer(effect.target));
  out_.byte(static_cast<unsigned>(effect.outcome));
  removed.write(0, out_);
  restored.write(0, out_);
  changed.write(0, out_);
  if (pieces > 1) {
    out_.byte(1);
  }
  finish();
  for (std::size_t at = 1; at < pieces; ++at) {
    write_chunk(at + 1 < pieces, restored, at);
    if (removed.has(at) || changed.has(at)) {
      removed.write(at, out_);
      changed.write(at, out_);
    }
    finish();
  }
}

}  // namespace collab::detail

#endif  // COLLAB_PROTOCOL_DETAIL_BINARY_PARTS_HPP
