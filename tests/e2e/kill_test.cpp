// The server dies in the midst of its work: what it has acknowledged is there when it is back.
//
// COLLAB_KILL_SEED (environment) chooses what is drawn and when the server dies; default 1.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
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

using namespace std::chrono_literals;
using simdjson::dom::element;

// What has been said about one element, by its author and by the server. `is_put` and
// `is_gone`: the server has told anybody that it is durable.
struct element_fate {
  const recorded_stroke* stroke = nullptr;  // Null: a rectangle, `width` wide.
  double width = 0;
  std::string user;
  bool is_put = false;
  bool is_removal_sent = false;
  bool is_gone = false;
};

using room_fates = std::map<std::string, element_fate>;

// Somebody who draws as fast as the server acknowledges, some operations ahead.
class artist {
 public:
  artist(client_loop& loop, std::uint16_t port, const std::string& room, std::string prefix,
         room_fates& fates, const stroke_collection& strokes, std::uint32_t seed)
      : prefix_{std::move(prefix)},
        fates_{fates},
        strokes_{strokes},
        random_{seed},
        client_{loop, port, room, [this](element message) { take(message); }} {
    client_.send(R"({"type":"room:join","name":"artist"})");
  }

  [[nodiscard]] bool is_closed() const { return client_.is_closed(); }
  [[nodiscard]] bool has_joined() const { return !user_.empty(); }
  [[nodiscard]] std::size_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::uint64_t last_seq() const { return last_seq_; }
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

  // Sends until 6 operations wait for their acks.
  void draw() {
    while (sent_.size() < acknowledged_ + 6) {
      const std::size_t number = sent_.size() + 1;
      if (number % 11 == 0 && acknowledged_ > 0) {
        remove();
      } else if (number % 4 == 0) {
        put_rectangle(number);
      } else {
        put_stroke(number);
      }
    }
  }

 private:
  struct operation {
    std::string id;
    bool is_removal = false;
  };

  std::string new_id() { return fmt::format("{}.{}", prefix_, sent_.size() + 1); }

  void put_stroke(std::size_t number) {
    const recorded_stroke& stroke = strokes_.strokes[random_() % strokes_.strokes.size()];
    const std::string id = new_id();
    fates_[id] = {&stroke, 3, user_};
    const std::size_t count = std::min<std::size_t>(stroke.points.size(), 500);
    const std::size_t half = count / 2;
    client_.send(fmt::format(
        R"({{"type":"stroke:start","stroke":{{"id":"{}","tool":"pen","color":"#102030",)"
        R"("width":3,"points":{}}}}})",
        id, points_json(stroke.points, 0, half)));
    client_.send(fmt::format(R"([{{"type":"stroke:point","strokeId":"{}","from":{},"points":{}}},)"
                             R"({{"type":"stroke:end","op":{},"strokeId":"{}","count":{}}}])",
                             id, half, points_json(stroke.points, half, count), number, id, count));
    sent_.push_back({id, false});
  }

  void put_rectangle(std::size_t number) {
    const std::string id = new_id();
    fates_[id] = {nullptr, static_cast<double>(number), user_};
    client_.send(fmt::format(
        R"({{"type":"element:put","op":{},"element":{{"id":"{}","kind":"rect","x":10,"y":-4.5,)"
        R"("width":{},"height":7,"color":"#abc"}}}})",
        number, id, number));
    sent_.push_back({id, false});
  }

  void remove() {
    const operation& chosen = sent_[random_() % acknowledged_];
    fates_[chosen.id].is_removal_sent = true;
    client_.send(fmt::format(R"({{"type":"element:remove","op":{},"ids":["{}"]}})",
                             sent_.size() + 1, chosen.id));
    sent_.push_back({chosen.id, true});
  }

  void take(element message) {
    const std::string_view type{message["type"]};
    if (type == "room:state") {
      user_ = std::string{std::string_view{message["you"]["userId"]}};
    } else if (type == "op:ack") {
      if (std::uint64_t{message["op"]} != acknowledged_ + 1 || acknowledged_ == sent_.size()) {
        problems_.push_back(simdjson::minify(message));
        return;
      }
      const operation& done = sent_[acknowledged_++];
      element_fate& fate = fates_[done.id];
      (done.is_removal ? fate.is_gone : fate.is_put) = true;
      last_seq_ = message["seq"];
      draw();
    } else if (type == "stroke:end") {
      fates_[std::string{std::string_view{message["strokeId"]}}].is_put = true;
    } else if (type == "element:put") {
      fates_[std::string{std::string_view{message["element"]["id"]}}].is_put = true;
    } else if (type == "element:remove") {
      for (const element id : simdjson::dom::array{message["ids"]}) {
        fates_[std::string{std::string_view{id}}].is_gone = true;
      }
    } else if (type == "op:reject" || type == "op:gap" || type == "error" || type == "stroke:gap") {
      problems_.push_back(simdjson::minify(message));
    }
  }

