// src/protocol/json_decoder.cpp - frames of JSON text as commands for a room.

#include <absl/strings/str_cat.h>
#include <fmt/format.h>
#include <simdjson.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collab/core/text.hpp"
#include "collab/protocol/json_codec.hpp"
#include "protocol/json_message_reader.hpp"

namespace collab {

using namespace detail;

namespace {

static_assert(json_padding >= simdjson::SIMDJSON_PADDING);

// The deepest message is an array of element:put with points: 5.
constexpr std::size_t depth_max = 16;
constexpr std::uint64_t counter_max = std::uint64_t{1} << 53;
// More than any session has; a longer one is no session of anybody.
constexpr std::uint64_t session_characters_max = 128;

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
  if (type == "version:save") {
    return save_version{in.words(in.need("name"), "name", 1, in.bounds().name_characters)};
  }
  if (type == "version:restore") {
    return restore_version{seq_number{in.integer(in.need("seq"), "seq", 0, counter_max)}};
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
