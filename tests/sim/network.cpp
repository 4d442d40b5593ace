// tests/sim/network.cpp

#include "sim/network.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "sim/connection.hpp"

namespace collab_sim {

class network_connector final : public collab::connector {
 public:
  network_connector(network& in, std::size_t link) : in_{in}, link_{link} {}
  [[nodiscard]] std::unique_ptr<collab::transport> connect(std::string_view room) override {
    return in_.connect(link_, room);
  }

 private:
  network& in_;
  std::size_t link_;
};

network::network(timeline& time, seeded_random random, const network_options& options,
                 network_observer* observer)
    : time_{time}, random_{random}, options_{options}, observer_{observer} {}
network::~network() = default;

duration network::up_to(duration most) {
  return duration{
      static_cast<duration::rep>(random_.between(1, static_cast<std::uint64_t>(most.count())))};
}

duration network::latency() {
  return options_.latency_min + up_to(options_.latency_max - options_.latency_min);
}

// ---- Servers

void network::listen(std::uint64_t server, acceptor accept) {
  listening_ = server;
  accept_ = std::move(accept);
}

void network::stop_listening(std::uint64_t server) {
  if (listening_ == server) {
    listening_ = 0;
    accept_ = nullptr;
  }
}

void network::kill_server(std::uint64_t server, bool is_heard) {
  stop_listening(server);
  const auto all = connections_;
  for (const auto& each : all) {
    if (each->name().server == server) {
      each->lose_server(is_heard);
    }
  }
}

// ---- Clients

std::unique_ptr<collab::connector> network::connector_of(std::size_t link) {
  links_.try_emplace(link);
  return std::make_unique<network_connector>(*this, link);
}

std::unique_ptr<collab::transport> network::connect(std::size_t link, std::string_view room) {
  forget_ended();
  const connection_name name{++last_, link, 0};
  auto made = std::make_shared<connection>(*this, name, std::string{room});
  connections_.push_back(made);
  time_.after(latency(), [made] { made->establish(); });
  return make_transport(std::move(made), side::client);
}

void network::forget_ended() {
  std::erase_if(connections_, [](const auto& each) { return each->is_over(); });
}

std::size_t network::open_connections() const {
  return static_cast<std::size_t>(
      std::count_if(connections_.begin(), connections_.end(), [](const auto& each) {
        return each->believes(side::client) || each->believes(side::server);
      }));
}

// ---- Faults

bool network::is_link_up(std::size_t link) const {
  const auto found = links_.find(link);
  return found == links_.end() || found->second.is_up;
}

void network::take_link_down(std::size_t link) {
  link_state& state = links_[link];
  if (!std::exchange(state.is_up, false)) {
    return;
  }
  time_.after(options_.silence, [this, link, which = ++state.downs] {
    if (links_[link].is_up || links_[link].downs != which) {
      return;
    }
    const auto all = connections_;
    for (const auto& each : all) {
      if (each->name().link == link) {
        each->give_up_at_server();
      }
    }
  });
}

void network::put_link_up(std::size_t link) {
  links_[link].is_up = true;
  move_all(link);
}
void network::stop_reading(std::size_t link) { links_[link].is_reading = false; }
void network::read_again(std::size_t link) {
  links_[link].is_reading = true;
  move_all(link);
}

void network::move_all(std::size_t link) {
  const auto all = connections_;
  for (const auto& each : all) {
    if (each->name().link == link) {
      each->wake();
    }
  }
}

void network::cut(std::size_t link) {
  const auto all = connections_;
  for (const auto& each : all) {
    if (each->name().link == link) {
      each->cut();
    }
  }
}

}  // namespace collab_sim
