#include "collab/protocol/binary_client_encoder.hpp"

#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "collab/protocol/binary_decoder.hpp"
#include "protocol/client_frames.hpp"
#include "protocol/said_at_random.hpp"

using namespace collab_test;
using collab::point;
using collab::property;
using collab::seq_number;

namespace {

std::string in_words(const std::optional<collab::undo_scope>& scope) {
  return !scope.has_value() ? "" : *scope == collab::undo_scope::room ? " room" : " mine";
}

// What an operation asks for, its counter and group included.
std::string in_words(const collab::operation_command& op) {
  struct words {
    std::string operator()(const collab::end_stroke& body) const {
      return "end " + std::string{body.id} + " " +
             (body.count.has_value() ? std::to_string(*body.count) : "-");
    }
    std::string operator()(const collab::put_element& body) const {
      return "put " + collab_test::in_words(body.value);
    }
    std::string operator()(const collab::set_element& body) const {
      return "set " + body.id + collab_test::in_words(body.changes) +
             (body.if_seq.has_value() ? " if " + std::to_string(to_integer(*body.if_seq)) : "");
    }
    std::string operator()(const collab::remove_elements& body) const {
      std::string text = "remove";
      for (const std::string& each : body.ids) {
        text += " " + each;
      }
      return text;
    }
    std::string operator()(const collab::clear_canvas&) const { return "clear"; }
    std::string operator()(const collab::undo& body) const { return "undo" + in_words(body.scope); }
    std::string operator()(const collab::redo& body) const { return "redo" + in_words(body.scope); }
    std::string operator()(const collab::send_chat& body) const { return "chat " + body.text; }
    std::string operator()(const collab::save_version& body) const { return "save " + body.name; }
    std::string operator()(const collab::restore_version& body) const {
      return "restore " + std::to_string(to_integer(body.seq));
    }
    std::string operator()(const collab::refused_operation&) const { return "refused"; }
  };
  return std::to_string(op.counter) + " " + op.group + " " + std::visit(words{}, op.body);
}

std::string in_words(const collab::room_command& command) {
  struct words {
    std::string operator()(const collab::start_stroke& each) const {
      return "start " + collab_test::in_words(each.stroke) + collab_test::in_words(each.points);
    }
    std::string operator()(const collab::extend_stroke& each) const {
      return "extend " + std::string{each.id} + " from " + std::to_string(each.from.value()) +
             collab_test::in_words(each.points);
    }
    std::string operator()(const collab::cancel_stroke& each) const {
      return "cancel " + std::string{each.id};
    }
    std::string operator()(const collab::preview_element& each) const {
      return "preview " + each.id + collab_test::in_words(each.changes);
    }
    std::string operator()(const collab::send_host_message& each) const {
      return "host " + each.name + " " + each.data;
    }
    std::string operator()(const collab::move_cursor& each) const {
      return "cursor " + collab_test::in_words(each.where.x) + " " +
             collab_test::in_words(each.where.y) + (each.where.is_drawing ? " drawing" : "");
    }
    std::string operator()(const collab::update_member& each) const {
      return "update " + each.name.value_or("-") +
             (each.color.has_value() ? collab_test::in_words(*each.color) : "");
    }
    std::string operator()(const collab::operation_command& each) const { return in_words(each); }
  };
  return std::visit(words{}, command);
}

// Understands frames as a server does.
class server_side {
 public:
  explicit server_side(collab::limits all = {}) : bounds_{all} {}

  std::vector<std::string> understood(std::string_view frame) {
    std::vector<std::string> all;
    const absl::Status status = decoder_.decode(frame, "ann", [&](const auto& message) {
      REQUIRE_MESSAGE(message.status.ok(), message.status);
      if (const auto* command = std::get_if<collab::room_command>(&message.body)) {
        all.push_back(in_words(*command));
      } else if (const auto* ping = std::get_if<collab::ping_message>(&message.body)) {
        all.push_back("ping " + collab_test::in_words(ping->t));
      } else {
        const auto& join = std::get<collab::join_message>(message.body);
        all.push_back("join " + join.name +
                      (join.color.has_value() ? collab_test::in_words(*join.color) : "") +
                      (join.resume.has_value() ? " " + join.resume->session + " " +
                                                     std::to_string(to_integer(join.resume->seq))
                                               : ""));
      }
      return true;
    });
    REQUIRE(status.ok());
    return all;
  }

 private:
  collab::limits bounds_;
  std::vector<point> buffer_;
  collab::binary_decoder decoder_{bounds_, buffer_};
};

// Says anything, and remembers what it meant.
class speaker {
 public:
  speaker(std::uint64_t seed, std::size_t ids_max) : encoder_{ids_max}, chance_{seed} {}