  std::string prefix_;
  room_fates& fates_;
  const stroke_collection& strokes_;
  std::mt19937 random_;
  std::string user_;
  std::vector<operation> sent_;
  std::size_t acknowledged_ = 0;
  std::uint64_t last_seq_ = 0;
  std::vector<std::string> problems_;
  board_client client_;
};

bool is_as_sent(element found, const element_fate& fate) {
  if (std::string_view{found["userId"]} != fate.user) {
    return false;
  }
  if (fate.stroke == nullptr) {
    return std::string_view{found["kind"]} == "rect" && double{found["x"]} == 10 &&
           double{found["y"]} == -4.5 && double{found["width"]} == fate.width &&
           double{found["height"]} == 7 && std::string_view{found["color"]} == "#aabbcc";
  }
  const std::size_t count = std::min<std::size_t>(fate.stroke->points.size(), 500);
  std::vector<wire_point> points;
  for (std::size_t i = 0; i < count; ++i) {
    points.push_back(expected_point(fate.stroke->points[i]));
  }
  const seen_stroke seen = read_stroke(found);
  return seen.points == points && seen.tool == "pen" && seen.color == "#102030" && seen.width == 3;
}

// Returns how many elements there are.
std::size_t check_board(std::string_view body, const room_fates& fates, std::uint64_t seq_least) {
  simdjson::dom::parser parser;
  const element document = parser.parse(simdjson::padded_string{body});
  CHECK(std::uint64_t{document["seq"]} >= seq_least);
  std::map<std::string, int> present;
  for (const element each : simdjson::dom::array{document["elements"]}) {
    const std::string id{std::string_view{each["id"]}};
    INFO(id);
    CHECK(++present[id] == 1);
    const auto fate = fates.find(id);
    REQUIRE_MESSAGE(fate != fates.end(), "was never sent");
    CHECK(is_as_sent(each, fate->second));
    CHECK_MESSAGE(!fate->second.is_gone, "was removed");
  }
  std::size_t lost = 0;
  for (const auto& [id, fate] : fates) {
    lost += fate.is_put && !fate.is_removal_sent && !present.contains(id);
  }
  CHECK(lost == 0);
  return present.size();
}

std::uint32_t chosen_seed() {
  const char* text = std::getenv("COLLAB_KILL_SEED");
  return text != nullptr ? static_cast<std::uint32_t>(std::stoul(text)) : 1;
}

std::vector<std::string> server_arguments(const temporary_folder& folder) {
  return {"--listen",
          "127.0.0.1:0",
          "--storage",
          "sqlite:" + folder.file("board.db"),
          "--no-web",
          "--log-level",
          "warning",
          "--limit",
          "operations_per_second=1000000",
          "--limit",
          "operations_burst=1000000",
          "--limit",
          "previews_per_second=1000000",
          "--limit",
          "bytes_per_second=100000000"};
}

// Strokes that fit, with and without a recording.
stroke_collection some_strokes() {
  stroke_files_options options;
  options.generated_strokes = 200;
  stroke_collection all = load_strokes(options);
  std::erase_if(all.strokes, [](const recorded_stroke& each) { return each.points.size() < 2; });
  return all;
}

}  // namespace

