// Strokes of real people, with their own timing, through real connections to the real server.
//
// COLLAB_REPLAY_STROKES (environment) is the number of strokes, or `all`; default 2000.
// COLLAB_DATA_DIR says where the recordings are; where there are none, strokes are generated.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data/stroke_files.hpp"
#include "e2e/board_follower.hpp"
#include "e2e/board_snapshot.hpp"
#include "e2e/replay_plan.hpp"
#include "storage/temporary_folder.hpp"
#include "support/board_client.hpp"
#include "support/server_process.hpp"

namespace collab_test {
namespace {

using steady = std::chrono::steady_clock;
using namespace std::chrono_literals;
using follower_list = std::vector<const board_follower*>;

// Smaller than the default, so that some of the strokes are too long and have to be split.
constexpr std::size_t points_per_stroke = 200;

std::size_t wanted_strokes() {
  const char* text = std::getenv("COLLAB_REPLAY_STROKES");
  if (text == nullptr || *text == '\0') {
    return 2000;
  }
  if (std::string_view{text} == "all") {
    return std::numeric_limits<std::size_t>::max();
  }
  return std::stoul(text);
}

stroke_collection load(std::size_t wanted) {
  stroke_files_options options;
  options.generated_strokes = wanted == std::numeric_limits<std::size_t>::max() ? 10'000 : wanted;
  stroke_collection all = load_strokes(options);
  if (!all.recorded) {
    std::printf(
        "\n*** NO RECORDED STROKES WERE FOUND (COLLAB_DATA_DIR): GENERATED ONES ARE USED"
        " ***\n\n");
  }
  std::printf("strokes from: %s\n", all.source.c_str());
  std::fflush(stdout);
  return all;
}

// ---- Drawing

struct drawer {
  board_follower me;
  const std::vector<planned_stroke>& strokes;
  std::size_t stroke = 0;
  std::size_t batch = 0;
  steady::time_point stroke_begins{};

  [[nodiscard]] bool is_done() const { return stroke == strokes.size(); }
  [[nodiscard]] steady::time_point due() const {
    return stroke_begins + strokes[stroke].batches[batch].at;
  }

  // Sends the next batch, and what goes with it.
  void act(steady::time_point now) {
    const planned_stroke& current = strokes[stroke];
    const planned_batch& next = current.batches[batch];
    std::string text = batch == 0 ? start_json(current) : batch_json(current, next);
    if (++batch < current.batches.size()) {
      me.client().send(text);
      return;
    }
    // The last points and the end go in one frame, or in two.
    const std::string end = end_json(current, stroke + 1);
    if (stroke % 2 == 0) {
      me.client().send(fmt::format("[{},{}]", text, end));
    } else {
      me.client().send(text);
      me.client().send(end);
    }
    ++stroke;
    batch = 0;
    stroke_begins = now + 60ms;
  }
};

struct room_run {
  const planned_room& plan;
  std::vector<std::unique_ptr<drawer>> drawers;
  std::vector<std::unique_ptr<board_follower>> watchers;
  // Joins while the first drawer is halfway through the longest of his strokes.
  std::unique_ptr<board_follower> late;
  std::size_t late_at_stroke = 0;
  std::string snapshot;

