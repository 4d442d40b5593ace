// Clients in a room: a real room host on a manual clock, and between it and each client a line
// that can be cut, held and made to lose what is under way.

#ifndef COLLAB_TESTS_CLIENT_CLIENT_UNDER_TEST_HPP
#define COLLAB_TESTS_CLIENT_CLIENT_UNDER_TEST_HPP

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collab/client/client.hpp"
#include "collab/core/detail/byte_stream.hpp"
#include "collab/server/room_host.hpp"
#include "collab/storage/memory_storage.hpp"
#include "collab/testing/manual_clock.hpp"
#include "collab/testing/manual_executor.hpp"
#include "collab/transport/loopback_transport.hpp"

namespace collab_test {

using namespace std::chrono_literals;

// Not secret: for tests only.
class stepping_random final : public collab::random_source {
 public:
  explicit stepping_random(std::uint64_t seed = 1) : state_{seed} {}
  std::uint64_t next() override {
    state_ += 0x9E3779B97F4A7C15ULL;  // splitmix64
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  std::uint64_t below(std::uint64_t bound) { return next() % bound; }

 private:
  std::uint64_t state_;
};

// The type of the first message of each kind that a frame holds, and the frame of it alone.
inline std::vector<std::pair<unsigned, std::string>> messages_of(std::string_view frame) {
  std::vector<std::pair<unsigned, std::string>> all;
  collab::detail::byte_reader in{frame};
  while (in.left() > 0) {
    const std::size_t begin = in.offset();
    const unsigned type = in.byte();
    in.view();
    REQUIRE_FALSE(in.failed());
    all.emplace_back(type, std::string{frame.substr(begin, in.offset() - begin)});
  }
  return all;
}

// What a line is to do, for all connections of one client.
struct line_orders {
  // So many more messages go through, then the connection is lost; negative: all.
  int up_left = -1;
  int down_left = -1;
  // What comes is kept back.
  bool holds_down = false;
  bool holds_up = false;
  // Connections are refused.
  bool is_down = false;
  // Types of what went through.
  std::vector<unsigned> up;
  std::vector<unsigned> down;
  std::size_t up_bytes = 0;
  int connections = 0;
};

class line final : public collab::transport, private collab::transport_handler {
 public:
  line(std::unique_ptr<collab::transport> far, collab::executor& loop, line_orders& orders)
      : far_{std::move(far)}, loop_{loop}, orders_{orders} {}
  ~line() override { *is_alive_ = false; }

  void start(collab::transport_handler& handler) override {
    handler_ = &handler;
    if (far_ == nullptr) {
      lose();
    } else {
      far_->start(*this);
    }
  }
  void send(collab::shared_payload message) override {
    for (auto& [type, bytes] : messages_of(message->bytes)) {
      if (orders_.holds_up) {
        held_up_.push_back(bytes);
      } else {
        pass_up(type, bytes);
      }
    }
  }
  void close(collab::close_code code, std::string_view reason) override {
    if (far_ != nullptr) {
      far_->close(code, reason);
    }
  }
  void pause_reading() override { far_->pause_reading(); }
  void resume_reading() override { far_->resume_reading(); }
  std::size_t queued_bytes() const override { return far_ != nullptr ? far_->queued_bytes() : 0; }

  // Everything under way is lost, both ends hear of it.
  void lose() {
    if (is_lost_) {
      return;
    }
    is_lost_ = true;
    far_.reset();
    loop_.post([this, is_alive = is_alive_] {
      if (*is_alive) {
        handler_->on_close(collab::close_code::abnormal, "lost");
      }
    });
  }
  // Something comes that the server did not say.
  void inject(const std::string& bytes) {
    handler_->on_message(bytes, collab::payload_kind::binary);
  }
  // Everything held goes through.
  void release() {
    for (const std::string& bytes : std::exchange(held_up_, {})) {
      pass_up(static_cast<unsigned char>(bytes.front()), bytes);
    }
    for (const std::string& bytes : std::exchange(held_down_, {})) {
      pass_down(static_cast<unsigned char>(bytes.front()), bytes);
    }
  }

