// A room whose outputs are written down in words.

#ifndef COLLAB_TESTS_ROOM_ROOM_UNDER_TEST_HPP
#define COLLAB_TESTS_ROOM_ROOM_UNDER_TEST_HPP

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "collab/room/room.hpp"
#include "collab/testing/manual_clock.hpp"

namespace collab_test {

using collab::member_id;
using collab::point;
using collab::property;
using collab::seq_number;

inline constexpr auto ann = member_id{1};
inline constexpr auto bob = member_id{2};
inline constexpr auto cid = member_id{3};

// One output of a room, in words: "bob<- stroke:end s1 count=3 seq=1 @1".
inline std::string describe(const collab::room_event& event) {
  using std::to_string;
  const auto seq = [](const collab::event_place& place) {
    return " by=" + std::string{place.user} + " seq=" + to_string(collab::to_integer(place.seq)) +
           (place.op != 0 ? " op=" + to_string(place.op) : "");
  };
  return std::visit(
      [&](const auto& each) -> std::string {
        using type = std::decay_t<decltype(each)>;
        if constexpr (std::is_same_v<type, collab::joined_room>) {
          return "room:state seq=" + to_string(collab::to_integer(each.state.last_seq())) +
                 " elements=" + to_string(each.state.board().size()) +
                 " live=" + to_string(each.state.live_strokes().size());
        } else if constexpr (std::is_same_v<type, collab::member_joined>) {
          return "user:joined " + each.who.name;
        } else if constexpr (std::is_same_v<type, collab::member_updated>) {
          return "user:updated " + each.who.name;
        } else if constexpr (std::is_same_v<type, collab::member_left>) {
          return "user:left " + each.who.client;
        } else if constexpr (std::is_same_v<type, collab::cursors_moved>) {
          std::string text = "cursor:move";
          for (const auto& [who, where] : each.cursors) {
            text += " " + who->client + "=" + to_string(static_cast<int>(where.x));
          }
          return text;
        } else if constexpr (std::is_same_v<type, collab::stroke_started>) {
          return "stroke:start " + each.stroke.stroke.id() + " " + each.stroke.stroke.index() +
                 " points=" + to_string(each.stroke.points.size());
        } else if constexpr (std::is_same_v<type, collab::stroke_extended>) {
          return "stroke:point " + each.stroke.stroke.id() + " from=" + to_string(each.from) +
                 " count=" + to_string(each.stroke.points.size() - each.from);
        } else if constexpr (std::is_same_v<type, collab::stroke_cancelled>) {
          return "stroke:cancel " + each.stroke.stroke.id();
        } else if constexpr (std::is_same_v<type, collab::stroke_gap>) {
          return "stroke:gap " + std::string{each.id} + " have=" + to_string(each.have) +
                 (each.is_unknown ? " unknown" : "") + (each.is_committed ? " committed" : "");
        } else if constexpr (std::is_same_v<type, collab::element_previewed>) {
          return "element:preview " + each.target.id() +
                 " count=" + to_string(each.changes.size()) + (each.is_known ? " known" : "");
        } else if constexpr (std::is_same_v<type, collab::host_message_sent>) {
          return "host:message " + std::string{each.name} + " " + std::string{each.data};
        } else if constexpr (std::is_same_v<type, collab::stroke_ended>) {
          return "stroke:end " + each.stroke.id() +
                 " count=" + to_string(each.stroke.point_count()) +
                 (each.telling == collab::stroke_telling::whole ? " whole" : "") + seq(each.place);
        } else if constexpr (std::is_same_v<type, collab::element_put>) {
          return "element:put " + each.value.id() + " " + each.value.index() + seq(each.place);
        } else if constexpr (std::is_same_v<type, collab::element_set>) {
          return "element:set " + each.target.id + seq(each.place);
        } else if constexpr (std::is_same_v<type, collab::elements_removed>) {
          std::string text = "element:remove";
          for (const auto& target : each.targets) {
            text += " " + target.id;
          }
          return text + seq(each.place);
        } else if constexpr (std::is_same_v<type, collab::canvas_cleared>) {
          return "canvas:clear" + seq(each.place);
        } else if constexpr (std::is_same_v<type, collab::operation_undone>) {
          constexpr const char* names[] = {"undo", "redo", "restore"};
          return std::string{names[static_cast<std::size_t>(each.effect.what)]} +
                 " target=" + to_string(collab::to_integer(each.effect.target)) +
                 " removed=" + to_string(each.effect.removed.size()) +
                 " restored=" + to_string(each.effect.restored.size()) +
                 " changed=" + to_string(each.effect.changed.size()) + seq(each.place);
        } else if constexpr (std::is_same_v<type, collab::chat_sent>) {
          return "chat " + each.message.name + ": " + each.message.text +
                 (each.place.op != 0 ? " op=" + to_string(each.place.op) : "");
        } else if constexpr (std::is_same_v<type, collab::version_saved>) {
          return "version:save " + each.version.name + seq(each.place);
        } else if constexpr (std::is_same_v<type, collab::history_changed>) {
          return std::string{"history"} + (each.can_undo ? " undo" : "") +
                 (each.can_redo ? " redo" : "") + (each.can_undo_mine ? " undo-mine" : "") +
                 (each.can_redo_mine ? " redo-mine" : "");
        } else if constexpr (std::is_same_v<type, collab::operation_acknowledged>) {
          return "op:ack " + to_string(each.result.counter) +
                 " seq=" + to_string(collab::to_integer(each.result.seq)) +
                 (each.result.index.empty() ? "" : " " + each.result.index);
        } else if constexpr (std::is_same_v<type, collab::operation_rejected>) {
          return "op:reject " + to_string(each.counter) + " " +
                 absl::StatusCodeToString(each.reason.code());
        } else if constexpr (std::is_same_v<type, collab::resumed_room>) {
          std::string text = "room:resumed " + each.self.name + " after " +
                             to_string(collab::to_integer(each.after)) + " op " +
                             to_string(each.self.ledger.last());
          for (const collab::operation_result* rejected : each.rejected) {
            text += " rejected " + to_string(rejected->counter);
          }
          each.state.retained().after(each.after, [&](const collab::told_operation& told) {
            text += "; " + describe(each.state.retell(told, each.self, each.after));
          });
          return text;
        } else if constexpr (std::is_same_v<type, collab::board_digest>) {
          return "room:digest " + to_string(collab::to_integer(each.seq)) + " " +
                 collab::to_text(each.value);
        } else {
          return "op:gap " + to_string(each.have);
        }
      },
      event);
}

// Writes down everything that a room puts out.
class recorder final : public collab::room_sink {
 public:
  void to_member(member_id to, const collab::room_event& event,
                 collab::log_position gate) override {
    add(name(to), event, gate);
  }
  void to_all(const collab::room_event& event, collab::log_position gate) override {
    add("all", event, gate);
  }
  void to_others(member_id except, const collab::room_event& event,
                 collab::log_position gate) override {
    add("not " + name(except), event, gate);
  }
  void store(std::string record, collab::log_position position) override {
    CHECK(collab::to_integer(position) == records.size() + 1);
    last_seqs.push_back(last_seqs.back() + (collab::decode_operation(record).ok() ? 1 : 0));
    records.push_back(std::move(record));
  }

