// collab/protocol/detail/binary_server_reader.hpp - the parts of a server's binary messages.
//
// Part of collab/protocol/binary_server_decoder.hpp.

#ifndef COLLAB_PROTOCOL_DETAIL_BINARY_SERVER_READER_HPP
#define COLLAB_PROTOCOL_DETAIL_BINARY_SERVER_READER_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/limits.hpp"
#include "collab/core/text.hpp"
#include "collab/document/element.hpp"
#include "collab/document/fractional_index.hpp"
#include "collab/ink/live_points.hpp"
#include "collab/ink/packed_points.hpp"
#include "collab/protocol/detail/binary_reader.hpp"
#include "collab/protocol/detail/room_numbers.hpp"
#include "collab/protocol/server_message.hpp"

namespace collab::detail {

// A server may have other limits than its clients: what it tells is bound by its frames alone,
// but for points, which take less in a frame than in memory.
inline constexpr limits told_limits = [] {
  constexpr std::uint64_t any = std::numeric_limits<std::uint64_t>::max();
  limits all;
  all.points_per_stroke = 1'000'000;
  all.text_bytes = any;
  all.source_characters = any;
  all.custom_bytes = any;
  all.host_data_bytes = any;
  return all;
}();

// Reads the body of one message of a server, and learns the numbers that it gives.
class binary_server_reader : public binary_reader {
 public:
  // `points` is used while a stroke is read.
  binary_server_reader(std::string_view body, room_numbers& numbers, std::vector<point>& points)
      : binary_reader{body, told_limits, unknown_keys::skipped},
        numbers_{numbers},
        points_{points} {}

  [[nodiscard]] room_numbers& numbers() noexcept { return numbers_; }

  // How many (varint), then each as `read` yields it, in at least `bytes_each` bytes.
  template <typename Read>
  auto list(std::size_t bytes_each, Read read) {
    std::vector<decltype(read())> values;
    const std::size_t count = this->count(bytes_each);
    for (std::size_t i = 0; i < count && !failed(); ++i) {
      values.push_back(read());
    }
    return values;
  }

  std::uint64_t counter(std::string_view field) { return whole(field, 0, counter_max); }
  seq_number seq(std::string_view field = "seq") { return seq_number{counter(field)}; }
  unix_time time() {
    return unix_time{std::chrono::milliseconds{static_cast<std::int64_t>(counter("time"))}};
  }
  // 32 bits, lowest byte first.
  std::uint32_t word() {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 32; shift += 8) {
      value |= std::uint32_t{byte()} << shift;
    }
    return value;
  }
  std::string utf8_text(std::string_view field) { return std::string{utf8(field)}; }
  // A user, or one of his connections.
  std::string person(std::string_view field) {
    const std::string_view value = utf8(field);
    if (count_characters(value) > id_length_max) {
      refuse(field, "more than ", id_length_max, " characters");
    }
    return std::string{failed() ? std::string_view{} : value};
  }
  element_id id(std::string_view field) {
    const std::string_view value = view();
    if (!failed() && !is_element_id(value)) {
      refuse(field, "not 1 to 64 of A-Z a-z 0-9 _ - : .");
    }
    return element_id{failed() ? std::string_view{} : value};
  }
  // Empty only after a fault, or where it may be.
  std::string index(bool may_be_empty) {
    const std::string_view value = view();
    if (!failed() && !(value.empty() ? may_be_empty : is_index(value))) {
      refuse("index", "no index: 1 to ", index_length_max, " of 0-9 A-Z a-z is needed");
    }
    return std::string{failed() ? std::string_view{} : value};
  }
  absl::Status reason() {
    const unsigned code = byte();
    return {status_code(code), to_absl(utf8("message"))};
  }

  member_profile member();
  // Who has the number that follows.
  member_profile numbered_member(std::uint64_t number) {
    const member_profile* found = numbers_.find_member(number);
    if (found == nullptr) {
      refuse("member", "number ", number, " is nobody's");
    }
    return failed() ? member_profile{} : *found;
  }
  // A user, and his connection where that is known.
  std::pair<user_id, client_id> user();
  // The users who are told by their place in a list.
  void set_names(std::vector<std::string> names) { names_ = std::move(names); }
  message_place place();