  [[nodiscard]] follower_list everybody() const {
    follower_list all;
    for (const auto& each : drawers) {
      all.push_back(&each->me);
    }
    for (const auto& each : watchers) {
      all.push_back(each.get());
    }
    if (late != nullptr) {
      all.push_back(late.get());
    }
    return all;
  }
};

room_run enter(client_loop& loop, std::uint16_t port, const planned_room& plan) {
  room_run run{plan, {}, {}, nullptr, 0, {}};
  for (const auto& strokes : plan.drawers) {
    if (!strokes.empty()) {
      run.drawers.push_back(std::unique_ptr<drawer>{new drawer{
          {loop, port, plan.name, fmt::format("drawer {}", run.drawers.size())}, strokes}});
    }
  }
  for (int i = 0; i < 2; ++i) {
    run.watchers.push_back(
        std::make_unique<board_follower>(loop, port, plan.name, fmt::format("watcher {}", i)));
  }
  const auto& first = run.drawers.front()->strokes;
  const auto longest = std::max_element(
      first.begin(), first.end(),
      [](const planned_stroke& a, const planned_stroke& b) { return a.length() < b.length(); });
  run.late_at_stroke = static_cast<std::size_t>(longest - first.begin());
  return run;
}

// Waits for `is_done` of every follower there is.
template <typename Predicate>
bool wait_for_all(client_loop& loop, const std::vector<room_run>& rooms, Predicate is_done) {
  return loop.run_until(
      [&] {
        return std::all_of(rooms.begin(), rooms.end(), [&](const room_run& room) {
          const follower_list all = room.everybody();
          return std::all_of(all.begin(), all.end(),
                             [&](const board_follower* each) { return is_done(room, *each); });
        });
      },
      60s);
}

// Draws everything at its time. Returns by how much the latest batch was late.
std::chrono::milliseconds draw(client_loop& loop, std::uint16_t port,
                               std::vector<room_run>& rooms) {
  std::chrono::milliseconds lateness{0};
  std::vector<std::pair<drawer*, room_run*>> all;
  // They begin one after another, as people do.
  auto begin = steady::now();
  for (room_run& room : rooms) {
    for (const auto& each : room.drawers) {
      each->stroke_begins = begin += 7ms;
      all.emplace_back(each.get(), &room);
    }
  }
  while (!all.empty()) {
    const auto next = std::min_element(all.begin(), all.end(), [](const auto& a, const auto& b) {
      return a.first->due() < b.first->due();
    });
    const auto wait =
        std::chrono::ceil<std::chrono::milliseconds>(next->first->due() - steady::now());
    loop.turn(std::max(wait, 0ms));
    const auto now = steady::now();
    for (auto& [who, room] : all) {
      while (!who->is_done() && who->due() <= now) {
        lateness =
            std::max(lateness, std::chrono::floor<std::chrono::milliseconds>(now - who->due()));
        who->act(now);
        const bool is_halfway = who == room->drawers.front().get() && room->late == nullptr &&
                                who->stroke == room->late_at_stroke && who->batch > 0 &&
                                who->batch >= who->strokes[who->stroke].batches.size() / 2;
        if (is_halfway) {
          room->late = std::make_unique<board_follower>(loop, port, room->plan.name, "late");
        }
      }
    }
    std::erase_if(all, [](const auto& each) { return each.first->is_done(); });
  }
  return lateness;
}

// ---- Checking

// Everything that has to be on the board of a room, by id.
std::map<std::string, seen_stroke> expected_board(const room_run& room) {
  std::map<std::string, seen_stroke> board;
  for (const auto& each : room.drawers) {
    for (std::size_t i = 0; i < each->strokes.size(); ++i) {
      const planned_stroke& stroke = each->strokes[i];
      const std::uint64_t seq = i < each->me.acks().size() ? each->me.acks()[i] : 0;
      board[stroke.id] = {each->me.user(), "", stroke.tool, stroke.color, stroke.width,
                          stroke.expected, seq};
    }
  }
  return board;
}

// Whether `seen` is `expected`, but for the index, which the server chooses.
bool is_same(const seen_stroke& seen, const seen_stroke& expected) {
  seen_stroke copy = expected;
  copy.index = seen.index;
  return seen == copy;
}

bool is_prefix(const std::vector<wire_point>& part, const std::vector<wire_point>& of) {
  return part.size() <= of.size() && std::equal(part.begin(), part.end(), of.begin());
}

void check_members(const room_run& room, const std::map<std::string, seen_stroke>& board) {
  for (const board_follower* each : room.everybody()) {
    for (const std::string& problem : each->problems()) {
      FAIL_CHECK(problem);
    }
    CHECK(each->seq() == board.size());
    CHECK(each->live().empty());
    std::size_t wrong = 0;
    for (const auto& [id, stroke] : each->ended()) {
      const auto found = board.find(id);
      wrong += found == board.end() || !is_same(stroke, found->second);
    }
    CHECK(wrong == 0);
  }
  for (const auto& each : room.watchers) {
    CHECK(each->ended().size() == board.size());
    // A stroke is begun on top of all that there is.
    std::string before;
    for (const std::string& id : each->started()) {
      const std::string index = each->ended().contains(id) ? each->ended().at(id).index : "";
      CHECK(before < index);
      before = index;
    }
  }
  for (const auto& each : room.drawers) {
    CHECK(each->me.acks().size() == each->strokes.size());
    CHECK(each->me.ended().size() == board.size() - each->strokes.size());
  }
}

// Returns how many strokes the late one found in progress.
std::size_t check_late(const room_run& room, const std::map<std::string, seen_stroke>& board) {
  REQUIRE(room.late != nullptr);
  std::size_t in_progress = 0;
  for (const auto& [id, stroke] : room.late->initial_live()) {
    REQUIRE(board.contains(id));
    const auto& whole = board.at(id).points;
    CHECK(is_prefix(stroke.points, whole));
    CHECK(room.late->ended().contains(id));
    in_progress += !stroke.points.empty() && stroke.points.size() < whole.size();
  }
  // What it has not seen ending was there before.
  CHECK(room.late->initial().size() + room.late->ended().size() == board.size());
  return in_progress;
}

void check_snapshot(const room_run& room, const std::map<std::string, seen_stroke>& board) {
  simdjson::dom::parser parser;
  const simdjson::dom::element document = parser.parse(room.snapshot);
  CHECK(std::string_view{document["roomId"]} == room.plan.name);
  CHECK(std::uint64_t{document["seq"]} == board.size());
  const simdjson::dom::array elements{document["elements"]};
  CHECK(elements.size() == board.size());
  const auto& seen = room.watchers.front()->ended();
  std::pair<std::string, std::string> before;
  std::size_t wrong = 0;
  for (const simdjson::dom::element each : elements) {
    const std::string id{std::string_view{each["id"]}};
    seen_stroke stroke = read_stroke(each);
    const auto found = board.find(id);
    const bool is_known = found != board.end() && seen.contains(id);
    if (is_known) {
      stroke.seq = found->second.seq;
    }
    wrong += !is_known || std::string_view{each["kind"]} != "stroke" || double{each["x"]} != 0 ||
             double{each["y"]} != 0 || !(stroke == seen.at(id)) || !is_same(stroke, found->second);
    // By z-order: compared as bytes, then by id. No id twice.
    std::pair place{stroke.index, id};
    CHECK(before < place);
    before = std::move(place);
  }
  CHECK(wrong == 0);
}

// SIGTERM: everybody is told, everybody is closed with 1001, exit 0 within 10 s.
void check_end(client_loop& loop, server_process& server, const follower_list& members) {
  const auto begin = steady::now();
  server.signal(SIGTERM);
  CHECK(loop.run_until(
      [&] {
        return std::all_of(members.begin(), members.end(),
                           [](const board_follower* each) { return each->client().is_closed(); });
      },
      10s));
  CHECK(server.wait_for_exit(10s) == 0);
  CHECK(steady::now() - begin < 10s);
  std::size_t told = 0;
  std::size_t closed = 0;
  for (const board_follower* each : members) {
    told += each->is_told_closing();
    closed += each->client().close_code() == 1001;
    for (const std::string& problem : each->problems()) {
      FAIL_CHECK(problem);
    }
  }
  CHECK(told == members.size());
  CHECK(closed == members.size());
}

// ---- Undo and redo

struct editor {
  const room_run& room;
  board_follower me;
  board_follower other;
  std::size_t sent = 0;