  std::vector<std::string> take() { return std::exchange(lines, {}); }
  [[nodiscard]] std::uint64_t operations() const { return last_seqs.back(); }

  std::vector<std::string> lines;
  std::vector<std::string> records;
  // By position: the last operation up to there.
  std::vector<std::uint64_t> last_seqs{0};

 private:
  static std::string name(member_id id) {
    return id == ann ? "ann" : id == bob ? "bob" : id == cid ? "cid" : "?";
  }
  // What was restored is not in the list: in the tests those are operations.
  [[nodiscard]] std::uint64_t seq_at(std::uint64_t position) const {
    return position < last_seqs.size() ? last_seqs[position] : position;
  }
  void add(const std::string& to, const collab::room_event& event, collab::log_position gate) {
    lines.push_back(to + "<- " + describe(event) + " @" +
                    std::to_string(seq_at(collab::to_integer(gate))));
  }
};

using lines = std::vector<std::string>;

struct room_under_test {
  explicit room_under_test(collab::limits all = {}) : bounds{all}, board{"ROOM01", all, out} {}

  void join(member_id id, const std::string& name) {
    REQUIRE(board.join(id, {"c-" + name, "u-" + name, "secret", name, {}}, time.now()).ok());
  }
  absl::Status run(member_id from, const collab::room_command& command) {
    return board.execute(from, command, time.now());
  }
  absl::Status start(member_id from, const std::string& id, const std::vector<point>& points) {
    collab::element stroke{id, collab::element_kind::stroke, user(from)};
    return run(from, collab::start_stroke{stroke, points});
  }
  absl::Status extend(member_id from, const std::string& id, const std::vector<point>& points,
                      std::optional<std::uint64_t> at = std::nullopt) {
    return run(from, collab::extend_stroke{id, at, points});
  }
  template <typename Body>
  void op(member_id from, collab::operation_counter counter, Body body) {
    REQUIRE(run(from, collab::operation_command{counter, std::move(body)}).ok());
  }
  void put(member_id from, collab::operation_counter counter, const std::string& id) {
    op(from, counter,
       collab::put_element{collab::element{id, collab::element_kind::rect, user(from)}});
  }
  std::string user(member_id id) const { return board.members().find(id)->second.user; }

  // A room made from the records of this one.
  std::string replayed() const {
    recorder silent;
    collab::room again{"ROOM01", bounds, silent};
    for (const std::string& record : out.records) {
      REQUIRE(again.restore(record).ok());
    }
    again.begin(time.now());
    return picture(again);
  }
  static std::string picture(const collab::room& of) {
    std::string text = std::to_string(collab::to_integer(of.last_seq()));
    for (const collab::element* each : of.board().elements()) {
      text += "\n" + each->id() + "@" + each->index() + " by " + each->creator();
      for (const auto& held : each->registers()) {
        text += " " + std::string{collab::name_of(held.key)} + "/" +
                std::to_string(collab::to_integer(held.stamp)) + "/" +
                std::to_string(collab::to_integer(held.writer));
      }
      for (const point& sample : each->points()) {
        text += " " + std::to_string(sample.x) + "," + std::to_string(sample.y) + "," +
                std::to_string(sample.pressure) + "," + std::to_string(sample.t);
      }
    }
    for (const std::string user : {"u-Ann", "u-Bob", "u-Cid"}) {
      const collab::history_changed seen = of.history(user);
      text += "\n" + user + (seen.can_undo ? " undo" : "") + (seen.can_redo ? " redo" : "") +
              (seen.can_undo_mine ? " undo-mine" : "") + (seen.can_redo_mine ? " redo-mine" : "");
    }
    for (const auto& said : of.chat().messages()) {
      text += "\n" + said.name + ": " + said.text;
    }
    return text;
  }

  collab::limits bounds;
  collab::testing::manual_clock time;
  recorder out;
  collab::room board;
};

}  // namespace collab_test

#endif  // COLLAB_TESTS_ROOM_ROOM_UNDER_TEST_HPP