  std::string frame() {
    std::string bytes;
    for (std::uint64_t i = 1 + chance_.below(6); i > 0; --i) {
      say(bytes);
    }
    return bytes;
  }
  std::vector<std::string> meant;

 private:
  void say(std::string& out, const collab::room_command& command) {
    meant.push_back(in_words(command));
    encoder_.encode(command, out);
  }

  void say(std::string& out) {
    const std::string id = chance_.id();
    switch (chance_.below(9)) {
      case 0: {
        const auto drawn = chance_.points(chance_.below(20));
        say(out, collab::start_stroke{chance_.stroke(id, "ann"), drawn});
        ends_[id] = drawn.size();
        break;
      }
      case 1:
      case 2:
      case 3: {
        // Most go on; what is told again, or has a gap before it, begins anew.
        std::uint64_t& end = ends_[id];
        const std::uint64_t from = chance_.one_in(6) ? chance_.below(end + 3) : end;
        const auto drawn = chance_.points(chance_.below(20));
        if (chance_.one_in(8)) {
          encoder_.break_run(id);
        }
        say(out, collab::extend_stroke{id, from, drawn});
        end = from + drawn.size();
        break;
      }
      case 4:
        say(out, collab::cancel_stroke{id});
        break;
      case 5:
        say(out, collab::preview_element{id, chance_.changes(collab::element_kind::host)});
        break;
      case 6:
        switch (chance_.below(3)) {
          case 0:
            say(out, collab::send_host_message{chance_.words(64), R"({"a":[1]})"});
            break;
          case 1:
            say(out, collab::move_cursor{{chance_.between(-1e6, 1e6, 0.0625), 0.1, true}});
            break;
          default: {
            collab::update_member update;
            if (chance_.one_in(2)) {
              update.name = chance_.words(64);
            }
            if (chance_.one_in(2)) {
              update.color = collab::color{0x010203FF, false};
            }
            say(out, update);
          }
        }
        break;
      default:
        say(out, operation(id));
        break;
    }
  }

  collab::operation_command operation(const std::string& id) {
    collab::operation_command op{++counter_, {}, chance_.one_in(3) ? "g:1" : ""};
    const std::optional<collab::undo_scope> scopes[] = {std::nullopt, collab::undo_scope::room,
                                                        collab::undo_scope::mine};
    switch (chance_.below(10)) {
      case 0:
        // Views what outlives the command.
        op.body = collab::end_stroke{kept_ = id, 1 + chance_.below(1000)};
        break;
      case 1:
        op.body = collab::put_element{chance_.element(id, "ann")};
        break;
      case 2: {
        collab::set_element set{id, chance_.changes(collab::element_kind::host)};
        if (chance_.one_in(2)) {
          set.if_seq = seq_number{chance_.below(300)};
        }
        op.body = std::move(set);
        break;
      }
      case 3: {
        collab::remove_elements removal;
        for (std::uint64_t i = chance_.below(20); i > 0; --i) {
          removal.ids.push_back(chance_.id());
        }
        op.body = std::move(removal);
        break;
      }
      case 4:
        op.body = collab::clear_canvas{};
        break;
      case 5:
        op.body = collab::undo{scopes[chance_.below(3)]};
        break;
      case 6:
        op.body = collab::redo{scopes[chance_.below(3)]};
        break;
      case 7:
        op.body = collab::save_version{chance_.words(64)};
        break;
      case 8:
        op.body = collab::restore_version{seq_number{chance_.below(300)}, {}};
        break;
      default:
        op.body = collab::send_chat{chance_.words(2000)};
        break;
    }
    return op;
  }

  collab::binary_client_encoder encoder_;
  imagination chance_;
  std::map<std::string, std::uint64_t> ends_;
  std::string kept_;
  collab::operation_counter counter_ = 0;
};

}  // namespace