  // Sends `count` of them, never more than 64 ahead of the acks, and waits for the rest.
  void send(client_loop& loop, std::string_view type, std::size_t count) {
    const std::size_t end = sent + count;
    REQUIRE(loop.run_until(
        [&] {
          while (sent < end && sent < me.acks().size() + 64) {
            me.client().send(fmt::format(R"({{"type":"{}","op":{}}})", type, ++sent));
          }
          return me.acks().size() == end && other.seq() == me.seq();
        },
        120s));
  }
};

void undo_and_redo(client_loop& loop, std::uint16_t port, const room_run& room,
                   const std::map<std::string, seen_stroke>& board) {
  const std::size_t count = board.size();
  std::map<std::uint64_t, std::string> by_seq;
  for (const auto& [id, stroke] : board) {
    by_seq[stroke.seq] = id;
  }
  editor edit{
      room, {loop, port, room.plan.name, "editor"}, {loop, port, room.plan.name, "looker-on"}, 0};
  REQUIRE(loop.run_until([&] { return edit.me.has_joined() && edit.other.has_joined(); }));
  CHECK(edit.me.seq() == count);
  CHECK(edit.me.initial().size() == count);
  CHECK(edit.me.can_undo());

  edit.send(loop, "operation:undo", count);
  CHECK(elements_of(fetch_snapshot(port, room.plan.name)) == "[]");
  CHECK(!edit.me.can_undo());
  CHECK(edit.other.can_redo());
  edit.me.allow_rejects();
  edit.send(loop, "operation:undo", 1);
  CHECK(edit.me.rejected() == "failed_precondition");

  edit.send(loop, "operation:redo", count);
  CHECK(elements_of(fetch_snapshot(port, room.plan.name)) == elements_of(room.snapshot));
  CHECK(edit.me.can_undo());
  CHECK(!edit.other.can_redo());

  for (const board_follower* each : {&edit.me, &edit.other}) {
    for (const std::string& problem : each->problems()) {
      FAIL_CHECK(problem);
    }
    REQUIRE(each->undone().size() == 2 * count);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < count; ++i) {
      // The latest goes first and comes back last.
      const std::string& id = by_seq[count - i];
      const seen_undo& undo = each->undone()[i];
      wrong += undo.is_redo || undo.outcome != "applied" || undo.target != count - i ||
               undo.removed != std::vector{id} || undo.restored_count != 0;
      const seen_undo& redo = each->undone()[2 * count - 1 - i];
      seen_stroke restored = redo.restored;
      restored.seq = board.at(id).seq;
      wrong += !redo.is_redo || redo.outcome != "applied" || !redo.removed.empty() ||
               redo.restored_count != 1 || redo.restored_id != id ||
               !is_same(restored, board.at(id));
    }
    CHECK(wrong == 0);
  }
}

std::vector<std::string> server_arguments(const temporary_folder& folder, const replay_plan& plan) {
  return {"--listen",
          "127.0.0.1:0",
          "--storage",
          "sqlite:" + folder.file("board.db"),
          "--no-web",
          "--log-level",
          "warning",
          "--limit",
          fmt::format("undo_depth={}", 10 * plan.strokes),
          "--limit",
          fmt::format("points_per_stroke={}", points_per_stroke)};
}

void check_boards_unchanged(std::uint16_t port, const std::vector<room_run>& rooms) {
  for (const room_run& room : rooms) {
    CHECK_MESSAGE(elements_of(fetch_snapshot(port, room.plan.name)) == elements_of(room.snapshot),
                  room.plan.name);
  }
}

}  // namespace

