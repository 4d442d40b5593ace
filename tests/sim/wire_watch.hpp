// tests/sim/wire_watch.hpp - reads every frame that leaves or arrives, for the oracles and the
// trace.

#ifndef COLLAB_TESTS_SIM_WIRE_WATCH_HPP
#define COLLAB_TESTS_SIM_WIRE_WATCH_HPP

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "sim/facts.hpp"
#include "sim/network.hpp"

namespace collab_sim {

class wire_watch final : public network_observer {
 public:
  // `arrived` is called with the link of a client that has got something.
  wire_watch(facts& known, const plan& by, std::function<void(std::size_t)> arrived)
      : known_{known}, by_{by}, arrived_{std::move(arrived)} {}

  void on_connected(const connection_name& of) override;
  void on_server_sent(const connection_name& of, std::string_view frame,
                      std::size_t queued_bytes) override;
  void on_client_sent(const connection_name& of, std::string_view frame) override;
  void on_client_got(const connection_name& of, std::string_view frame) override;
  void on_server_got(const connection_name& of, std::string_view frame) override;
  void on_closed(const connection_name& of, bool at_server, collab::close_code code) override;

  [[nodiscard]] std::uint64_t frames() const noexcept { return frames_; }

 private:
  struct watched {
    // The secret of the session; empty before the room has answered.
    std::string secret;
    std::string asked_for;
    // Bytes of states and of what comes in pieces: they may wait beside what else is queued.
    std::uint64_t state_bytes = 0;
    // The last counter that was sent, and the last that was answered, since the room answered.
    std::uint64_t sent = 0;
    std::uint64_t answered = 0;
  };
  void take(watched& at, const connection_name& of, const told& message);

  facts& known_;
  const plan& by_;
  std::function<void(std::size_t)> arrived_;
  std::map<std::uint64_t, watched> connections_;
  std::uint64_t frames_ = 0;
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_WIRE_WATCH_HPP
