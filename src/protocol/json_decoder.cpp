// src/protocol/json_decoder.cpp - frames of JSON text as commands for a room.

#include <absl/strings/str_cat.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collab/core/json_syntax.hpp"
#include "collab/core/text.hpp"
#include "collab/document/fractional_index.hpp"
#include "collab/protocol/json_codec.hpp"

namespace collab {

namespace {

namespace dom = simdjson::dom;

static_assert(json_padding >= simdjson::SIMDJSON_PADDING);

// The deepest message is an array of element:put with points: 5.
constexpr std::size_t depth_max = 16;
constexpr std::uint64_t counter_max = std::uint64_t{1} << 53;
// More than any session has; a longer one is no session of anybody.
constexpr std::uint64_t session_characters_max = 128;

// An input as it is shown in an error message.
std::string shown(std::string_view text) {
  constexpr std::size_t length_max = 40;
  if (text.size() <= length_max) {
    return std::string{text};
  }
  std::size_t cut = length_max;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) {
    --cut;
  }
  return std::string{text.substr(0, cut)} + "...";
}

// Collects what was wrong with a message: the first fault counts.
//
// All readers take the path of the field for the message and return something harmless
// after a fault.
class message_reader {
 public:
  message_reader(dom::object message, const limits& bounds, std::vector<point>& points)
      : message_{message}, bounds_{bounds}, points_{points} {}

  [[nodiscard]] const limits& bounds() const { return bounds_; }
  [[nodiscard]] bool failed() const { return !status_.ok(); }
  [[nodiscard]] const absl::Status& status() const { return status_; }

  void fail(absl::Status status) {
    if (status_.ok()) {
      status_ = std::move(status);
    }
  }
  template <typename... Parts>
  void refuse(std::string_view field, const Parts&... parts) {
    if (status_.ok()) {
      status_ = absl::InvalidArgumentError(absl::StrCat(to_absl(field), ": ", parts...));
    }
  }
  void refuse_later(std::string_view field) { refuse(field, "not available in this version"); }

  std::optional<dom::element> find(dom::object in, std::string_view name) const {
    dom::element found;
    if (in.at_key(name).get(found) != simdjson::SUCCESS) {
      return std::nullopt;
    }
    return found;
  }
  std::optional<dom::element> find(std::string_view name) const { return find(message_, name); }
  dom::element need(dom::object in, std::string_view name, std::string_view path) {
    const auto found = find(in, name);
    if (!found.has_value()) {
      refuse(path, "missing");
      return {};
    }
    return *found;
  }
  dom::element need(std::string_view name) { return need(message_, name, name); }

  std::string_view string(dom::element value, std::string_view path) {
    std::string_view text;
    if (!failed() && value.get(text) != simdjson::SUCCESS) {
      refuse(path, "a string is needed");
    }
    return text;
  }
  double number(dom::element value, std::string_view path, double least, double most) {
    double read = 0;
    if (failed()) {
      return least;
    }
    if (value.get(read) != simdjson::SUCCESS) {
      refuse(path, "a number is needed");
      return least;
    }
    if (!(read >= least && read <= most)) {
      refuse(path, fmt::format("{} is out of range, {} to {} is allowed", read, least, most));
      return least;
    }
    return read;
  }
  std::uint64_t integer(dom::element value, std::string_view path, std::uint64_t least,
                        std::uint64_t most) {
    if (failed()) {
      return least;
    }
    std::uint64_t whole = 0;
    double real = 0;
    if (value.get(whole) == simdjson::SUCCESS) {
      if (whole >= least && whole <= most) {
        return whole;
      }
      refuse(path, fmt::format("{} is not a whole number from {} to {}", whole, least, most));
    } else if (value.get(real) != simdjson::SUCCESS) {
      refuse(path, "a whole number is needed");
    } else if (real != std::floor(real) || !(real >= static_cast<double>(least)) ||
               !(real <= static_cast<double>(most))) {
      refuse(path, fmt::format("{} is not a whole number from {} to {}", real, least, most));
    } else {
      return static_cast<std::uint64_t>(real);
    }
    return least;
  }
  bool boolean(dom::element value, std::string_view path) {
    bool read = false;
    if (!failed() && value.get(read) != simdjson::SUCCESS) {
      refuse(path, "true or false is needed");
    }
    return read;
  }
  dom::object object(dom::element value, std::string_view path) {
    dom::object read;
    if (!failed() && value.get(read) != simdjson::SUCCESS) {
      refuse(path, "an object is needed");
    }
    return read;
  }
  dom::array array(dom::element value, std::string_view path) {
    dom::array read;
    if (!failed() && value.get(read) != simdjson::SUCCESS) {
      refuse(path, "an array is needed");
    }
    return read;
  }