TEST_SUITE("e2e/stroke_replay") {
  TEST_CASE("strokes reach two others point by point, outlive a restart, and undo and redo") {
    const auto begin = steady::now();
    const std::size_t wanted = wanted_strokes();
    const stroke_collection strokes = load(wanted);
    replay_options options;
    options.strokes = wanted;
    options.points_per_stroke = points_per_stroke;
    const replay_plan plan = make_plan(strokes, options);
    REQUIRE(plan.recorded == std::min(wanted, strokes.strokes.size()));
    REQUIRE(plan.recorded > 0);

    const temporary_folder folder;
    client_loop loop;
    std::vector<room_run> rooms;
    std::vector<std::map<std::string, seen_stroke>> boards;
    std::size_t in_progress = 0;
    std::size_t came_whole = 0;
    std::chrono::milliseconds lateness{};

    {
      server_process server{server_arguments(folder, plan)};
      REQUIRE_MESSAGE(server.wait_until_ready(), server.errors());
      for (const planned_room& each : plan.rooms) {
        if (each.strokes() > 0) {
          rooms.push_back(enter(loop, server.port(), each));
        }
      }
      REQUIRE(wait_for_all(loop, rooms, [](const room_run&, const board_follower& each) {
        return each.has_joined();
      }));
      lateness = draw(loop, server.port(), rooms);
      CHECK(wait_for_all(loop, rooms, [](const room_run& room, const board_follower& each) {
        return each.seq() >= room.plan.strokes() || each.client().is_closed();
      }));
      follower_list everybody;
      for (room_run& room : rooms) {
        INFO(room.plan.name);
        const follower_list members = room.everybody();
        everybody.insert(everybody.end(), members.begin(), members.end());
        boards.push_back(expected_board(room));
        CHECK(boards.back().size() == room.plan.strokes());
        check_members(room, boards.back());
        in_progress += check_late(room, boards.back());
        for (const board_follower* each : members) {
          came_whole += each->came_whole();
        }
        room.snapshot = fetch_snapshot(server.port(), room.plan.name);
        check_snapshot(room, boards.back());
      }
      // Some of the late ones at least have come in the midst of a stroke.
      CHECK(in_progress > 0);
      check_end(loop, server, everybody);
      INFO(server.errors());
      CHECK(server.errors().find("error") == std::string::npos);
    }

    {
      std::vector<std::string> arguments = server_arguments(folder, plan);
      // Undoing at the speed of a hand would take minutes.
      for (const char* each : {"operations_per_second=1000000", "operations_burst=1000000"}) {
        arguments.insert(arguments.end(), {"--limit", each});
      }
      server_process server{arguments};
      REQUIRE_MESSAGE(server.wait_until_ready(), server.errors());
      check_boards_unchanged(server.port(), rooms);
      for (std::size_t i = 0; i < rooms.size(); ++i) {
        INFO(rooms[i].plan.name);
        undo_and_redo(loop, server.port(), rooms[i], boards[i]);
      }
      check_end(loop, server, {});
    }

    {
      // What was undone and redone outlives a restart as well.
      server_process server{server_arguments(folder, plan)};
      REQUIRE_MESSAGE(server.wait_until_ready(), server.errors());
      check_boards_unchanged(server.port(), rooms);
      check_end(loop, server, {});
    }

    const std::chrono::duration<double> took = steady::now() - begin;
    std::printf(
        "replayed: %zu strokes (%zu after splitting), %zu points, %zu rooms, %.1f s;"
        " %zu found in progress by who came late, %zu thinned on their way,"
        " at most %lld ms late\n",
        plan.recorded, plan.strokes, plan.points, rooms.size(), took.count(), in_progress,
        came_whole, static_cast<long long>(lateness.count()));
  }
}

}  // namespace collab_test
