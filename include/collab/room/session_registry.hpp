// collab/room/session_registry.hpp - the sessions of those who may come back to a room.
//
// A session is one client's identity: its user, its secret, and what became of its operations.
// While the client is connected it belongs to a member of the room; here it waits for him.

#ifndef COLLAB_ROOM_SESSION_REGISTRY_HPP
#define COLLAB_ROOM_SESSION_REGISTRY_HPP

#include <absl/container/btree_map.h>
#include <absl/container/flat_hash_map.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/text.hpp"
#include "collab/room/member.hpp"

namespace collab {

struct session_registry_options {
  // How long a session is kept after its last connection. At least 0.
  duration life = std::chrono::hours{24};

  // The one that was left first is forgotten beyond it.
  std::size_t sessions_max = 400;
};

// Threads: distinct objects, safe; one object, one thread at a time.
// Memory: at most sessions_max sessions, each with its ledger; while a log is read also those
// that are connected as far as it has been read.
class session_registry {
 public:
  explicit session_registry(session_registry_options options = {}) : options_{options} {}

  [[nodiscard]] std::size_t size() const noexcept { return sessions_.size(); }

  // ---- While a log is read back

  // A session that is connected as far as the log has been read. One of the same client is
  // replaced, or goes on if it has the same secret.
  void restore(member who) {
    const auto found = sessions_.find(who.client);
    if (found != sessions_.end() && found->second.who.session == who.session) {
      who.ledger = std::move(found->second.who.ledger);
    }
    insert(std::move(who), std::nullopt, {true, ++touched_});
  }
  // Its last connection has ended. Nothing when it is not known.
  void restore_departure(std::string_view client, unix_time time) {
    if (std::optional<entry> known = extract(client)) {
      insert(std::move(known->who), time, {false, ++touched_});
    }
  }
  // What is known of the session of `client`; null when nothing is.
  [[nodiscard]] session_ledger* ledger_of(std::string_view client) {
    const auto found = sessions_.find(to_absl(client));
    return found != sessions_.end() ? &found->second.who.ledger : nullptr;
  }
  // The log has been read: whoever is connected after its last record is so no more, since now.
  void begin(moment now) {
    absl::btree_map<order, client_id> in_order = std::exchange(order_, {});
    for (auto& [key, client] : in_order) {
      entry& each = sessions_.find(client)->second;
      const unix_time left = std::min(each.left.value_or(now.wall), now.wall);
      each.left_at = now.steady - std::chrono::duration_cast<duration>(now.wall - left);
      each.place = {false, ++touched_};
      order_.emplace(each.place, std::move(client));
    }
    left_ = sessions_.size();
    trim();
  }

  // ---- Running

  // Keeps the session of somebody who has left, in place of one of the same client.
  void keep(member who, moment now) {
    insert(std::move(who), now.wall, {false, ++touched_});
    sessions_.find(order_.rbegin()->second)->second.left_at = now.steady;
  }

  // Forgets the session of `client`.
  void forget(std::string_view client) { static_cast<void>(extract(client)); }

  // The session with that secret, or null when there is none, or when it is too old.
  [[nodiscard]] const member* find(std::string_view secret, instant now) const {
    const auto client = by_secret_.find(to_absl(secret));
    if (client == by_secret_.end()) {
      return nullptr;
    }
    const entry& found = sessions_.find(client->second)->second;
    return is_old(found, now) ? nullptr : &found.who;
  }

  // Gives out a session whose client is back. Requires: find(secret) yields one.
  [[nodiscard]] member take(std::string_view secret) {
    const client_id client = by_secret_.find(to_absl(secret))->second;
    return std::move(extract(client)->who);
  }

  // Forgets what is too old. O(log sessions) for each.
  void drop_expired(instant now) {
    while (!order_.empty()) {
      const client_id& first = order_.begin()->second;
      if (!is_old(sessions_.find(first)->second, now)) {
        break;
      }
      forget(client_id{first});
    }
  }

 private:
  // Those whose end is known come before those who were connected to the last.
  using order = std::pair<bool, std::uint64_t>;
  struct entry {
    member who;
    // When the log says that it was left.
    std::optional<unix_time> left;
    instant left_at{};
    order place;
  };

  [[nodiscard]] bool is_old(const entry& of, instant now) const {
    return now - of.left_at >= options_.life;
  }

  void insert(member who, std::optional<unix_time> left, order place) {
    static_cast<void>(extract(who.client));
    const client_id client = who.client;
    by_secret_[who.session] = client;
    order_.emplace(place, client);
    sessions_.emplace(client, entry{std::move(who), left, {}, place});
    left_ += place.first ? 0 : 1;
    trim();
  }
  void trim() {
    while (left_ > std::max<std::size_t>(options_.sessions_max, 1)) {
      forget(client_id{order_.begin()->second});
    }
  }
  std::optional<entry> extract(std::string_view client) {
    const auto found = sessions_.find(to_absl(client));
    if (found == sessions_.end()) {
      return std::nullopt;
    }
    std::optional<entry> taken{std::move(found->second)};
    sessions_.erase(found);
    by_secret_.erase(taken->who.session);
    order_.erase(taken->place);
    left_ -= taken->place.first ? 0 : 1;
    return taken;
  }

  session_registry_options options_;
  absl::btree_map<client_id, entry> sessions_;
  // Never iterated: its order differs from run to run.
  absl::flat_hash_map<std::string, client_id> by_secret_;
  absl::btree_map<order, client_id> order_;
  // How many of them are known to be left.
  std::size_t left_ = 0;
  std::uint64_t touched_ = 0;
};

}  // namespace collab

#endif  // COLLAB_ROOM_SESSION_REGISTRY_HPP
