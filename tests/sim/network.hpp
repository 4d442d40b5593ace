// tests/sim/network.hpp - connections between clients and servers that fail as real ones do.
//
// A connection is two streams of whole frames, each in order. What can happen to one:
// - a frame takes its time, and more behind a large one;
// - the link of a client is down for a while: what is on its way waits, and a server gives up
//   after a silence;
// - it is cut: of what is on its way each end gets some prefix (a frame that was cut in the
//   middle is lost though it was sent), and hears of the cut at once, late, or never;
// - what an end that is gone had sent arrives late, after a newer connection of the same client;
// - a reader that does not read fills the sender's queue.

#ifndef COLLAB_TESTS_SIM_NETWORK_HPP
#define COLLAB_TESTS_SIM_NETWORK_HPP

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "collab/transport/connector.hpp"
#include "collab/transport/transport.hpp"
#include "sim/seeded_random.hpp"
#include "sim/timeline.hpp"

namespace collab_sim {

// One connection as it is spoken of in a trace and by the oracles.
struct connection_name {
  std::uint64_t number = 0;
  // The link of the client, and the process of the server.
  std::size_t link = 0;
  std::uint64_t server = 0;
};

// Sees every frame, at the moment when it is given to the network and when it arrives.
class network_observer {
 public:
  virtual void on_connected(const connection_name& of) = 0;
  virtual void on_server_sent(const connection_name& of, std::string_view frame,
                              std::size_t queued_bytes) = 0;
  virtual void on_client_sent(const connection_name& of, std::string_view frame) = 0;
  virtual void on_client_got(const connection_name& of, std::string_view frame) = 0;
  virtual void on_server_got(const connection_name& of, std::string_view frame) = 0;
  // An end has heard that the connection is over.
  virtual void on_closed(const connection_name& of, bool at_server, collab::close_code code) = 0;

 protected:
  ~network_observer() = default;
};

struct network_options {
  duration latency_min = std::chrono::microseconds{200};
  duration latency_max = std::chrono::milliseconds{40};
  // 0: as fast as one likes.
  std::uint64_t bytes_per_second = 0;
  // What the network holds of one direction; the rest waits at the sender.
  std::size_t window_bytes = 64 * 1024;
  // After how long a server gives up a link that is down.
  duration silence = std::chrono::seconds{45};
  // How many of 1,000 frames of clients that hold nothing but operations come twice, as from a
  // client that is not sure whether they were sent.
  std::uint64_t stutter = 0;
  // How long an end may believe in a connection that was cut.
  duration late_cut_max = std::chrono::seconds{50};
};

class connection;

class network {
 public:
  // Takes the server's end of a connection to `room`.
  using acceptor = std::function<void(std::string_view room, std::unique_ptr<collab::transport>)>;

  // Keeps references; `observer` may be null.
  network(timeline& time, seeded_random random, const network_options& options,
          network_observer* observer);
  ~network();
  network(const network&) = delete;
  network& operator=(const network&) = delete;

  // ---- Servers: who is listening gets all new connections.

  void listen(std::uint64_t server, acceptor accept);
  void stop_listening(std::uint64_t server);
  // Who gets new connections; 0: nobody.
  [[nodiscard]] std::uint64_t listening() const noexcept { return listening_; }
  // The process is gone. Its clients hear of it at once, or not, as when its machine is gone.
  void kill_server(std::uint64_t server, bool is_heard);

  // ---- Clients

  // The connector of the client at `link`; it must not outlive the network.
  [[nodiscard]] std::unique_ptr<collab::connector> connector_of(std::size_t link);

  // ---- Faults

  // Nothing goes through the link of a client any more, or again.
  void take_link_down(std::size_t link);
  void put_link_up(std::size_t link);
  [[nodiscard]] bool is_link_up(std::size_t link) const;

  // The client at `link` reads nothing, or reads again: its server's queue fills.
  void stop_reading(std::size_t link);
  void read_again(std::size_t link);

  // Cuts what connections the link has.
  void cut(std::size_t link);

  // How many connections one end at least still believes in.
  [[nodiscard]] std::size_t open_connections() const;

  // What the network was asked for, by name.
  [[nodiscard]] std::uint64_t cuts() const noexcept { return cuts_; }
  [[nodiscard]] std::uint64_t lost_frames() const noexcept { return lost_; }

 private:
  friend class connection;
  friend class network_connector;
  struct link_state {
    bool is_up = true;
    bool is_reading = true;
    std::uint64_t downs = 0;
  };

  std::unique_ptr<collab::transport> connect(std::size_t link, std::string_view room);
  void move_all(std::size_t link);
  [[nodiscard]] duration latency();
  [[nodiscard]] duration up_to(duration most);
  void forget_ended();

  timeline& time_;
  seeded_random random_;
  const network_options& options_;
  network_observer* observer_;
  std::uint64_t last_ = 0;
  std::uint64_t listening_ = 0;
  acceptor accept_;
  std::map<std::size_t, link_state> links_;
  // In the order in which they were made.
  std::vector<std::shared_ptr<connection>> connections_;
  std::uint64_t cuts_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_NETWORK_HPP
