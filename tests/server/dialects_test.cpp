// One room in which some speak JSON and some the binary dialect.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "protocol/client_frames.hpp"
#include "server/host_under_test.hpp"

using namespace collab_test;
using collab::dialect;

namespace {

std::string binary_join(const std::string& name) { return message(1, text(name) + color("")); }
std::string binary_put(int op, const std::string& id) {
  return message(7, varint(static_cast<std::uint64_t>(op)) + literal(id) + '\1' + list({}));
}

}  // namespace

TEST_SUITE("server/dialects") {
  TEST_CASE("people of both dialects see each other's work") {
    host_under_test it;
    const auto ann = it.joined("Ann");
    const auto bob = it.connect("R", dialect::binary);
    bob->say_binary(binary_join("Bob"));
    it.loop.run();
    CHECK(bob->heard_binary() == std::vector<int>{64});
    CHECK(ann->heard() == lines{"user:joined"});
    bob->say_binary(binary_put(1, "a"));
    it.loop.run();
    CHECK(ann->heard() == lines{"element:put", "history:state"});
    CHECK(bob->heard_binary() == std::vector<int>{65, 84});
    it.say(*ann, it.put(1, "b"));
    CHECK(bob->heard_binary() == std::vector<int>{78});
    it.say(*ann, R"({"type":"cursor:move","x":1,"y":2})");
    CHECK(bob->heard_binary() == std::vector<int>{71});
    bob->say_binary(message(16, number(1)) + message(99, "") + message(14, number(1)));
    it.loop.run();
    CHECK(bob->heard_binary() == std::vector<int>{86, 88, 88});
    it.host->shut_down([] {});
    it.loop.run();
    CHECK(bob->heard_binary() == std::vector<int>{87});
    CHECK(bob->closed == collab::close_code::going_away);
  }

  TEST_CASE("live points reach the other dialect as they were") {
    host_under_test it;
    const auto ann = it.joined("Ann");
    const auto bob = it.connect("R", dialect::binary);
    bob->say_binary(binary_join("Bob"));
    it.loop.run();
    ann->heard();
    const std::vector<collab::point> points = {{1, 2, 0.5F, 0}, {3, 4, 0.25F, 8}, {5, 6, 1, 9}};
    bob->say_binary(message(2, numbered(1, "s") + list({}) + live(std::span{points}.first(1))) +
                    message(3, known(1) + varint(1) + live(points, 1)));
    it.loop.run();
    REQUIRE(ann->texts.size() == 2);
    CHECK(ann->texts[1].find(R"("from":1,"points":[[3,4,0.25,8],[5,6,1,9]])") != std::string::npos);
  }

  TEST_CASE("a frame of the wrong kind closes with 1003") {
    host_under_test it;
    const auto bob = it.connect("R", dialect::binary);
    bob->say_binary(binary_join("Bob"));
    it.loop.run();
    it.say(*bob, R"({"type":"ping","t":1})");
    CHECK(bob->closed == collab::close_code::unsupported_data);
  }

  TEST_CASE("what is said while the room is loaded is decoded once, in order") {
    host_under_test it;
    it.store.is_held = true;
    const auto ann = it.connect("R", dialect::binary);
    const std::vector<collab::point> points = {{1, 2, 0.5F, 0}, {3, 4, 0.25F, 8}, {5, 6, 1, 9}};
    // The run of the points has state: decoded twice it would not go on.
    ann->say_binary(message(16, number(1)) + binary_join("Ann") +
                    message(2, numbered(1, "s") + list({}) + live(std::span{points}.first(2))));
    ann->say_binary(message(3, known(1) + varint(2) + live(points, 2)) +
                    message(5, varint(1) + known(1) + varint(3)));
    it.loop.run();
    CHECK(ann->heard_binary() == std::vector<int>{86});
    it.store.answer();
    it.store.is_held = false;
    it.loop.run();
    CHECK(ann->heard_binary() == std::vector<int>{64, 65, 84});
    CHECK(it.snapshot().find("[[1,2,0.5,0],[3,4,0.25,8],[5,6,1,9]]") != std::string::npos);
  }

  TEST_CASE("a frame that ends in the middle of a message is answered after those before it") {
    host_under_test it;
    const auto bob = it.connect("R", dialect::binary);
    bob->say_binary(binary_join("Bob"));
    it.loop.run();
    bob->heard_binary();
    bob->say_binary(binary_put(1, "a") + "\x10\x7f");
    it.loop.run();
    CHECK(bob->heard_binary() == std::vector<int>{88, 65, 84});
    CHECK(it.host->statistics().bad_messages_total == 1);
  }
}
