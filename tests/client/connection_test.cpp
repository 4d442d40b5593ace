// When a client connects, when it gives a connection up, and whom it tells of it.

#include <doctest/doctest.h>

#include <algorithm>

#include "client_under_test.hpp"

using namespace collab_test;

namespace {

// A transport that does what it is told.
class scripted_transport final : public collab::transport {
 public:
  void start(collab::transport_handler& handler) override { hears = &handler; }
  void send(collab::shared_payload message) override { sent.push_back(message->bytes); }
  void close(collab::close_code, std::string_view) override {}
  void pause_reading() override { is_paused = true; }
  void resume_reading() override { is_paused = false; }
  std::size_t queued_bytes() const override { return 0; }

  collab::transport_handler* hears = nullptr;
  std::vector<std::string> sent;
  bool is_paused = false;
};

class scripted_connector final : public collab::connector {
 public:
  std::unique_ptr<collab::transport> connect(std::string_view) override {
    ++connections;
    auto made = std::make_unique<scripted_transport>();
    now = made.get();
    return made;
  }
  int connections = 0;
  scripted_transport* now = nullptr;
};

}  // namespace

TEST_SUITE("client/connection") {
  TEST_CASE("the wait before an attempt is a random part of 0.5 s doubling to 30 s") {
    scripted_connector dial;
    stepping_random random;
    collab::client board{dial, random};
    listener hears;
    hears.is_polling = true;
    board.observe(&hears);
    REQUIRE(board.join("R").ok());
    collab::instant now{};
    double sum = 0;
    for (int i = 0; i < 400; ++i) {
      board.poll(now);
      REQUIRE(dial.connections == i + 1);
      dial.now->hears->on_close(collab::close_code::abnormal, "no");
      board.poll(now);
      REQUIRE(hears.reports.back().state == collab::client_state::waiting);
      const collab::duration wait = hears.reports.back().retry_in;
      const collab::duration most =
          std::min<collab::duration>(30s, 500ms * (1LL << std::min(i, 7)));
      CHECK(wait <= most);
      if (i >= 10) {
        sum += std::chrono::duration<double>(wait).count();
      }
      REQUIRE(board.next_deadline() == now + wait);
      if (wait > 0ns) {
        board.poll(now + wait - 1ns);
        CHECK(dial.connections == i + 1);
      }
      now += wait;
    }
    CHECK(sum / 390 > 13);
    CHECK(sum / 390 < 17);
  }

  TEST_CASE("after ten seconds in a room the wait begins anew, and before it does not") {
    world in;
    participant& ann = in.joined("Ann");
    in.host.reset();
    in.pass(300s, 1s);
    in.start();
    in.pass(60s, 100ms);
    REQUIRE(ann->state() == collab::client_state::joined);
    in.pass(11s);
    ann.hears.reports.clear();
    ann.cut();
    in.settle();
    REQUIRE_FALSE(ann.hears.reports.empty());
    CHECK(ann.hears.reports.front().retry_in <= 500ms);
    in.check_equal();
  }

  TEST_CASE("a ping goes out every 20 s, and 45 s of silence end the connection") {
    world in;
    participant& ann = in.joined("Ann");
    in.pass(19s, 1s);
    const auto pings = [&] {
      return std::count(ann.dial.orders.up.begin(), ann.dial.orders.up.end(), 16U);
    };
    CHECK(pings() == 0);
    in.pass(1s);
    CHECK(pings() == 1);
    CHECK(ann->round_trip().has_value());
    in.pass(20s, 1s);
    CHECK(pings() == 2);
    ann.dial.orders.holds_down = true;
    const int before = ann.dial.orders.connections;
    in.pass(44s, 1s);
    CHECK(ann->state() == collab::client_state::joined);
    in.pass(1'100ms);
    CHECK(ann->state() != collab::client_state::joined);
    ann.dial.orders.holds_down = false;
    in.pass(2s);
    CHECK(ann.dial.orders.connections == before + 1);
    in.check_equal();
  }

  TEST_CASE("a host that did not poll for an hour keeps its connection") {
    world in;
    participant& ann = in.joined("Ann");
    in.pass(30s, 1s);
    in.time.advance(40s);
    in.settle();
    CHECK(ann->state() == collab::client_state::joined);
    CHECK(ann.dial.orders.connections == 1);
  }

  TEST_CASE("a room that does not answer is given up") {
    scripted_connector dial;
    stepping_random random;
    collab::client board{dial, random};
    REQUIRE(board.join("R").ok());
    collab::instant now{};
    board.poll(now);
    CHECK(board.next_deadline() == now + 30s);
    board.poll(now + 30s);
    CHECK(board.state() == collab::client_state::waiting);
  }

  TEST_CASE("an own join that comes late is not another's: only the next one stops") {
    scripted_connector dial;
    stepping_random random;
    collab::client board{dial, random};
    REQUIRE(board.join("R").ok());
    collab::instant now{};
    board.poll(now);
    now += 30s;
    board.poll(now);  // Given up; its join may still come.
    now = *board.next_deadline();
    board.poll(now);
    dial.now->hears->on_close(collab::close_code::taken_over, "");
    board.poll(now);
    CHECK(board.state() == collab::client_state::waiting);
    now = *board.next_deadline();
    board.poll(now);
    dial.now->hears->on_close(collab::close_code::taken_over, "");
    board.poll(now);
    CHECK(board.state() == collab::client_state::stopped);
    CHECK_FALSE(board.next_deadline().has_value());
    REQUIRE(board.join("R").ok());
    board.poll(now);
    CHECK(board.state() == collab::client_state::joining);
  }

  TEST_CASE("who goes on with the session elsewhere ends it here, until the host joins again") {
    world in;
    collab::memory_pending_store store;
    participant& ann = in.joined("Ann", &store);
    REQUIRE(ann->put(rect("a")).ok());
    in.settle();
    ann.dial.orders.holds_up = true;
    const auto put = ann->put(rect("b"));
    in.settle();
    participant& second = in.joined("Ann", &store);
    CHECK(second.hears.was_resumed);
    CHECK(ann->state() == collab::client_state::stopped);
    CHECK(ann.hears.reports.back().code == collab::close_code::taken_over);
    CHECK(shows(*second, "b"));
    in.pass(120s, 5s);
    CHECK(ann->state() == collab::client_state::stopped);
    second.board.reset();
    ann.dial.orders.holds_up = false;
    REQUIRE(ann->join("R").ok());
    in.pass(2s);
    CHECK(ann->state() == collab::client_state::joined);
    CHECK(ann.answer(put) == "done");
    in.check_equal();
  }

  TEST_CASE("a server that closes is left alone for as long as it says") {
    collab::room_host_options options;
    options.retry_after = 5'000ms;
    world in{options};
    participant& ann = in.joined("Ann");
    bool is_over = false;
    in.host->shut_down([&] { is_over = true; });
    in.settle();
    REQUIRE(ann.hears.last_state == collab::client_state::waiting);
    CHECK(ann.hears.reports.back().retry_in >= 5s);
    CHECK(ann.hears.reports.back().retry_in <= 8s);
    in.pass(1s);
    in.host.reset();
    in.start();
    in.check_equal();
  }

  TEST_CASE("what is not polled for is bounded: the transport stops reading") {
    scripted_connector dial;
    stepping_random random;
    collab::client board{dial, random, {.inbox_bytes_max = 1'000}};
    REQUIRE(board.join("R").ok());
    board.poll(collab::instant{});
    const std::string pong{"\x56\x02\x02\x00", 4};
    while (!dial.now->is_paused) {
      dial.now->hears->on_message(pong, collab::payload_kind::binary);
    }
    board.poll(collab::instant{});
    CHECK_FALSE(dial.now->is_paused);
  }

  TEST_CASE("nothing is told outside of poll, and nothing once the client is gone") {
    world in;
    participant& ann = in.joined("Ann");
    REQUIRE(ann->put(rect("a")).ok());
    const std::size_t reports = ann.hears.reports.size();
    auto stroke = ann->begin_stroke();
    ann.board.reset();
    in.settle();
    CHECK(ann.hears.reports.size() == reports);
    CHECK(ann.hears.answers.empty());
    CHECK_FALSE(stroke.is_open());
    CHECK(absl::IsNotFound(stroke.extend(curve(1))));
    CHECK(absl::IsNotFound(stroke.end().status()));
    stroke.cancel();
  }

  TEST_CASE("damage on the wire ends the connection, and the board is told anew") {
    world in;
    participant& ann = in.joined("Ann");
    REQUIRE(ann->put(rect("a")).ok());
    in.settle();
    ann.dial.now->inject("\x4F\x7F");
    in.settle();
    REQUIRE(ann.hears.out_of_step.size() == 1);
    in.pass(2s);
    CHECK(ann->state() == collab::client_state::joined);
    CHECK(shows(*ann, "a"));
    ann.hears.out_of_step.clear();
    in.check_equal();
  }

  TEST_CASE("cursors, previews, messages of hosts and names reach the others") {
    world in;
    participant& ann = in.joined("Ann");
    participant& bob = in.joined("Bob");
    REQUIRE(ann->put(rect("a")).ok());
    in.settle();
    for (int i = 0; i < 10; ++i) {
      ann->move_cursor(i, 2, true);
      in.settle();
    }
    CHECK(std::count(ann.dial.orders.up.begin(), ann.dial.orders.up.end(), 14U) == 1);
    in.pass(100ms);
    REQUIRE(bob.hears.cursors.size() == 1);
    CHECK(bob.hears.cursors[0].where.x == 9);
    ann->preview("a", at_x(50));
    in.settle();
    CHECK(x_of(*bob, "a") == 50);
    CHECK(x_of(*ann, "a") == 0);
    in.pass(2s);
    CHECK(x_of(*bob, "a") == 0);
    REQUIRE(ann->send_host_message("wave", "{ \"n\": 1 }").ok());
    ann->update_member("Anna", std::nullopt);
    in.settle();
    REQUIRE(bob.hears.host.size() == 1);
    CHECK(bob.hears.host[0].data == "{\"n\":1}");
    const auto is_there = [&](std::string_view name) {
      return std::any_of(bob->members().begin(), bob->members().end(),
                         [&](const collab::member_profile& each) { return each.name == name; });
    };
    CHECK(is_there("Anna"));
    ann->update_member("Annie", std::nullopt);
    ann.cut();
    in.pass(2s);
    CHECK(is_there("Annie"));
    in.check_equal();
  }
}