  std::string_view id(dom::element value, std::string_view path) {
    const std::string_view text = string(value, path);
    if (!failed() && !is_element_id(text)) {
      refuse(path, "'", shown(text), "' is not 1 to 64 of A-Z a-z 0-9 _ - : .");
    }
    return text;
  }
  std::string words(dom::element value, std::string_view path, std::uint64_t least,
                    std::uint64_t most) {
    const std::string_view text = string(value, path);
    const std::size_t characters = count_characters(text);
    if (!failed() && (characters < least || characters > most)) {
      refuse(path, characters, " characters, ", least, " to ", most, " are allowed");
    }
    return std::string{text};
  }
  color paint(dom::element value, std::string_view path);
  // JSON that is not looked into, written shortest.
  std::string json(dom::element value, std::string_view path, const json_bounds& within) {
    if (failed()) {
      return {};
    }
    absl::StatusOr<std::string> compact = compact_json(simdjson::minify(value), within);
    if (!compact.ok()) {
      refuse(path, compact.status().message());
      return {};
    }
    return *std::move(compact);
  }

  // The points of `value`, in the decoder's buffer.
  std::span<const point> points(dom::element value, std::string_view path, std::uint64_t most);
  point sample(dom::element value, const std::string& path);

  property_value value(const property_info& info, dom::element from, const std::string& path);
  // Sets the properties in `from` that are not one of `except`, which the caller reads.
  void properties(element& out, dom::object from, std::string_view path, bool has_points);

 private:
  std::shared_ptr<const offset_list> offsets(dom::element value, const std::string& path);