 private:
  void pass_up(unsigned type, const std::string& bytes) {
    if (is_lost_) {
      return;
    }
    if (orders_.up_left == 0) {
      orders_.up_left = -1;
      lose();
      return;
    }
    orders_.up_left -= orders_.up_left > 0 ? 1 : 0;
    orders_.up.push_back(type);
    orders_.up_bytes += bytes.size();
    far_->send(collab::make_payload(bytes, collab::payload_kind::binary));
  }
  void pass_down(unsigned type, const std::string& bytes) {
    if (is_lost_) {
      return;
    }
    if (orders_.down_left == 0) {
      orders_.down_left = -1;
      lose();
      return;
    }
    orders_.down_left -= orders_.down_left > 0 ? 1 : 0;
    orders_.down.push_back(type);
    handler_->on_message(bytes, collab::payload_kind::binary);
  }
  void on_message(std::string_view frame, collab::payload_kind) override {
    for (auto& [type, bytes] : messages_of(frame)) {
      if (orders_.holds_down) {
        held_down_.push_back(bytes);
      } else {
        pass_down(type, bytes);
      }
    }
  }
  void on_close(collab::close_code code, std::string_view reason) override {
    if (!std::exchange(is_lost_, true)) {
      handler_->on_close(code, reason);
    }
  }

  std::unique_ptr<collab::transport> far_;
  collab::executor& loop_;
  line_orders& orders_;
  collab::transport_handler* handler_ = nullptr;
  std::deque<std::string> held_up_;
  std::deque<std::string> held_down_;
  bool is_lost_ = false;
  std::shared_ptr<bool> is_alive_ = std::make_shared<bool>(true);
};

struct world;

class world_connector final : public collab::connector {
 public:
  explicit world_connector(world& of) : world_{of} {}
  std::unique_ptr<collab::transport> connect(std::string_view room) override;

  line_orders orders;
  // Of the last connection; may be gone.
  line* now = nullptr;

 private:
  world& world_;
};

// Writes down what a client tells.
class listener final : public collab::client_observer {
 public:
  void on_connection(const collab::connection_report& report) override {
    reports.push_back(report);
    last_state = report.state;
  }
  void on_joined(const collab::arrival_report& report) override {
    ++joined;
    was_resumed = report.is_resumed;
  }
  void on_operation_done(collab::operation_ticket ticket, collab::seq_number seq) override {
    ++answers[collab::to_integer(ticket)];
    done[collab::to_integer(ticket)] = collab::to_integer(seq);
    in_poll();
  }
  void on_operation_rejected(collab::operation_ticket ticket, const absl::Status& why) override {
    ++answers[collab::to_integer(ticket)];
    rejected[collab::to_integer(ticket)] = why;
    in_poll();
  }
  void on_board_changed(std::span<const collab::element_id> ids) override {
    changed.insert(changed.end(), ids.begin(), ids.end());
    in_poll();
  }
  void on_chat(const collab::chat_message& message) override { chat.push_back(message.text); }
  void on_error(const absl::Status& why, std::string_view) override {
    errors.emplace_back(why.message());
  }
  void on_out_of_step(const absl::Status& why) override { out_of_step.emplace_back(why.message()); }
  void on_host_message(const collab::host_message& message) override { host.push_back(message); }
  void on_cursors(std::span<const collab::member_cursor> all) override {
    cursors.assign(all.begin(), all.end());
  }
  void in_poll() const { CHECK(is_polling); }

  bool is_polling = false;
  int joined = 0;
  bool was_resumed = false;
  collab::client_state last_state = collab::client_state::idle;
  std::vector<collab::connection_report> reports;
  std::map<std::uint64_t, int> answers;
  std::map<std::uint64_t, std::uint64_t> done;
  std::map<std::uint64_t, absl::Status> rejected;
  std::vector<collab::element_id> changed;
  std::vector<std::string> chat;
  std::vector<std::string> errors;
  std::vector<std::string> out_of_step;
  std::vector<collab::host_message> host;
  std::vector<collab::member_cursor> cursors;
};

// A client, what it tells and its line.
struct participant {
  participant(world& of, std::string name, std::uint64_t seed, collab::pending_store* store,
              collab::client_options options);

  collab::client& operator*() { return *board; }
  collab::client* operator->() { return board.get(); }
  void poll();
  // Loses the connection, with everything under way.
  void cut() {
    REQUIRE(dial.now != nullptr);
    dial.now->lose();
  }
  // Without a network until up().
  void down() {
    dial.orders.is_down = true;
    cut();
  }
  void up() { dial.orders.is_down = false; }
  [[nodiscard]] collab::digest digest() const { return board->confirmed().content_digest(); }
  // The answer to an operation: "done", the code of what refused it, or "none".
  [[nodiscard]] std::string answer(const absl::StatusOr<collab::operation_ticket>& ticket) const {
    REQUIRE(ticket.ok());
    const std::uint64_t number = collab::to_integer(*ticket);
    if (hears.done.contains(number)) {
      return "done";
    }
    const auto found = hears.rejected.find(number);
    return found != hears.rejected.end() ? absl::StatusCodeToString(found->second.code()) : "none";
  }

  world& in;
  stepping_random random;
  world_connector dial;
  listener hears;
  std::unique_ptr<collab::client> board;
};

struct world {
  explicit world(collab::room_host_options options = {}) : host_options{options} { start(); }

