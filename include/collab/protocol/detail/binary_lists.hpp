// collab/protocol/detail/binary_lists.hpp - what large messages of the binary dialect are put
// together from: the names of users, and lists that may be cut.
//
// Part of collab/protocol/binary_encoder.hpp.

#ifndef COLLAB_PROTOCOL_DETAIL_BINARY_LISTS_HPP
#define COLLAB_PROTOCOL_DETAIL_BINARY_LISTS_HPP

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/core/text.hpp"
#include "collab/protocol/detail/binary_format.hpp"
#include "collab/room/room.hpp"

namespace collab::detail {

// The users that a state speaks of: by number where they are in the room, else by their place
// in a list of names.
class user_names {
 public:
  explicit user_names(const room::member_map& members) {
    for (const auto& [id, who] : members) {
      references_.emplace(to_absl(who.user), std::uint64_t{who.number} << 1);
    }
  }
  // To be called for everybody first.
  void add(std::string_view user) {
    const auto added = references_.emplace(to_absl(user), names_.size() << 1 | 1U);
    if (added.second) {
      names_.push_back(user);
    }
  }
  [[nodiscard]] std::span<const std::string_view> names() const { return names_; }
  // Whether `user` is not in the room.
  [[nodiscard]] bool is_name(std::string_view user) const {
    const auto found = references_.find(to_absl(user));
    return found == references_.end() || (found->second & 1U) != 0;
  }
  // Takes back the names beyond the first `count`.
  void forget_beyond(std::size_t count) {
    for (; names_.size() > count; names_.pop_back()) {
      references_.erase(to_absl(names_.back()));
    }
  }
  [[nodiscard]] std::uint64_t reference(std::string_view user) const {
    return references_.find(to_absl(user))->second;
  }

 private:
  absl::flat_hash_map<absl::string_view, std::uint64_t> references_;
  std::vector<std::string_view> names_;
};

// A list, cut into pieces of about as many bytes as may be told at once.
class cut_list {
 public:
  explicit cut_list(std::size_t bytes_max) : bytes_max_{bytes_max} {}

  // Whether something of that size would begin a new piece.
  [[nodiscard]] bool is_full_for(std::size_t bytes) const noexcept {
    return pieces_.back().first > 0 && pieces_.back().second.size() + bytes > bytes_max_;
  }
  void add(std::string_view item) {
    if (is_full_for(item.size())) {
      pieces_.emplace_back();
    }
    ++pieces_.back().first;
    pieces_.back().second.append(item);
  }
  [[nodiscard]] std::size_t pieces() const noexcept { return pieces_.size(); }
  // Writes piece `at`, an empty one beyond the last.
  void write(std::size_t at, binary_writer& out) const {
    if (at >= pieces_.size()) {
      out.integer(0);
      return;
    }
    out.integer(pieces_[at].first);
    out.raw(pieces_[at].second);
  }
  // Writes all pieces as one list.
  void write_all(binary_writer& out) const {
    std::size_t count = 0;
    for (const auto& [items, bytes] : pieces_) {
      count += items;
    }
    out.integer(count);
    for (const auto& [items, bytes] : pieces_) {
      out.raw(bytes);
    }
  }
  // The items of piece `at`, without their number.
  [[nodiscard]] std::string_view bytes(std::size_t at) const { return pieces_[at].second; }
  [[nodiscard]] bool has(std::size_t at) const noexcept { return at < pieces_.size(); }

 private:
  std::size_t bytes_max_;
  // The number of items, and their bytes.
  std::vector<std::pair<std::size_t, std::string>> pieces_{1};
};

}  // namespace collab::detail

#endif  // COLLAB_PROTOCOL_DETAIL_BINARY_LISTS_HPP
