#include "collab/server/room_hooks.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "host_under_test.hpp"

using collab_test::host_under_test;
using collab_test::lines;

namespace {

class journal final : public collab::room_hooks {
 public:
  absl::Status before(const collab::room& in, const collab::member& who,
                      collab::room_command& command) override {
    asked.push_back(who.name);
    CHECK(in.name() == "R");
    if (auto* operation = std::get_if<collab::operation_command>(&command)) {
      if (auto* put = std::get_if<collab::put_element>(&operation->body)) {
        if (put->value.id() == "forbidden") {
          return absl::PermissionDeniedError("not this one");
        }
        if (put->value.id() == "wide") {
          put->value.set(collab::property::width, 77.0);
        }
      }
    }
    if (std::holds_alternative<collab::update_member>(command)) {
      return absl::PermissionDeniedError("names stay");
    }
    if (auto* begun = std::get_if<collab::start_stroke>(&command)) {
      points.assign(begun->points.begin(), begun->points.end());
      points.push_back({50, 50, 0.5F, 0});
      begun->points = points;
    }
    return absl::OkStatus();
  }
  void on_applied(const collab::room& in, const collab::operation& done,
                  const collab::edit_effect& effect) override {
    CHECK(in.last_seq() == done.seq);
    CHECK((effect.put == nullptr || in.board().find(effect.put->id()) == effect.put));
    said.push_back("applied " + std::to_string(collab::to_integer(done.seq)));
  }
  void on_committed(const collab::room&, collab::seq_number seq) override {
    said.push_back("committed " + std::to_string(collab::to_integer(seq)));
  }
  void on_joined(const collab::room& in, const collab::member& who) override {
    CHECK(in.members().contains(who.id));
    said.push_back("joined " + who.name);
  }
  void on_left(const collab::room& in, const collab::member& who) override {
    CHECK_FALSE(in.members().contains(who.id));
    said.push_back("left " + who.name);
  }
  lines heard() { return std::exchange(said, {}); }

  std::vector<std::string> asked;
  lines said;
  std::vector<collab::point> points;
};

}  // namespace

TEST_SUITE("server/room_hooks") {
  TEST_CASE("a host is told what was applied, then committed, then the members are") {
    journal hooks;
    host_under_test it{{.bounds = {}, .hooks = &hooks}};
    const auto ann = it.joined("Ann");
    const auto bob = it.joined("Bob");
    CHECK(hooks.heard() == lines{"joined Ann", "joined Bob"});
    it.store.is_held = true;
    it.say(*ann, "[" + it.put(1, "a") + "," + it.put(2, "b") + "]");
    CHECK(hooks.heard() == lines{"applied 1", "applied 2"});
    CHECK(bob->heard().empty());
    it.store.answer();
    it.loop.run();
    CHECK(hooks.heard() == lines{"committed 2"});
    CHECK(bob->heard() == lines{"element:put", "history:state", "element:put"});
    ann->hang_up();
    it.loop.run();
    CHECK(hooks.heard() == lines{"left Ann"});
    CHECK(hooks.asked == lines{"Ann", "Ann"});
  }

  TEST_CASE("what the host refuses is not done, and uses its counter if it has one") {
    journal hooks;
    host_under_test it{{.bounds = {}, .hooks = &hooks}};
    const auto ann = it.joined("Ann");
    hooks.heard();
    it.say(*ann, it.put(1, "forbidden"));
    CHECK(ann->heard() == lines{"op:reject 1 permission_denied"});
    // The outcome stands, whatever the host would say of it now.
    it.say(*ann, it.put(1, "fine"));
    CHECK(ann->heard() == lines{"op:reject 1 permission_denied"});
    it.say(*ann, R"({"type":"user:update","name":"Eve"})");
    CHECK(ann->heard() == lines{"error permission_denied"});
    it.say(*ann, it.put(2, "fine"));
    CHECK(ann->heard() == lines{"op:ack 2", "history:state"});
    CHECK(hooks.heard() == lines{"applied 1", "committed 1"});
    CHECK(it.snapshot().find("forbidden") == std::string::npos);
  }

  TEST_CASE("what the host changes is what is done, and checked") {
    journal hooks;
    host_under_test it{{.bounds = {}, .hooks = &hooks}};
    const auto ann = it.joined("Ann");
    it.say(*ann, it.put(1, "wide"));
    CHECK(it.snapshot().find(R"("width":77)") != std::string::npos);
    it.say(*ann, R"({"type":"stroke:start","stroke":{"id":"s","points":[[1,1]]}})");
    it.say(*ann, R"({"type":"stroke:end","op":2,"strokeId":"s","count":2})");
    CHECK(it.snapshot().find("[50,50,0.5,0]") != std::string::npos);
  }
}
