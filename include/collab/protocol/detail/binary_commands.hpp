// collab/protocol/detail/binary_commands.hpp - how the bodies of commands are read.
//
// Part of collab/protocol/binary_decoder.hpp, which includes it.

#ifndef COLLAB_PROTOCOL_DETAIL_BINARY_COMMANDS_HPP
#define COLLAB_PROTOCOL_DETAIL_BINARY_COMMANDS_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collab/core/text.hpp"
#include "collab/ink/point_codec.hpp"
#include "collab/protocol/binary_decoder.hpp"

namespace collab {

inline std::string_view binary_decoder::read_id(reader& in, std::string_view field,
                                                numbered_id** number) {
  const std::uint64_t coded = in.integer();
  const std::uint64_t given = coded >> 1U;
  if ((coded & 1U) == 0 && given - 1 < ids_.size() && !ids_[given - 1].id.empty()) [[likely]] {
    numbered_id& entry = ids_[given - 1];
    if (number != nullptr) {
      *number = &entry;
    }
    return entry.id;
  }
  if (!in.failed() && coded != 0 && (given < 1 || given > bounds_.ids_per_connection)) {
    in.refuse(field, "number ", given, " is not one of 1 to ", bounds_.ids_per_connection);
  } else if (!in.failed() && coded != 0 && (coded & 1U) == 0) {
    in.refuse(field, "number ", given, " stands for no id");
  }
  const std::string_view text = in.view();
  if (!in.failed() && !is_element_id(text)) {
    in.refuse(field, "not 1 to 64 of A-Z a-z 0-9 _ - : .");
  }
  if (in.failed() || coded == 0) {
    return in.failed() ? std::string_view{} : text;
  }
  if (given > ids_.size()) {
    ids_.resize(given);
  }
  numbered_id& entry = ids_[given - 1];
  entry.id = text;
  entry.run.restart();
  entry.points = 0;
  if (number != nullptr) {
    *number = &entry;
  }
  return entry.id;
}

// Decodes what is left of the message into the buffer.
inline void binary_decoder::read_live(reader& in, live_point_decoder& run) {
  points_.clear();
  if (in.failed()) {
    return;
  }
  if (const absl::Status status = run.append(in.rest(), points_, bounds_.points_per_message);
      !status.ok()) [[unlikely]] {
    in.refuse_points(status);
  }
}

inline start_stroke binary_decoder::read_start(reader& in, const user_id& sender) {
  numbered_id* number = nullptr;
  element stroke{element_id{read_id(in, "stroke.id", &number)}, element_kind::stroke, sender};
  in.properties(stroke, "stroke");
  live_point_decoder run;
  read_live(in, run);
  if (number != nullptr) {
    number->run = run;
    number->points = points_.size();
  }
  return {std::move(stroke), points_};
}

inline extend_stroke binary_decoder::read_extend(reader& in, bool is_anew) {
  numbered_id* number = nullptr;
  const std::string_view id = read_id(in, "strokeId", &number);
  const std::uint64_t from = in.integer();
  if (!is_anew) {
    if (number == nullptr || from != number->points || from == 0) {
      in.refuse("from", from, ", but the run of this stroke has ",
                number != nullptr ? number->points : 0, " points: it has to begin anew");
      return {};
    }
    read_live(in, number->run);
    number->points += points_.size();
    return {id, from, points_};
  }
  live_point_decoder run;
  read_live(in, run);
  if (number != nullptr && !in.failed()) {
    number->run = run;
    number->points = from + points_.size();
  }
  return {id, from, points_};
}

inline put_element binary_decoder::read_put(reader& in, const user_id& sender) {
  element_id id{read_id(in, "element.id")};
  const unsigned kind = in.byte();
  if (kind >= element_kind_count) {
    in.refuse("element.kind", kind, " is not a kind of element");
  }
  std::string name;
  if (static_cast<element_kind>(kind) == element_kind::host && !in.failed()) {
    name = absl::StrCat(to_absl(name_of(element_kind::host)), to_absl(in.view()));
    if (!is_host_kind(name)) {
      in.refuse("element.kind", "the name of a host's own kind is 1 to 62 of A-Z a-z 0-9 _ -");
    }
  }
  if (in.failed()) {
    return {};
  }
  put_element command{name.empty() ? element{std::move(id), static_cast<element_kind>(kind), sender}
                                   : element{std::move(id), host_kind{std::move(name)}, sender}};
  in.properties(command.value, "element");
  if (command.value.kind() != element_kind::stroke || in.failed()) {
    return command;
  }
  points_.clear();
  const absl::StatusOr<packed_points> packed = packed_points::open(in.view());
  if (!packed.ok()) {
    in.refuse_points(packed.status());
  } else if (packed->size() > bounds_.points_per_stroke) {
    in.refuse("points", packed->size(), " of them, at most ", bounds_.points_per_stroke,
              " in a stroke");
  } else if (absl::Status status = packed->append_to(points_); !status.ok()) {
    in.refuse_points(status);
  } else if (status = command.value.set_points(points_); !status.ok()) {
    in.refuse_points(status);
  }
  return command;
}

inline property_changes binary_decoder::read_changes(reader& in) {
  property_changes changes;
  std::array<std::optional<property_value>, property_count> given;
  in.each_property("props", [&](property key, unsigned type) {
    // The widest range of the kinds: the room knows which kind it is.
    const auto place = static_cast<std::size_t>(key);
    given[place] = in.value(detail::properties[place], type);
  });
  for (std::size_t i = 0; i < property_count; ++i) {
    if (given[i].has_value()) {
      changes.emplace_back(static_cast<property>(i), std::move(*given[i]));
    }
  }
  if (changes.empty()) {
    in.refuse("props", "0 properties, at least 1 is needed");
  }
  return changes;
}

inline set_element binary_decoder::read_set(reader& in) {
  set_element command{element_id{read_id(in, "id")}, {}};
  command.changes = read_changes(in);
  if (!in.failed() && in.left() > 0) {
    const std::uint64_t after = in.whole("ifSeq + 1", 0, counter_max + 1);
    if (after > 0) {
      command.if_seq = seq_number{after - 1};
    }
  }
  return command;
}

inline remove_elements binary_decoder::read_remove(reader& in) {
  remove_elements command;
  const std::size_t count = in.count(1);
  if (count > bounds_.elements_per_room) {
    in.refuse("ids", count, " of them, at most ", bounds_.elements_per_room);
  }
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    command.ids.emplace_back(read_id(in, "ids"));
  }
  return command;
}

}  // namespace collab

#endif  // COLLAB_PROTOCOL_DETAIL_BINARY_COMMANDS_HPP