TEST_SUITE("protocol/binary_client_encoder") {
  TEST_CASE("whatever a client says, a server understands as it was meant") {
    for (const std::size_t ids_max : {1U, 3U, 5U, 256U}) {
      for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CAPTURE(ids_max);
        CAPTURE(seed);
        collab::limits bounds;
        bounds.ids_per_connection = ids_max;
        server_side server{bounds};
        speaker ann{seed, ids_max};
        for (int i = 0; i < 60; ++i) {
          ann.meant.clear();
          const std::vector<std::string> understood = server.understood(ann.frame());
          REQUIRE(understood == ann.meant);
        }
      }
    }
  }

  TEST_CASE("a join, with and without a session, and a ping are understood") {
    collab::binary_client_encoder encoder;
    std::string frame;
    encoder.encode(collab::join_message{"Ann", {}}, frame);
    CHECK(frame == message(1, text("Ann") + '\0'));
    encoder.encode(collab::join_message{"Ann", collab::color{0x01020304, true},
                                        collab::resume_point{"secret", seq_number{0}}},
                   frame);
    encoder.encode(collab::ping_message{1.5}, frame);
    encoder.encode(collab::ping_message{0.1}, frame);
    CHECK(server_side{}.understood(frame) ==
          std::vector<std::string>{"join Ann", "join Ann#16909060a secret 0", "ping 1.5",
                                   "ping 0.10000000000000001"});
  }

  TEST_CASE("live points go on in one run until it is broken") {
    const std::vector<point> drawn = {{1, 2, 0.5F, 0}, {3, 4, 0.25F, 8}, {6, 5, 0.25F, 20}};
    const std::span all{drawn};
    const collab::element stroke{"s", collab::element_kind::stroke, "ann"};
    collab::binary_client_encoder encoder;
    const auto said = [&](const collab::room_command& command) {
      std::string bytes;
      encoder.encode(command, bytes);
      return bytes;
    };
    // A stroke without points has no run.
    CHECK(said(collab::start_stroke{stroke, {}}) == message(2, numbered(1, "s") + list({})));
    CHECK(said(collab::extend_stroke{"s", 0, all.first(1)}) ==
          message(4, known(1) + varint(0) + live(all.first(1))));
    CHECK(said(collab::extend_stroke{"s", std::nullopt, all.subspan(1, 1)}) ==
          message(3, known(1) + varint(1) + live(all.first(2), 1)));
    // The server tells that it has one point only.
    encoder.break_run("s");
    CHECK(said(collab::extend_stroke{"s", 1, all.subspan(1)}) ==
          message(4, known(1) + varint(1) + live(all.subspan(1))));
    CHECK(said(collab::extend_stroke{"s", 3, all.first(1)}).front() == 3);
    CHECK(said(collab::extend_stroke{"s", 3, all.first(1)}).front() == 4);
    // In another connection it has neither a run nor a number.
    encoder.reset();
    CHECK(said(collab::extend_stroke{"s", 4, all.first(1)}) ==
          message(4, numbered(1, "s") + varint(4) + live(all.first(1))));
    // What has ended and begins again does not go on.
    (void)said(collab::operation_command{1, collab::end_stroke{"s", 5}});
    CHECK(said(collab::extend_stroke{"s", 5, all.first(1)}).front() == 4);
  }

  TEST_CASE("the id that was used least recently loses its number") {
    collab::binary_client_encoder encoder{2};
    const auto said = [&](const std::string& id) {
      std::string bytes;
      encoder.encode(collab::preview_element{id, {{property::x, 1.0}}}, bytes);
      return bytes;
    };
    const auto preview = [](const std::string& id) {
      return message(17, id + list({tagged(1, 1, number(1))}));
    };
    CHECK(said("a") == preview(numbered(1, "a")));
    CHECK(said("b") == preview(numbered(2, "b")));
    CHECK(said("a") == preview(known(1)));
    CHECK(said("c") == preview(numbered(2, "c")));
    CHECK(said("a") == preview(known(1)));
    CHECK(said("b") == preview(numbered(2, "b")));
    // What goes is not numbered.
    std::string bytes;
    encoder.encode(collab::operation_command{1, collab::remove_elements{{"a", "c"}}}, bytes);
    CHECK(bytes == message(9, varint(1) + list({known(1), literal("c")})));
  }

  TEST_CASE("an operation in a group has its type and its body inside") {
    collab::binary_client_encoder encoder;
    std::string bytes;
    encoder.encode(collab::operation_command{7, collab::clear_canvas{}, "g"}, bytes);
    CHECK(bytes == message(19, text("g") + '\x0a' + varint(7)));
    encoder.encode(collab::operation_command{8, collab::save_version{"v"}}, bytes);
    encoder.encode(collab::operation_command{9, collab::restore_version{seq_number{300}, {}}, "g"},
                   bytes);
    CHECK(bytes == message(19, text("g") + '\x0a' + varint(7)) +
                       message(20, varint(8) + text("v")) +
                       message(19, text("g") + '\x15' + varint(9) + varint(300)));
    bytes.clear();
    // Not to be sent.
    encoder.encode(collab::operation_command{8, collab::refused_operation{}}, bytes);
    CHECK(bytes.empty());
  }
}
