// collab/transport/loopback_transport.hpp - two joined transports in one process.
//
// For a host that is its own first client, and for tests: no sockets, no threads, no time.
//
//   auto [server_end, client_end] = collab::make_loopback_pair(loop);

#ifndef COLLAB_TRANSPORT_LOOPBACK_TRANSPORT_HPP
#define COLLAB_TRANSPORT_LOOPBACK_TRANSPORT_HPP

#include <array>
#include <cassert>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "collab/core/executor.hpp"
#include "collab/transport/payload.hpp"
#include "collab/transport/transport.hpp"
#include "collab/transport/websocket_frame.hpp"

namespace collab {

// One end of a pair. Whatever it tells its handler is posted to the executor, never said
// inline. Differs from a network in that close() needs no answer: this end's on_close is
// posted at once, with the code and reason given. The other end first gets what was sent
// before; a paused or unstarted one gets it, and the close, when it reads again.
//
// Threads: one for both ends, that on which the executor runs its work.
// Memory: what is queued and not yet delivered, see queued_bytes(); nothing refuses more.
class loopback_transport final : public transport {
 public:
  ~loopback_transport() override {
    end& mine = ends_->at(side_);
    mine.handler = nullptr;
    mine.is_closed = true;
    mine.inbox.clear();
    mine.inbox_bytes = 0;
    hang_up({.code = close_code::abnormal, .reason = "the other end was destroyed"});
  }

  void start(transport_handler& handler) override {
    end& mine = ends_->at(side_);
    assert(!mine.is_started);
    mine.handler = &handler;
    mine.is_started = true;
    wake(ends_, side_);
  }

  void send(shared_payload message) override {
    end& mine = ends_->at(side_);
    end& theirs = ends_->at(1 - side_);
    if (mine.is_closed || mine.is_hung_up) {
      return;
    }
    theirs.inbox_bytes += message->bytes.size();
    theirs.inbox.push_back(std::move(message));
    wake(ends_, 1 - side_);
  }

  void close(close_code code, std::string_view reason) override {
    end& mine = ends_->at(side_);
    if (mine.is_closed || mine.is_hung_up) {
      return;
    }
    mine.is_closed = true;
    mine.is_paused = false;
    mine.inbox.clear();
    mine.inbox_bytes = 0;
    const std::string text{reason.substr(0, websocket_reason_bytes_max)};
    mine.last = {.code = code, .reason = text};
    mine.has_last = true;
    wake(ends_, side_);
    hang_up({.code = code, .reason = text});
  }

  void pause_reading() override { ends_->at(side_).is_paused = true; }

  void resume_reading() override {
    ends_->at(side_).is_paused = false;
    wake(ends_, side_);
  }

  [[nodiscard]] std::size_t queued_bytes() const override {
    return ends_->at(1 - side_).inbox_bytes;
  }

 private:
  friend std::pair<std::unique_ptr<transport>, std::unique_ptr<transport>> make_loopback_pair(
      executor& on);

  struct ending {
    close_code code = close_code::abnormal;
    std::string reason{};
  };

  // What one end has to be told.
  struct end {
    transport_handler* handler = nullptr;
    std::deque<shared_payload> inbox;
    std::size_t inbox_bytes = 0;
    ending last;  // Comes after the inbox.
    bool has_last = false;
    bool is_started = false;
    bool is_paused = false;
    bool is_closed = false;   // By itself: nothing is delivered but `last`.
    bool is_hung_up = false;  // By the other end: what is sent from here is lost.
    bool is_woken = false;    // A delivery is posted.
    bool is_drained = false;  // The other end has taken all; to be told.
  };

  struct link {
    executor& on;
    std::array<end, 2> ends{};
    end& at(std::size_t side) { return ends[side]; }
  };

  loopback_transport(std::shared_ptr<link> ends, std::size_t side)
      : ends_{std::move(ends)}, side_{side} {}

  void hang_up(ending with) {
    end& theirs = ends_->at(1 - side_);
    if (theirs.is_hung_up) {
      return;
    }
    theirs.is_hung_up = true;
    if (!theirs.has_last) {
      theirs.last = std::move(with);
      theirs.has_last = true;
    }
    wake(ends_, 1 - side_);
  }

  static void wake(const std::shared_ptr<link>& ends, std::size_t side) {
    end& to = ends->at(side);
    if (to.is_started && !to.is_woken && (!to.is_paused || to.is_drained)) {
      to.is_woken = true;
      ends->on.post([ends, side] { deliver(ends, side); });
    }
  }

  // Tells one end what was there when this turn began. The handler may destroy either end.
  static void deliver(const std::shared_ptr<link>& ends, std::size_t side) {
    end& to = ends->at(side);
    to.is_woken = false;
    if (std::exchange(to.is_drained, false) && to.handler != nullptr && !to.is_closed) {
      to.handler->on_drained();
    }
    const bool had_messages = !to.inbox.empty();
    for (std::size_t left = to.inbox.size();
         left > 0 && !to.inbox.empty() && !to.is_paused && to.handler != nullptr; --left) {
      const shared_payload message = std::move(to.inbox.front());
      to.inbox.pop_front();
      to.inbox_bytes -= message->bytes.size();
      std::string bytes = message->bytes;
      bytes.append(padding, '\0');
      to.handler->on_message({bytes.data(), message->bytes.size()}, message->kind);
    }
    if (had_messages && to.inbox.empty()) {
      ends->at(1 - side).is_drained = true;
      wake(ends, 1 - side);
    }
    if (!to.inbox.empty()) {
      wake(ends, side);
    } else if (to.has_last && !to.is_paused && to.handler != nullptr) {
      to.is_closed = true;
      std::exchange(to.handler, nullptr)->on_close(to.last.code, to.last.reason);
    }
  }

  static constexpr std::size_t padding = 64;  // See transport_handler::on_message.

  std::shared_ptr<link> ends_;
  std::size_t side_;
};

// A joined pair whose deliveries run on `on`, which must outlive both ends and what they post.
[[nodiscard]] inline std::pair<std::unique_ptr<transport>, std::unique_ptr<transport>>
make_loopback_pair(executor& on) {
  const auto ends = std::make_shared<loopback_transport::link>(loopback_transport::link{.on = on});
  return {std::unique_ptr<transport>{new loopback_transport{ends, 0}},
          std::unique_ptr<transport>{new loopback_transport{ends, 1}}};
}

}  // namespace collab

#endif  // COLLAB_TRANSPORT_LOOPBACK_TRANSPORT_HPP