  dom::object message_;
  const limits& bounds_;
  std::vector<point>& points_;
  absl::Status status_;
};

color message_reader::paint(dom::element value, std::string_view path) {
  const std::string_view text = string(value, path);
  if (failed()) {
    return {};
  }
  color read;
  std::uint32_t digits = 0;
  bool is_hex = text.size() > 1 && text.front() == '#';
  for (const char c : text.substr(is_hex ? 1 : 0)) {
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    is_hex = is_hex && digit >= 0;
    digits = digits << 4 | static_cast<std::uint32_t>(digit & 15);
  }
  if (is_hex && text.size() == 4) {
    const std::uint32_t r = digits >> 8;
    const std::uint32_t g = digits >> 4 & 15U;
    const std::uint32_t b = digits & 15U;
    read.rgba = r * 0x11000000U | g * 0x00110000U | b * 0x00001100U | 0xFFU;
  } else if (is_hex && text.size() == 7) {
    read.rgba = digits << 8 | 0xFFU;
  } else if (is_hex && text.size() == 9) {
    read = {digits, true};
  } else {
    refuse(path, "'", shown(text), "' is no colour: #rgb, #rrggbb or #rrggbbaa is needed");
  }
  return read;
}

point message_reader::sample(dom::element value, const std::string& path) {
  const auto coordinate = [&](dom::element each, const char* part) {
    return static_cast<float>(to_grid(number(each, path + part, -coordinate_max, coordinate_max)));
  };
  const auto pressure = [&](dom::element each, const char* part) {
    return static_cast<float>(to_pressure_grid(number(each, path + part, 0, 1)));
  };
  const auto time = [&](dom::element each, const char* part) {
    return static_cast<std::uint32_t>(integer(each, path + part, 0, 0xFFFFFFFF));
  };
  point read;
  if (value.is_object()) {
    const dom::object fields = object(value, path);
    read.x = coordinate(need(fields, "x", path + ".x"), ".x");
    read.y = coordinate(need(fields, "y", path + ".y"), ".y");
    if (const auto given = find(fields, "pressure"); given.has_value()) {
      read.pressure = pressure(*given, ".pressure");
    }
    if (const auto given = find(fields, "t"); given.has_value()) {
      read.t = time(*given, ".t");
    }
    return read;
  }
  const dom::array values = array(value, path);
  if (failed()) {
    return read;
  }
  std::size_t at = 0;
  for (const dom::element each : values) {
    switch (at++) {
      case 0:
        read.x = coordinate(each, "[0]");
        break;
      case 1:
        read.y = coordinate(each, "[1]");
        break;
      case 2:
        read.pressure = pressure(each, "[2]");
        break;
      case 3:
        read.t = time(each, "[3]");
        break;
      default:
        break;
    }
  }
  if (at < 2 || at > 4) {
    refuse(path, at, " numbers, 2 to 4 are needed");
  }
  return read;
}

std::span<const point> message_reader::points(dom::element value, std::string_view path,
                                              std::uint64_t most) {
  points_.clear();
  const dom::array list = array(value, path);
  if (failed()) {
    return {};
  }
  for (const dom::element each : list) {
    // The path is built only for what needs it: a fault, or the rarer forms.
    std::array<double, 4> numbers{0, 0, 0.5, 0};
    std::size_t count = 0;
    dom::array parts;
    bool is_plain = each.get(parts) == simdjson::SUCCESS;
    if (is_plain) {
      for (const dom::element part : parts) {
        is_plain = is_plain && count < 4 && part.get(numbers[count]) == simdjson::SUCCESS;
        if (!is_plain) {
          break;
        }
        ++count;
      }
    }
    const auto [x, y, pressure, t] = numbers;
    is_plain = is_plain && count >= 2 && std::fabs(x) <= coordinate_max &&
               std::fabs(y) <= coordinate_max && pressure >= 0 && pressure <= 1 && t >= 0 &&
               t <= 0xFFFFFFFF && t == std::floor(t);
    if (is_plain) {
      points_.push_back({static_cast<float>(to_grid(x)), static_cast<float>(to_grid(y)),
                         static_cast<float>(to_pressure_grid(pressure)),
                         static_cast<std::uint32_t>(t)});
    } else {
      points_.push_back(sample(each, fmt::format("{}[{}]", path, points_.size())));
    }
    if (points_.size() > most) {
      refuse(path, "more than ", most, " points");
    }
    if (failed()) {
      return {};
    }
  }
  return points_;
}

std::shared_ptr<const offset_list> message_reader::offsets(dom::element value,
                                                           const std::string& path) {
  auto read = std::make_shared<offset_list>();
  const dom::array list = array(value, path);
  if (failed()) {
    return read;
  }
  for (const dom::element each : list) {
    const point place = sample(each, fmt::format("{}[{}]", path, read->size()));
    read->push_back({place.x, place.y});
    if (read->size() > bounds_.points_per_stroke) {
      refuse(path, "more than ", bounds_.points_per_stroke, " points");
    }
    if (failed()) {
      break;
    }
  }
  return read;
}

property_value message_reader::value(const property_info& info, dom::element from,
                                     const std::string& path) {
  switch (info.type) {
    case property_type::number: {
      const double read = number(from, path, info.least, info.most);
      return info.on_grid ? to_grid(read) : read;
    }
    case property_type::color: {
      std::string_view text;
      const bool is_none =
          from.is_null() || (from.get(text) == simdjson::SUCCESS && text == "none");
      if (info.may_be_none && is_none) {
        return {};
      }
      return paint(from, path);
    }
    case property_type::token: {
      const std::string_view text = string(from, path);
      const auto word = find_word(info, text);
      if (!failed() && !word.has_value()) {
        refuse(path, "'", shown(text), "' is not one of the words allowed");
      }
      return word.value_or(info.word);
    }
    case property_type::offsets:
      return offsets(from, path);
    case property_type::flag:
      return boolean(from, path);
    case property_type::id:
      return from.is_null() ? property_value{} : property_value{std::string{id(from, path)}};
    case property_type::json:
      return from.is_null() ? property_value{}
                            : property_value{json(from, path, {bounds_.custom_bytes, true})};
    case property_type::text: {
      if (info.key == property::source) {
        return words(from, path, 0, bounds_.source_characters);
      }
      const std::string_view text = string(from, path);
      if (text.size() > bounds_.text_bytes) {
        refuse(path, text.size(), " bytes, at most ", bounds_.text_bytes, " are allowed");
      }
      return std::string{text};
    }
    case property_type::index:
      break;
  }
  const std::string_view text = string(from, path);
  if (!failed() && !is_index(text)) {
    refuse(path, "'", shown(text), "' is no index: 1 to ", index_length_max, " of 0-9 A-Z a-z");
  }
  return std::string{text};
}

void message_reader::properties(element& out, dom::object from, std::string_view path,
                                bool has_points) {
  for (const dom::key_value_pair field : from) {
    if (failed()) {
      return;
    }
    const std::string where = fmt::format("{}.{}", path, shown(field.key));
    if (field.key == "id" || field.key == "kind" || (has_points && field.key == "points")) {
      continue;
    }
    if (field.key == "userId") {
      // Kept for those who put back what they were sent: it must be their own.
      if (!failed() && string(field.value, where) != out.creator()) {
        fail(absl::PermissionDeniedError(
            absl::StrCat(where, ": the creator of an element is the one who sends it")));
      }
      continue;
    }
    const auto key = find_property(field.key);
    if (!key.has_value() || !has_property(out.kind(), *key)) {
      refuse(where, "not a property of kind ", to_absl(out.kind_name()));
    } else {
      property_value read = value(describe(out.kind(), *key), field.value, where);
      if (!failed()) {
        out.set(*key, std::move(read));
      }
    }
  }
}

// ---- One function for each message

element read_stroke(message_reader& in, dom::object from, const user_id& creator) {
  const element_id id{in.id(in.need(from, "id", "stroke.id"), "stroke.id")};
  element stroke{id, element_kind::stroke, creator};
  in.properties(stroke, from, "stroke", true);
  return stroke;
}

start_stroke read_start(message_reader& in, const user_id& creator) {
  const dom::object from = in.object(in.need("stroke"), "stroke");
  if (in.failed()) {
    return {};
  }
  start_stroke command{read_stroke(in, from, creator), {}};
  command.points = in.points(in.need(from, "points", "stroke.points"), "stroke.points",
                             in.bounds().points_per_message);
  return command;
}

extend_stroke read_extend(message_reader& in, std::vector<point>& buffer) {
  extend_stroke command{in.id(in.need("strokeId"), "strokeId"), std::nullopt, {}};
  if (const auto from = in.find("from"); from.has_value()) {
    command.from = in.integer(*from, "from", 0, counter_max);
  }
  if (const auto single = in.find("point"); single.has_value()) {
    buffer.assign(1, in.sample(*single, "point"));
    command.points = buffer;
  } else {
    command.points = in.points(in.need("points"), "points", in.bounds().points_per_message);
  }
  return command;
}

end_stroke read_end(message_reader& in) {
  end_stroke command{in.id(in.need("strokeId"), "strokeId"), std::nullopt};
  if (const auto count = in.find("count"); count.has_value()) {
    command.count = in.integer(*count, "count", 0, counter_max);
  }
  return command;
}

put_element read_put(message_reader& in, const user_id& creator) {
  const dom::object from = in.object(in.need("element"), "element");
  if (in.failed()) {
    return {};
  }
  const element_id id{in.id(in.need(from, "id", "element.id"), "element.id")};
  const std::string_view name = in.string(in.need(from, "kind", "element.kind"), "element.kind");
  const auto kind = find_kind(name);
  if (!in.failed() && !kind.has_value()) {
    in.refuse("element.kind", "'", shown(name), "' is not a kind of element",
              name.starts_with("x-") ? ": after x- come 1 to 62 of A-Z a-z 0-9 _ -" : "");
  }
  if (in.failed()) {
    return {};
  }
  const bool is_stroke = *kind == element_kind::stroke;
  put_element command{*kind == element_kind::host
                          ? element{id, host_kind{std::string{name}}, creator}
                          : element{id, *kind, creator}};
  in.properties(command.value, from, "element", is_stroke);
  if (is_stroke && !in.failed()) {
    const auto points = in.points(in.need(from, "points", "element.points"), "element.points",
                                  in.bounds().points_per_stroke);
    if (!in.failed()) {
      in.fail(command.value.set_points(points));
    }
  }
  return command;
}

// What `props` says, in the order of the properties.
property_changes read_changes(message_reader& in) {
  property_changes changes;
  const dom::object props = in.object(in.need("props"), "props");
  if (in.failed()) {
    return changes;
  }
  std::array<std::optional<property_value>, property_count> given;
  for (const dom::key_value_pair field : props) {
    const std::string where = fmt::format("props.{}", shown(field.key));
    const auto key = find_property(field.key);
    if (!key.has_value()) {
      in.refuse(where, "not a property that can be set");
    } else {
      // The widest range of the kinds: the room knows which kind it is.
      given[static_cast<std::size_t>(*key)] =
          in.value(detail::properties[static_cast<std::size_t>(*key)], field.value, where);
    }
    if (in.failed()) {
      return changes;
    }
  }
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

set_element read_set(message_reader& in) {
  set_element command{element_id{in.id(in.need("id"), "id")}, {}};
  if (const auto seq = in.find("ifSeq"); seq.has_value()) {
    command.if_seq = seq_number{in.integer(*seq, "ifSeq", 0, counter_max)};
  }
  command.changes = read_changes(in);
  return command;
}

preview_element read_preview(message_reader& in) {
  preview_element command{element_id{in.id(in.need("id"), "id")}, {}};
  command.changes = read_changes(in);
  return command;
}

send_host_message read_host_message(message_reader& in) {
  send_host_message command;
  command.name = in.words(in.need("name"), "name", 1, in.bounds().name_characters);
  command.data = in.json(in.need("data"), "data", {in.bounds().host_data_bytes, false});
  return command;
}

remove_elements read_remove(message_reader& in) {
  remove_elements command;
  const dom::array ids = in.array(in.need("ids"), "ids");
  if (in.failed()) {
    return command;
  }
  for (const dom::element each : ids) {
    command.ids.emplace_back(in.id(each, "ids"));
    if (command.ids.size() > in.bounds().elements_per_room) {
      in.refuse("ids", "more than ", in.bounds().elements_per_room);
    }
    if (in.failed()) {
      break;
    }
  }
  return command;
}

std::optional<undo_scope> read_scope(message_reader& in) {
  const auto scope = in.find("scope");
  if (!scope.has_value()) {
    return std::nullopt;
  }
  const std::string_view text = in.string(*scope, "scope");
  if (!in.failed() && text != "room" && text != "mine") {
    in.refuse("scope", "'", shown(text), "' is not 'room' or 'mine'");
  }
  return text == "mine" ? undo_scope::mine : undo_scope::room;
}

std::string read_group(message_reader& in) {
  const auto group = in.find("group");
  if (!group.has_value()) {
    return {};
  }
  const std::string_view text = in.string(*group, "group");
  if (!in.failed() && !is_group_name(text)) {
    in.refuse("group", "'", shown(text), "' is not 1 to 64 of A-Z a-z 0-9 _ - : .");
  }
  return std::string{text};
}

move_cursor read_cursor(message_reader& in) {
  move_cursor command;
  command.where.x = in.number(in.need("x"), "x", -coordinate_max, coordinate_max);
  command.where.y = in.number(in.need("y"), "y", -coordinate_max, coordinate_max);
  if (const auto drawing = in.find("drawing"); drawing.has_value()) {
    command.where.is_drawing = in.boolean(*drawing, "drawing");
  }
  return command;
}

update_member read_update(message_reader& in) {
  update_member command;
  if (const auto name = in.find("name"); name.has_value()) {
    command.name = in.words(*name, "name", 1, in.bounds().name_characters);
  }
  if (const auto paint = in.find("color"); paint.has_value()) {
    command.color = in.paint(*paint, "color");
  }
  return command;
}

join_message read_join(message_reader& in) {
  for (const std::string_view later : {"token", "password"}) {
    if (in.find(later).has_value()) {
      in.refuse_later(later);
    }
  }
  join_message message{in.words(in.need("name"), "name", 1, in.bounds().name_characters), {}};
  if (const auto paint = in.find("color"); paint.has_value()) {
    message.color = in.paint(*paint, "color");
  }
  if (const auto resume = in.find("resume"); resume.has_value()) {
    const dom::object from = in.object(*resume, "resume");
    if (!in.failed()) {
      resume_point& point = message.resume.emplace();
      point.session = in.words(in.need(from, "session", "resume.session"), "resume.session", 1,
                               session_characters_max);
      point.seq =
          seq_number{in.integer(in.need(from, "seq", "resume.seq"), "resume.seq", 0, counter_max)};
    }
  }
  return message;
}

using operation_body = decltype(operation_command::body);

// The durable operation that `type` names; nullopt when it names none.
std::optional<operation_body> read_operation(message_reader& in, std::string_view type,
                                             const user_id& creator) {
  if (type == "stroke:end") {
    return read_end(in);
  }
  if (type == "element:put") {
    return read_put(in, creator);
  }
  if (type == "element:set") {
    return read_set(in);
  }
  if (type == "element:remove") {
    return read_remove(in);
  }
  if (type == "canvas:clear") {
    return clear_canvas{};
  }
  if (type == "operation:undo") {
    return undo{read_scope(in)};
  }
  if (type == "operation:redo") {
    return redo{read_scope(in)};
  }
  if (type == "chat:send") {
    return send_chat{in.words(in.need("text"), "text", 1, in.bounds().chat_characters)};
  }
  if (type == "version:save" || type == "version:restore") {
    in.refuse_later(type);
    return clear_canvas{};
  }
  return std::nullopt;
}

// What is not durable.
void read_other(message_reader& in, client_message& message, const user_id& creator,
                std::vector<point>& buffer) {
  const std::string_view type = message.type;
  if (type == "stroke:point") {
    message.body = room_command{read_extend(in, buffer)};
  } else if (type == "cursor:move") {
    message.body = room_command{read_cursor(in)};
  } else if (type == "stroke:start") {
    message.body = room_command{read_start(in, creator)};
  } else if (type == "stroke:cancel") {
    message.body = room_command{cancel_stroke{in.id(in.need("strokeId"), "strokeId")}};
  } else if (type == "ping") {
    message.body = ping_message{in.number(in.need("t"), "t", -1e300, 1e300)};
  } else if (type == "user:update") {
    message.body = room_command{read_update(in)};
  } else if (type == "room:join") {
    message.body = read_join(in);
  } else if (type == "element:preview") {
    message.body = room_command{read_preview(in)};
  } else if (type == "host:message") {
    message.body = room_command{read_host_message(in)};
  } else if (type == "view:set") {
    in.refuse_later(type);
  } else {
    in.refuse("type", "'", shown(type), "' is not a type of message");
  }
}

}  // namespace

struct json_decoder::state {
  explicit state(const limits& all) : bounds{all} {}

