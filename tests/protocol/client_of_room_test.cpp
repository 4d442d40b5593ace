// Clients and a room tell one another everything in the binary dialect: what the clients have
// in the end is what the room has.

#include <doctest/doctest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/protocol/binary_codec.hpp"
#include "collab/room/room.hpp"
#include "collab/testing/manual_clock.hpp"
#include "protocol/naive_client.hpp"
#include "protocol/said_at_random.hpp"

using namespace collab_test;
using collab::member_id;
using collab::seq_number;

namespace {

// A client, what is on its way to it, and the server's end of its connection.
struct participant {
  std::string name;
  member_id id{};
  naive_client client;
  std::deque<std::string> inbox;
  std::vector<collab::point> buffer;
  std::unique_ptr<collab::binary_decoder> server_side;
  bool is_here = false;
};

class party final : public collab::room_sink {
 public:
  party(std::uint64_t seed, std::size_t parts_max, collab::undo_scope scope)
      : chance_{seed}, parts_max_{parts_max}, board_{"ROOM01", bounds(), *this, {scope}} {
    for (const char* name : {"Ann", "Bob", "Cid"}) {
      all_.push_back(std::make_unique<participant>());
      all_.back()->name = name;
    }
    all_[2]->client.is_slow = true;
    for (const auto& each : all_) {
      join(*each);
    }
    compare();
  }

