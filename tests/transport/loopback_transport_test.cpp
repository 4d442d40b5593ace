#include "collab/transport/loopback_transport.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "collab/testing/manual_executor.hpp"

using namespace collab;

namespace {

using lines = std::vector<std::string>;

struct recorder final : transport_handler {
  void on_message(std::string_view bytes, payload_kind kind) override {
    seen.push_back((kind == payload_kind::text ? "text:" : "binary:") + std::string{bytes});
    for (std::size_t at = 0; at < 64; ++at) {
      padding += bytes.data()[bytes.size() + at];  // Readable, says the contract.
    }
    if (then) {
      then();
    }
  }
  void on_close(close_code code, std::string_view reason) override {
    seen.push_back("close:" + std::to_string(static_cast<int>(code)) + ":" + std::string{reason});
    if (then) {
      then();
    }
  }
  void on_drained() override { ++drained; }

  lines seen;
  std::function<void()> then;
  int drained = 0;
  int padding = 0;
};

struct pair_of_ends {
  pair_of_ends() { std::tie(left, right) = make_loopback_pair(loop); }

  void start() {
    left->start(at_left);
    right->start(at_right);
  }

  collab::testing::manual_executor loop;
  recorder at_left;
  recorder at_right;
  std::unique_ptr<transport> left;
  std::unique_ptr<transport> right;
};

}  // namespace

TEST_SUITE("transport/loopback_transport") {
  TEST_CASE("messages arrive whole and in order, and never inside send()") {
    pair_of_ends ends;
    ends.start();
    ends.left->send(make_payload("one"));
    ends.left->send(make_payload("two", payload_kind::binary));
    ends.right->send(make_payload("back"));
    CHECK(ends.at_right.seen.empty());
    CHECK(ends.left->queued_bytes() == 6);
    ends.loop.run();
    CHECK(ends.at_right.seen == lines{"text:one", "binary:two"});
    CHECK(ends.at_left.seen == lines{"text:back"});
    CHECK(ends.left->queued_bytes() == 0);
    CHECK(ends.at_left.drained == 1);
  }

  TEST_CASE("what is sent before the other end has started waits for it") {
    pair_of_ends ends;
    ends.left->start(ends.at_left);
    ends.left->send(make_payload("early"));
    ends.left->close(close_code::normal, "done");
    ends.loop.run();
    ends.right->start(ends.at_right);
    CHECK(ends.at_right.seen.empty());
    ends.loop.run();
    CHECK(ends.at_right.seen == lines{"text:early", "close:1000:done"});
  }

  TEST_CASE("a paused end gets nothing until it resumes, and then everything") {
    pair_of_ends ends;
    ends.start();
    ends.right->pause_reading();
    ends.left->send(make_payload("kept"));
    ends.left->close(close_code::going_away, "over");
    ends.loop.run();
    CHECK(ends.at_right.seen.empty());
    CHECK(ends.left->queued_bytes() == 4);
    ends.right->resume_reading();
    ends.loop.run();
    CHECK(ends.at_right.seen == lines{"text:kept", "close:1001:over"});
  }

  TEST_CASE("pausing inside a message keeps the next one") {
    pair_of_ends ends;
    ends.start();
    ends.at_right.then = [&] { ends.right->pause_reading(); };
    ends.left->send(make_payload("one"));
    ends.left->send(make_payload("two"));
    ends.loop.run();
    CHECK(ends.at_right.seen == lines{"text:one"});
    ends.right->resume_reading();
    ends.loop.run();
    CHECK(ends.at_right.seen == lines{"text:one", "text:two"});
  }

  TEST_CASE("both ends hear of a close once, and the closer gets no more messages") {
    pair_of_ends ends;
    ends.start();
    ends.right->send(make_payload("too late"));
    ends.left->close(close_code::policy_violation, "no");
    ends.left->close(close_code::normal, "again");
    ends.left->send(make_payload("after"));
    ends.loop.run();
    CHECK(ends.at_left.seen == lines{"close:1008:no"});
    CHECK(ends.at_right.seen == lines{"close:1008:no"});
    ends.right->send(make_payload("into nothing"));
    ends.right->close(close_code::normal, "");
    ends.left.reset();
    ends.right.reset();
    ends.loop.run();
    CHECK(ends.at_left.seen.size() == 1);
    CHECK(ends.at_right.seen.size() == 1);
  }

  TEST_CASE("ends that close at the same time each hear of it once") {
    pair_of_ends ends;
    ends.start();
    ends.left->close(close_code::normal, "left");
    ends.right->close(close_code::going_away, "right");
    ends.loop.run();
    CHECK(ends.at_left.seen.size() == 1);
    CHECK(ends.at_right.seen.size() == 1);
  }

  TEST_CASE("an end that is destroyed is silent, and lost to the other after its messages") {
    pair_of_ends ends;
    ends.start();
    ends.left->send(make_payload("last"));
    ends.right->send(make_payload("unheard"));
    ends.left.reset();
    ends.loop.run();
    CHECK(ends.at_left.seen.empty());
    REQUIRE(ends.at_right.seen.size() == 2);
    CHECK(ends.at_right.seen[0] == "text:last");
    CHECK(ends.at_right.seen[1].starts_with("close:1006:"));
  }

  TEST_CASE("an end may be destroyed inside its own calls, or inside the other's") {
    pair_of_ends own;
    own.start();
    own.at_right.then = [&] { own.right.reset(); };
    own.left->send(make_payload("one"));
    own.left->send(make_payload("two"));
    own.loop.run();
    CHECK(own.at_right.seen == lines{"text:one"});

    pair_of_ends others;
    others.start();
    others.at_right.then = [&] { others.left.reset(); };
    others.left->send(make_payload("one"));
    others.left->send(make_payload("two"));
    others.loop.run();
    CHECK(others.at_right.seen.size() == 3);
    CHECK(others.at_left.seen.empty());

    pair_of_ends closing;
    closing.start();
    closing.at_right.then = [&] { closing.right.reset(); };
    closing.left->close(close_code::normal, "");
    closing.loop.run();
    CHECK(closing.at_right.seen == lines{"close:1000:"});
  }

  TEST_CASE("a reason of more than 123 bytes is cut") {
    pair_of_ends ends;
    ends.start();
    ends.left->close(close_code::normal, std::string(200, 'r'));
    ends.loop.run();
    CHECK(ends.at_right.seen == lines{"close:1000:" + std::string(123, 'r')});
  }
}