  void decode_message(dom::element value, const user_id& sender,
                      absl::FunctionRef<void(const client_message&)> each);

  limits bounds;
  dom::parser parser;
  std::vector<point> points;
};

void json_decoder::state::decode_message(dom::element value, const user_id& sender,
                                         absl::FunctionRef<void(const client_message&)> each) {
  client_message message;
  dom::object fields;
  if (value.get(fields) != simdjson::SUCCESS) {
    message.status = absl::InvalidArgumentError("a message must be an object");
    each(message);
    return;
  }
  message_reader in{fields, bounds, points};
  message.type = in.string(in.need("type"), "type");
  if (in.failed()) {
    message.type = {};
    message.status = in.status();
    each(message);
    return;
  }
  std::optional<operation_body> body = read_operation(in, message.type, sender);
  if (!body.has_value()) {
    read_other(in, message, sender, points);
    message.type = message.type.substr(0, 64);
    message.status = in.status();
    if (in.failed()) {
      message.body = std::monostate{};
    }
    each(message);
    return;
  }
  std::string group = read_group(in);
  message.status = in.status();
  message_reader counter_in{fields, bounds, points};
  const operation_counter counter = counter_in.integer(counter_in.need("op"), "op", 1, counter_max);
  if (counter_in.failed()) {
    message.status = counter_in.status();
  } else if (in.failed()) {
    message.body = room_command{operation_command{counter, refused_operation{in.status()}}};
  } else {
    message.body = room_command{operation_command{counter, std::move(*body), std::move(group)}};
  }
  each(message);
}

json_decoder::json_decoder(const limits& bounds) : state_{std::make_unique<state>(bounds)} {
  // Failing here means failing at the first frame, which reports it.
  [[maybe_unused]] const auto error = state_->parser.allocate(4096, depth_max);
}
json_decoder::~json_decoder() = default;

absl::Status json_decoder::decode(std::string_view frame, const user_id& sender,
                                  absl::FunctionRef<void(const client_message&)> each) {
  dom::element root;
  const auto error = state_->parser.parse(frame.data(), frame.size(), false).get(root);
  if (error != simdjson::SUCCESS) {
    return absl::InvalidArgumentError(absl::StrCat("not JSON: ", simdjson::error_message(error)));
  }
  dom::array list;
  if (root.get(list) == simdjson::SUCCESS) {
    for (const dom::element message : list) {
      state_->decode_message(message, sender, each);
    }
  } else {
    state_->decode_message(root, sender, each);
  }
  return absl::OkStatus();
}

}  // namespace collab