  void start() {
    host = std::make_unique<collab::room_host>(store, loop, time, secrets, host_options);
  }
  // The server is gone and comes again with what its storage has.
  void crash() {
    host.reset();
    loop.run();
    start();
  }

  participant& add(std::string name, collab::pending_store* pending = nullptr,
                   collab::client_options options = {}) {
    people.push_back(
        std::make_unique<participant>(*this, std::move(name), ++seeds, pending, options));
    return *people.back();
  }
  participant& joined(std::string name, collab::pending_store* pending = nullptr,
                      collab::client_options options = {}) {
    participant& who = add(std::move(name), pending, options);
    REQUIRE(who->join("R").ok());
    settle();
    REQUIRE(who->state() == collab::client_state::joined);
    return who;
  }

  // Lets everything happen that needs no time.
  void settle() {
    for (int i = 0; i < 12; ++i) {
      loop.run();
      if (host != nullptr) {
        host->poll();
      }
      loop.run();
      for (const auto& each : people) {
        each->poll();
      }
    }
    loop.run();
  }
  void pass(collab::duration time_passed, collab::duration step = 100ms) {
    for (collab::duration at{}; at < time_passed; at += step) {
      time.advance(step);
      settle();
    }
  }

  // Everybody is back and has heard everything; all boards are that of one who comes now.
  void check_equal() {
    for (const auto& each : people) {
      each->up();
    }
    pass(60s, 500ms);
    participant& witness = joined("witness");
    pass(5s, 500ms);
    for (const auto& each : people) {
      if (each->board == nullptr) {
        continue;
      }
      INFO("client ", each->hears.out_of_step.size());
      CHECK(each->board->state() == collab::client_state::joined);
      CHECK(each->board->pending_count() == 0);
      CHECK(each->board->seq() == witness->seq());
      CHECK(collab::to_text(each->digest()) == collab::to_text(witness.digest()));
      CHECK(each->board->document().size() == witness->document().size());
      CHECK(each->hears.out_of_step.empty());
      for (const std::string& error : each->hears.errors) {
        FAIL_CHECK(error);
      }
      for (const auto& [ticket, count] : each->hears.answers) {
        CHECK(count == 1);
      }
    }
  }

  collab::room_host_options host_options;
  collab::testing::manual_executor loop;
  collab::testing::manual_clock time;
  stepping_random secrets{99};
  collab::memory_storage store;
  std::unique_ptr<collab::room_host> host;
  std::uint64_t seeds = 0;
  std::vector<std::unique_ptr<participant>> people;
};

inline std::unique_ptr<collab::transport> world_connector::connect(std::string_view room) {
  ++orders.connections;
  std::unique_ptr<collab::transport> far;
  if (!orders.is_down && world_.host != nullptr) {
    auto [near, other] = collab::make_loopback_pair(world_.loop);
    world_.host->accept(room, std::move(near), collab::dialect::binary);
    far = std::move(other);
  }
  auto made = std::make_unique<line>(std::move(far), world_.loop, orders);
  now = made.get();
  return made;
}

inline participant::participant(world& of, std::string name, std::uint64_t seed,
                                collab::pending_store* store, collab::client_options options)
    : in{of}, random{seed}, dial{of} {
  options.name = std::move(name);
  options.pending = store;
  board = std::make_unique<collab::client>(dial, random, std::move(options));
  board->observe(&hears);
}

inline void participant::poll() {
  if (board != nullptr) {
    hears.is_polling = true;
    board->poll(in.time.now());
    hears.is_polling = false;
  }
}

// ---- Things to do

inline collab::element rect(std::string id, double x = 0) {
  collab::element value{std::move(id), collab::element_kind::rect, {}};
  value.set(collab::property::x, x);
  value.set(collab::property::width, 10.0);
  value.set(collab::property::height, 10.0);
  return value;
}
inline collab::property_changes at_x(double x) { return {{collab::property::x, x}}; }
inline double x_of(const collab::client& board, std::string_view id) {
  const collab::element* found = board.document().find(id);
  REQUIRE(found != nullptr);
  return std::get<double>(found->get(collab::property::x));
}
inline bool shows(const collab::client& board, std::string_view id) {
  return board.document().find(id) != nullptr;
}
inline std::vector<collab::point> curve(std::size_t count, float from = 0) {
  std::vector<collab::point> points;
  for (std::size_t i = 0; i < count; ++i) {
    const auto x = static_cast<float>(i);
    points.push_back({from + x, x * x / 64, 0.5F, static_cast<std::uint32_t>(i * 8)});
  }
  return points;
}

}  // namespace collab_test

#endif  // COLLAB_TESTS_CLIENT_CLIENT_UNDER_TEST_HPP
