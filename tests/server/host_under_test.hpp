// A room host with people at it, on a manual clock and executor and a storage that is told
// when to answer.

#ifndef COLLAB_TESTS_SERVER_HOST_UNDER_TEST_HPP
#define COLLAB_TESTS_SERVER_HOST_UNDER_TEST_HPP

#include <doctest/doctest.h>
#include <simdjson.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collab/core/detail/byte_stream.hpp"
#include "collab/server/room_host.hpp"
#include "collab/storage/memory_storage.hpp"
#include "collab/testing/manual_clock.hpp"
#include "collab/testing/manual_executor.hpp"
#include "collab/transport/loopback_transport.hpp"

namespace collab_test {

// Not secret: for tests only.
class counting_random final : public collab::random_source {
 public:
  std::uint64_t next() override { return state_ = state_ * 6364136223846793005ULL + 1; }

 private:
  std::uint64_t state_ = 1;
};

// A storage that answers when told to, and as told.
class held_storage final : public collab::storage {
 public:
  void open(std::string_view room, collab::executor& on, open_handler done) override {
    hold(
        [this, room = std::string{room}, &on, done = std::move(done)](absl::Status status) mutable {
          ++opened;
          on.post([status, result = collab::opened_room{++epoch, records[room]},
                   done = std::move(done)]() mutable {
            if (status.ok()) {
              done(std::move(result));
            } else {
              done(status);
            }
          });
        });
  }
  void read(std::string_view room, collab::executor& on, open_handler done) override {
    open(room, on, std::move(done));
  }
  void append(collab::append_request request, collab::executor& on, append_handler done) override {
    hold([this, request = std::move(request), &on,
          done = std::move(done)](absl::Status status) mutable {
      if (status.ok() && request.position != records[request.room].size()) {
        status = absl::AbortedError("position");
      }
      if (status.ok()) {
        auto& all = records[request.room];
        all.insert(all.end(), request.records.begin(), request.records.end());
      }
      appended.push_back(request.records.size());
      on.post([status, done = std::move(done)]() mutable { done(status); });
    });
  }
  absl::Status check() override { return absl::OkStatus(); }

  // Does what was asked for first.
  void answer(const absl::Status& status = absl::OkStatus()) {
    REQUIRE_FALSE(waiting.empty());
    auto next = std::move(waiting.front());
    waiting.pop_front();
    next(status);
  }
  void hold(absl::AnyInvocable<void(absl::Status)> work) {
    if (is_held) {
      waiting.push_back(std::move(work));
    } else {
      work(absl::OkStatus());
    }
  }

  bool is_held = false;
  std::uint64_t epoch = 0;
  int opened = 0;
  std::vector<std::size_t> appended;
  std::map<std::string, std::vector<std::string>> records;
  std::deque<absl::AnyInvocable<void(absl::Status)>> waiting;
};

// The far end of a connection, writing down what it is sent.
class person final : public collab::transport_handler {
 public:
  explicit person(std::unique_ptr<collab::transport> end) : end_{std::move(end)} {
    end_->start(*this);
  }
  void on_message(std::string_view bytes, collab::payload_kind) override {
    texts.emplace_back(bytes);
  }
  void on_close(collab::close_code code, std::string_view) override { closed = code; }

  void say(const std::string& text) { end_->send(collab::make_payload(text)); }
  void say_binary(const std::string& bytes) {
    end_->send(collab::make_payload(bytes, collab::payload_kind::binary));
  }
  void hang_up() { end_->close(collab::close_code::normal, ""); }
  void stop_reading() { end_->pause_reading(); }
  void join(const std::string& name) { say(R"({"type":"room:join","name":")" + name + "\"}"); }

  // The types of what came since the last call: "op:ack 1" and so on.
  std::vector<std::string> heard() {
    std::vector<std::string> types;
    simdjson::dom::parser parser;
    for (const std::string& text : std::exchange(texts, {})) {
      simdjson::dom::element message = parser.parse(text);
      std::string line{std::string_view(message["type"])};
      std::uint64_t number = 0;
      if (message["op"].get(number) == simdjson::SUCCESS) {
        line += " " + std::to_string(number);
      }
      std::string_view code;
      if (message["code"].get(code) == simdjson::SUCCESS) {
        line += " " + std::string{code};
      }
      types.push_back(line);
    }
    return types;
  }

  // The types of the binary messages that came since the last call.
  std::vector<int> heard_binary() {
    std::vector<int> types;
    for (const std::string& bytes : std::exchange(texts, {})) {
      collab::detail::byte_reader in{bytes};
      while (in.left() > 0) {
        types.push_back(static_cast<int>(in.byte()));
        in.view();
        REQUIRE_FALSE(in.failed());
      }
    }
    return types;
  }

  std::vector<std::string> texts;
  std::optional<collab::close_code> closed;

 private:
  std::unique_ptr<collab::transport> end_;
};

using lines = std::vector<std::string>;

struct host_under_test {
  explicit host_under_test(collab::room_host_options options = {})
      : host{std::make_unique<collab::room_host>(store, loop, time, random, options)} {}

  std::unique_ptr<person> connect(const std::string& room = "R",
                                  collab::dialect spoken = collab::dialect::json) {
    auto [near, far] = collab::make_loopback_pair(loop);
    auto who = std::make_unique<person>(std::move(far));
    host->accept(room, std::move(near), spoken);
    loop.run();
    return who;
  }
  std::unique_ptr<person> joined(const std::string& name, const std::string& room = "R") {
    auto who = connect(room);
    who->join(name);
    loop.run();
    REQUIRE(who->heard().front() == "room:state 0");
    return who;
  }
  void say(person& who, const std::string& text) {
    who.say(text);
    loop.run();
  }
  void pass(collab::duration time_passed) {
    time.advance(time_passed);
    host->poll();
    loop.run();
  }
  // Lets the storage do what it was asked for, and what comes of it.
  void answer_all() {
    while (!store.waiting.empty()) {
      store.answer();
      loop.run();
    }
  }
  static std::string put(int op, const std::string& id) {
    return R"({"type":"element:put","op":)" + std::to_string(op) + R"(,"element":{"id":")" + id +
           R"(","kind":"rect"}})";
  }
  std::string snapshot(const std::string& room = "R") {
    std::string text = "none";
    host->snapshot(room, [&text](absl::StatusOr<std::string> board) {
      text = board.ok() ? *board : board.status().ToString();
    });
    loop.run();
    return text;
  }

  held_storage store;
  collab::testing::manual_executor loop;
  collab::testing::manual_clock time;
  counting_random random;
  std::unique_ptr<collab::room_host> host;
};

}  // namespace collab_test

#endif  // COLLAB_TESTS_SERVER_HOST_UNDER_TEST_HPP