  // The id of an element; where it has a number, that is told too.
  element_id ref(std::uint64_t* number = nullptr);
  // As above, of an element that is taken off the board.
  element_id ref_taken_off() {
    std::uint64_t number = 0;
    element_id id = ref(&number);
    numbers_.elements().removed(number);
    return id;
  }
  // The id of a live stroke.
  element_id stroke_ref();
  // As above, of a stroke that is being drawn no more.
  element_id ended_stroke();

  // An element on the board, which is learnt.
  element whole_element();
  // A live stroke of a state, which is learnt.
  stroke_started_message live_element();
  property_changes changes();
  element_changes changed() {
    element_id target = ref();
    return {std::move(target), changes()};
  }

  // Adds what is left of the message, live points from the beginning of a run, to the buffer.
  void live(live_point_decoder& run);
  [[nodiscard]] const std::vector<point>& points() const noexcept { return points_; }

  member_cursor cursor_of_member();
  chat_message chat(std::pair<user_id, client_id>* who = nullptr);
  std::pair<history_message, undo_scope> history();

 private:
  static constexpr std::uint64_t counter_max = std::uint64_t{1} << 53;

  // Its creator's connection is told in `client`.
  element numbered_element(client_id& client);
  void packed();

  room_numbers& numbers_;
  std::vector<point>& points_;
  std::vector<std::string> names_;
};

inline member_profile binary_server_reader::member() {
  const std::uint64_t number = integer();
  member_profile who;
  who.user = person("userId");
  who.client = person("clientId");
  who.name = utf8_text("name");
  who.color = paint().value_or(color{});
  const unsigned told = byte();
  if (told != static_cast<unsigned>(role::editor)) {
    refuse("role", told, " is no role");
  }
  if (!failed()) {
    numbers_.meet(number, who);
  }
  return who;
}

inline std::pair<user_id, client_id> binary_server_reader::user() {
  const std::uint64_t told = integer();
  if (told == 0) {
    return {person("userId"), {}};
  }
  if ((told & 1U) == 0) {
    member_profile who = numbered_member(told >> 1U);
    return {std::move(who.user), std::move(who.client)};
  }
  if (told >> 1U >= names_.size()) {
    refuse("userId", "there is no name ", told >> 1U);
    return {};
  }
  return {names_[told >> 1U], {}};
}

inline message_place binary_server_reader::place() {
  message_place at;
  std::tie(at.user, at.client) = user();
  at.seq = seq();
  at.time = time();
  return at;
}

inline element_id binary_server_reader::ref(std::uint64_t* number) {
  const std::uint64_t told = integer();
  if (number != nullptr) {
    *number = told;
  }
  if (told == 0) {
    return id("id");
  }
  const element_id* found = numbers_.elements().find(told);
  if (found == nullptr) {
    refuse("id", "number ", told, " is that of no element");
  }
  return failed() ? element_id{} : *found;
}

inline element_id binary_server_reader::stroke_ref() {
  const std::uint64_t told = integer();
  if (told == 0) {
    return id("strokeId");
  }
  const growing_stroke* found = numbers_.find_stroke(told);
  if (found == nullptr) {
    refuse("strokeId", "number ", told, " is that of no live stroke");
  }
  return failed() ? element_id{} : found->id();
}

inline element_id binary_server_reader::ended_stroke() {
  element_id id = stroke_ref();
  if (!failed()) {
    numbers_.end_stroke(id);
  }
  return id;
}