  void step() {
    participant& who = *all_[chance_.below(all_.size())];
    if (!who.is_here) {
      join(who);
    } else if (chance_.one_in(25)) {
      leave(who);
    } else {
      for (std::uint64_t i = chance_.below(4); i > 0; --i) {
        say(who);
      }
    }
    time_.advance(std::chrono::milliseconds{chance_.below(chance_.one_in(40) ? 70'000 : 60)});
    board_.tick(time_.now());
    if (chance_.one_in(2)) {
      compare();
    }
  }

  // Everything arrives, and must be so.
  void compare() {
    for (const auto& each : all_) {
      if (each->is_here) {
        deliver(*each);
        compare(*each);
      }
    }
  }

  // What was met, so that a test that meets nothing is seen.
  std::map<std::string, int> met;

  // ---- room_sink

  void to_member(member_id to, const collab::room_event& event, collab::log_position) override {
    for (const auto& each : all_) {
      if (each->id == to) {
        send(*each, event);
      }
    }
  }
  void to_all(const collab::room_event& event, collab::log_position) override {
    for (const auto& each : all_) {
      send(*each, event);
    }
  }
  void to_others(member_id except, const collab::room_event& event, collab::log_position) override {
    for (const auto& each : all_) {
      if (each->id != except) {
        send(*each, event);
      }
    }
  }
  void store(std::string, collab::log_position) override {}
  void applied(const collab::operation& done, const collab::edit_effect& /*effect*/) override {
    past_.insert_or_assign(to_integer(done.seq), board_.board().snapshot(done.seq));
  }

 private:
  static collab::limits bounds() {
    collab::limits all;
    all.resume_events = 40;
    all.tombstones_per_room = 8;
    all.undo_depth = 30;
    return all;
  }

  void send(participant& to, const collab::room_event& event) {
    if (!to.is_here) {
      return;
    }
    if (const auto* ended = std::get_if<collab::stroke_ended>(&event)) {
      to.client.ended.insert_or_assign(ended->stroke.id(), ended->stroke);
    }
    if (to.client.is_slow && std::holds_alternative<collab::stroke_extended>(event) &&
        chance_.one_in(3)) {
      ++met["points kept"];
      return;
    }
    std::vector<std::string> parts = collab::encode_binary_parts(event, parts_max_);
    met["messages of several parts"] += parts.size() > 1 ? 1 : 0;
    for (std::string& part : parts) {
      to.inbox.push_back(std::move(part));
    }
  }

  void deliver(participant& to) {
    while (!to.inbox.empty()) {
      // Several in one frame, now and then.
      std::string frame = std::move(to.inbox.front());
      to.inbox.pop_front();
      while (!to.inbox.empty() && chance_.one_in(3)) {
        frame += to.inbox.front();
        to.inbox.pop_front();
      }
      to.client.take(frame);
    }
  }

  void join(participant& who) {
    who.id = member_id{++joins_};
    who.is_here = true;
    who.client.cut();
    who.server_side = std::make_unique<collab::binary_decoder>(bounds_, who.buffer);
    collab::join_message message{who.name, {}};
    if (!who.client.session.empty() && !chance_.one_in(8)) {
      message.resume = {who.client.session, seq_number{who.client.seq}};
    }
    std::string frame;
    who.client.encoder.encode(message, frame);
    hear(who, frame);
  }

  // What was on its way is lost, from some message on.
  void leave(participant& who) {
    if (chance_.one_in(2)) {
      who.inbox.resize(chance_.below(who.inbox.size() + 1));
      ++met["cuts"];
    }
    deliver(who);
    who.is_here = false;
    board_.leave(who.id, time_.now());
    who.id = {};
  }

  // The server's end of a connection.
  void hear(participant& from, std::string_view frame) {
    const absl::Status status =
        from.server_side->decode(frame, user(from), [&](const collab::client_message& message) {
          REQUIRE_MESSAGE(message.status.ok(), message.status);
          if (const auto* join = std::get_if<collab::join_message>(&message.body)) {
            const std::string number = std::to_string(joins_);
            const auto joined = board_.join(
                from.id,
                {"c" + number, "u-" + from.name, "s" + number, join->name, {}, join->resume},
                time_.now());
            REQUIRE(joined.ok());
            ++met[joined->is_resumed ? "resumed" : "joined"];
          } else if (const auto* command = std::get_if<collab::room_command>(&message.body)) {
            const absl::Status done =
                board_.execute(from.id, with_past(from, *command), time_.now());
            if (!done.ok()) {
              from.inbox.push_back(collab::encode_binary_error(done, message.type));
            }
          }
          return true;
        });
    REQUIRE(status.ok());
  }
  // Where a command needs to know how the board was.
  collab::room_command with_past(const participant& from, collab::room_command command) {
    if (const auto seq = board_.needs_past(from.id, command); seq.has_value()) {
      auto& op = std::get<collab::operation_command>(command);
      std::get<collab::restore_version>(op.body).past = past_[to_integer(*seq)];
      ++met["restored"];
    }
    return command;
  }
  static std::string user(const participant& who) { return "u-" + who.name; }

  void say(participant& who, const collab::room_command& command) {
    std::string frame;
    who.client.encoder.encode(command, frame);
    hear(who, frame);
  }
  template <typename Body>
  void op(participant& who, Body body) {
    collab::operation_command command{++who.client.last_op, std::move(body),
                                      chance_.one_in(4) ? "g" : ""};
    who.client.pending.insert_or_assign(command.counter, command);
    say(who, command);
  }

  // Has heard what was told: then what it does makes sense, mostly.
  void say(participant& who) {
    deliver(who);
    naive_client& client = who.client;
    const auto some_id = [&] {
      if (client.elements.empty() || chance_.one_in(12)) {
        return chance_.id();
      }
      auto found = client.elements.begin();
      std::advance(found, static_cast<std::ptrdiff_t>(chance_.below(client.elements.size())));
      return found->first;
    };
    switch (chance_.below(14)) {
      case 12:
        op(who, collab::save_version{chance_.words(10)});
        break;
      case 13:
        if (chance_.one_in(3)) {
          op(who, collab::restore_version{seq_number{chance_.below(client.seq + 2)}, {}});
        }
        break;
      case 0:
      case 1: {
        const std::string id = "l" + std::to_string(++ids_);
        if (client.own.size() >= 4) {
          break;
        }
        collab::element stroke = chance_.stroke(id, user(who));
        const auto points = chance_.points(1 + chance_.below(3));
        client.own.insert_or_assign(id, std::pair{stroke, points});
        say(who, collab::start_stroke{stroke, points});
        break;
      }
      case 2:
      case 3:
      case 4:
        if (!client.own.empty()) {
          extend(who);
        }
        break;
      case 5:
        if (!client.own.empty()) {
          const auto& [id, drawn] = *client.own.begin();
          if (chance_.one_in(5)) {
            say(who, collab::cancel_stroke{id});
            client.own.erase(client.own.begin());
          } else {
            op(who, collab::end_stroke{id, drawn.second.size()});
          }
        }
        break;
      case 6:
        op(who, collab::put_element{chance_.element("e" + std::to_string(++ids_), user(who))});
        break;
      case 7: {
        const std::string id = some_id();
        const auto found = client.elements.find(id);
        collab::set_element set{
            id, chance_.changes(found != client.elements.end() ? found->second.kind()
                                                               : collab::element_kind::rect)};
        if (chance_.one_in(3)) {
          set.if_seq = seq_number{client.seq};
        }
        op(who, std::move(set));
        break;
      }
      case 8:
        if (chance_.one_in(6)) {
          op(who, collab::clear_canvas{});
        } else {
          op(who, collab::remove_elements{{some_id(), some_id()}});
        }
        break;
      case 9:
      case 10:
        if (chance_.one_in(3)) {
          op(who, collab::redo{});
        } else {
          op(who, collab::undo{});
        }
        break;
      default:
        pass(who, some_id());
        break;
    }
  }

  void extend(participant& who) {
    auto& [id, drawn] = *who.client.own.begin();
    auto& points = drawn.second;
    std::vector<collab::point> more = chance_.points(chance_.below(20));
    // Some are told again.
    const std::size_t again = chance_.one_in(8) ? chance_.below(points.size() + 1) : 0;
    more.insert(more.begin(), points.end() - static_cast<std::ptrdiff_t>(again), points.end());
    const std::size_t from = points.size() - again;
    points.insert(points.end(), more.begin() + static_cast<std::ptrdiff_t>(again), more.end());
    say(who, collab::extend_stroke{id, from, more});
  }

  void pass(participant& who, const std::string& id) {
    switch (chance_.below(5)) {
      case 0:
        op(who, collab::send_chat{chance_.words(20)});
        break;
      case 1:
        say(who, collab::move_cursor{{chance_.between(-9, 9, 0.1), 3, chance_.one_in(2)}});
        break;
      case 2:
        say(who, collab::update_member{chance_.words(5), {}});
        break;
      case 3:
        say(who, collab::send_host_message{"n", R"({"d":1})"});
        break;
      default: {
        const collab::element* there = board_.board().find(id);
        if (there != nullptr) {
          say(who, collab::preview_element{id, chance_.changes(there->kind())});
        }
      }
    }
  }

  void compare(participant& who) {
    naive_client& client = who.client;
    CHECK(client.seq == to_integer(board_.last_seq()));
    CHECK(client.pending.empty());
    REQUIRE(client.elements.size() == board_.board().size());
    for (const collab::element* each : board_.board().elements()) {
      REQUIRE(client.elements.contains(each->id()));
      const collab::element& seen = client.elements.at(each->id());
      REQUIRE(in_words(seen) == in_words(*each));
      CHECK(seen.number() == each->number());
    }
    CHECK(client.content_digest() == board_.board().content_digest());

    std::size_t others = 0;
    const collab::member& self = board_.members().find(who.id)->second;
    for (const auto& [id, each] : board_.live_strokes()) {
      if (each.client == self.client) {
        continue;
      }
      ++others;
      REQUIRE(client.live.contains(id));
      const auto& points = client.live_points.at(id);
      if (!client.is_slow) {
        REQUIRE(in_words(points) == in_words(each.points));
      } else if (points.size() != each.points.size()) {
        // What it has is what was drawn, as far as it goes.
        ++met["points missed"];
        REQUIRE(points.size() < each.points.size());
        REQUIRE(in_words(points) == in_words(std::span{each.points}.first(points.size())));
      }
    }
    CHECK(client.live.size() == others);

    CHECK(client.self.client == self.client);
    REQUIRE(client.members.size() == board_.members().size());
    for (const auto& [id, each] : board_.members()) {
      REQUIRE(client.members.contains(each.client));
      const collab::member_profile& seen = client.members.at(each.client);
      CHECK(seen.user == each.user);
      CHECK(seen.name == each.name);
      CHECK(seen.color == each.color);
    }
    const collab::history_changed there = board_.history(self.user);
    CHECK(client.history == collab::history_message{there.can_undo, there.can_redo,
                                                    there.can_undo_mine, there.can_redo_mine});
    CHECK(client.default_scope == board_.options().default_scope);
    const auto& said = board_.chat().messages();
    for (std::size_t i = 1; i <= std::min(said.size(), client.chat.size()); ++i) {
      CHECK(client.chat[client.chat.size() - i].text == said[said.size() - i].text);
      CHECK(client.chat[client.chat.size() - i].seq == said[said.size() - i].seq);
    }
    REQUIRE(client.versions.size() == board_.versions().size());
    for (std::size_t i = 0; i < client.versions.size(); ++i) {
      const collab::saved_version& each = board_.versions()[i];
      CHECK(client.versions[i].name == each.name);
      CHECK(client.versions[i].place.user == each.user);
      CHECK(client.versions[i].place.seq == each.seq);
      CHECK(client.versions[i].place.time == each.time);
    }
    met["chunks"] += client.chunks > 0 ? 1 : 0;
    met["digests"] += client.digests > 0 ? 1 : 0;
    met["cursors"] += client.cursors > 0 ? 1 : 0;
  }

  imagination chance_;
  std::size_t parts_max_;
  const collab::limits bounds_ = bounds();
  collab::testing::manual_clock time_;
  std::vector<std::unique_ptr<participant>> all_;
  collab::room board_;
  std::map<std::uint64_t, collab::board_snapshot> past_;
  std::uint32_t joins_ = 0;
  std::uint64_t ids_ = 0;
};

}  // namespace

TEST_SUITE("protocol/client_of_room") {
  TEST_CASE("clients that come and go end up with what the room has") {
    std::map<std::string, int> met;
    for (std::uint64_t seed = 1; seed <= 24; ++seed) {
      CAPTURE(seed);
      const std::size_t parts_max = seed % 4 == 0 ? 64 * 1024 : 40 * (seed % 4 * 8);
      party all{seed, parts_max,
                seed % 2 == 0 ? collab::undo_scope::room : collab::undo_scope::mine};
      for (int i = 0; i < 250; ++i) {
        CAPTURE(i);
        all.step();
      }
      all.compare();
      for (const auto& [what, times] : all.met) {
        met[what] += times;
      }
    }
    for (const char* what : {"points kept", "points missed", "messages of several parts", "cuts",
                             "resumed", "joined", "chunks", "digests", "cursors", "restored"}) {
      CAPTURE(what);
      CHECK(met[what] > 10);
    }
  }
}