TEST_SUITE("e2e/kill") {
  TEST_CASE("what was acknowledged before a kill is on the board once, and nothing not sent") {
    constexpr int cycles = 10;
    constexpr std::size_t rooms = 3;
    constexpr std::size_t artists_per_room = 4;
    const std::uint32_t seed = chosen_seed();
    INFO("run again with COLLAB_KILL_SEED=" << seed);
    std::mt19937 random{seed};
    const stroke_collection strokes = some_strokes();
    const temporary_folder folder;
    std::vector<room_fates> fates(rooms);
    std::size_t acknowledged = 0;
    std::size_t present = 0;
    for (int cycle = 0; cycle < cycles; ++cycle) {
      INFO("cycle " << cycle);
      client_loop loop;
      std::vector<std::unique_ptr<artist>> artists;
      std::vector<std::uint64_t> seqs(rooms, 0);
      server_process server{server_arguments(folder)};
      REQUIRE_MESSAGE(server.wait_until_ready(), server.errors());
      for (std::size_t i = 0; i < rooms * artists_per_room; ++i) {
        artists.push_back(std::make_unique<artist>(
            loop, server.port(), fmt::format("kill-{}", i % rooms), fmt::format("k{}.{}", cycle, i),
            fates[i % rooms], strokes, static_cast<std::uint32_t>(random())));
      }
      const auto all = [&artists](bool (artist::*is)() const) {
        return std::all_of(artists.begin(), artists.end(),
                           [is](const auto& each) { return ((*each).*is)(); });
      };
      REQUIRE(loop.run_until([&] { return all(&artist::has_joined); }));
      for (const auto& each : artists) {
        each->draw();
      }
      const std::chrono::milliseconds moment{30 + random() % 300};
      CHECK_FALSE(loop.run_until([] { return false; }, moment));
      server.signal(SIGKILL);
      REQUIRE(server.wait_for_exit() == 128 + SIGKILL);
      // What it has still said counts.
      REQUIRE(loop.run_until([&] { return all(&artist::is_closed); }));
      for (std::size_t i = 0; i < artists.size(); ++i) {
        for (const std::string& problem : artists[i]->problems()) {
          FAIL_CHECK(problem);
        }
        acknowledged += artists[i]->acknowledged();
        seqs[i % rooms] = std::max(seqs[i % rooms], artists[i]->last_seq());
      }

      server_process again{server_arguments(folder)};
      REQUIRE_MESSAGE(again.wait_until_ready(), again.errors());
      present = 0;
      for (std::size_t i = 0; i < rooms; ++i) {
        present +=
            check_board(fetch_snapshot(again.port(), fmt::format("kill-{}", i)), fates[i], seqs[i]);
      }
      again.signal(SIGTERM);
      CHECK(again.wait_for_exit(10s) == 0);
    }
    CHECK(acknowledged > 100 * cycles);
    std::printf("killed %d times: %zu operations acknowledged, %zu elements on the boards\n",
                cycles, acknowledged, present);
  }

  TEST_CASE("a stroke being drawn when the server is told to end is on the board afterwards") {
    const temporary_folder folder;
    client_loop loop;
    const std::vector<wire_point> drawn = {{1, 2, 0.5, 0}, {3.0625, -4.5, 0.25, 16}};
    std::string before;
    {
      server_process server{server_arguments(folder)};
      REQUIRE_MESSAGE(server.wait_until_ready(), server.errors());
      board_follower author{loop, server.port(), "ending", "author"};
      board_follower other{loop, server.port(), "ending", "other"};
      REQUIRE(loop.run_until([&] { return author.has_joined() && other.has_joined(); }));
      author.client().send(
          R"({"type":"stroke:start","stroke":{"id":"half","tool":"brush","color":"#fff",)"
          R"("width":4,"points":[[1,2]]}})");
      author.client().send(
          R"({"type":"stroke:point","strokeId":"half","points":[[3.06,-4.5,0.25,16]]})");
      REQUIRE(loop.run_until([&] {
        return other.live().contains("half") && other.live().at("half").points.size() == 2;
      }));
      before = fetch_snapshot(server.port(), "ending");
      server.signal(SIGTERM);
      CHECK(loop.run_until([&] { return other.client().is_closed(); }, 10s));
      CHECK(loop.run_until([&] { return author.client().is_closed(); }, 10s));
      CHECK(server.wait_for_exit(10s) == 0);
      CHECK(other.ended().contains("half"));
      CHECK(other.client().close_code() == 1001);
      CHECK(other.problems().empty());
    }
    // Nothing that is only being drawn is in a snapshot.
    CHECK(elements_of(before) == "[]");
    server_process server{server_arguments(folder)};
    REQUIRE_MESSAGE(server.wait_until_ready(), server.errors());
    simdjson::dom::parser parser;
    const std::string body = fetch_snapshot(server.port(), "ending");
    const simdjson::dom::array elements{parser.parse(body)["elements"]};
    REQUIRE(elements.size() == 1);
    CHECK(read_stroke(elements.at(0)).points == drawn);
  }
}

}  // namespace collab_test