inline element binary_server_reader::numbered_element(client_id& client) {
  const std::uint64_t number = integer();
  element_id name = id("element.id");
  const unsigned kind = byte();
  if (kind >= element_kind_count) {
    refuse("element.kind", kind, " is not a kind of element");
  }
  std::string kind_name;
  if (static_cast<element_kind>(kind) == element_kind::host && !failed()) {
    kind_name = absl::StrCat(to_absl(name_of(element_kind::host)), to_absl(view()));
    if (!is_host_kind(kind_name)) {
      refuse("element.kind", "the name of a host's own kind is 1 to 62 of A-Z a-z 0-9 _ -");
    }
  }
  auto [creator, told_client] = user();
  std::string where = index(false);
  if (failed()) {
    return {};
  }
  client = std::move(told_client);
  element value =
      kind_name.empty()
          ? element{std::move(name), static_cast<element_kind>(kind), std::move(creator)}
          : element{std::move(name), host_kind{std::move(kind_name)}, std::move(creator)};
  value.set_number(number);
  value.set(property::index, std::move(where));
  properties(value, "element");
  if (value.kind() == element_kind::stroke && !failed()) {
    packed();
    if (absl::Status status = value.set_points(points_); !status.ok()) {
      refuse_points(status);
    }
  }
  return failed() ? element{} : value;
}

// The points of a finished stroke, into the buffer.
inline void binary_server_reader::packed() {
  points_.clear();
  const absl::StatusOr<packed_points> told = packed_points::open(view());
  if (!told.ok()) {
    refuse_points(told.status());
  } else if (told->size() > bounds().points_per_stroke) {
    refuse("points", told->size(), " of them, at most ", bounds().points_per_stroke);
  } else if (const absl::Status status = told->append_to(points_); !status.ok()) {
    refuse_points(status);
  }
}

inline element binary_server_reader::whole_element() {
  client_id client;
  element value = numbered_element(client);
  if (!failed()) {
    numbers_.elements().made(value.number(), value.id());
  }
  return value;
}

inline stroke_started_message binary_server_reader::live_element() {
  stroke_started_message live;
  live.stroke = numbered_element(live.client);
  if (failed()) {
    return {};
  }
  if (live.stroke.kind() != element_kind::stroke) {
    refuse("live", "an element of kind ", to_absl(live.stroke.kind_name()));
    return {};
  }
  live.client.clear();
  live.user = live.stroke.creator();
  numbers_.begin_stroke(live.stroke.number(), live.stroke.id(), live.user).add(0, points_);
  return live;
}

inline property_changes binary_server_reader::changes() {
  property_changes all;
  std::array<std::optional<property_value>, property_count> told;
  each_property("props", [&](property key, unsigned type) {
    // The widest range of the kinds: what the element is, the message does not tell.
    told[static_cast<std::size_t>(key)] =
        value(detail::properties[static_cast<std::size_t>(key)], type);
  });
  for (std::size_t i = 0; i < property_count && !failed(); ++i) {
    if (told[i].has_value()) {
      all.emplace_back(static_cast<property>(i), std::move(*told[i]));
    }
  }
  return all;
}

inline void binary_server_reader::live(live_point_decoder& run) {
  points_.clear();
  if (failed()) {
    return;
  }
  if (const absl::Status status = run.append(rest(), points_); !status.ok()) {
    refuse_points(status);
    return;
  }
  for (point& each : points_) {
    // A run may tell its own grid.
    each = to_grid(each);
  }
}

inline member_cursor binary_server_reader::cursor_of_member() {
  const std::uint64_t told = integer();
  member_cursor moved{numbered_member(told >> 1U).client, {}};
  moved.where.x = number("x", -coordinate_max, coordinate_max);
  moved.where.y = number("y", -coordinate_max, coordinate_max);
  moved.where.is_drawing = (told & 1U) != 0;
  return moved;
}

inline chat_message binary_server_reader::chat(std::pair<user_id, client_id>* who) {
  std::pair<user_id, client_id> author = user();
  chat_message said;
  said.user = author.first;
  said.name = utf8_text("name");
  said.text = utf8_text("text");
  said.time = time();
  said.seq = seq();
  if (who != nullptr) {
    *who = std::move(author);
  }
  return said;
}

inline std::pair<history_message, undo_scope> binary_server_reader::history() {
  const unsigned bits = byte();
  const history_message state{(bits & 1U) != 0, (bits & 2U) != 0, (bits & 4U) != 0,
                              (bits & 8U) != 0};
  return {state, (bits & 16U) != 0 ? undo_scope::mine : undo_scope::room};
}

}  // namespace collab::detail

#endif  // COLLAB_PROTOCOL_DETAIL_BINARY_SERVER_READER_HPP
