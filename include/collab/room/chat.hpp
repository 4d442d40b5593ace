// collab/room/chat.hpp - what people have said in a room.

#ifndef COLLAB_ROOM_CHAT_HPP
#define COLLAB_ROOM_CHAT_HPP

#include <cstddef>
#include <deque>
#include <string>
#include <utility>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"

namespace collab {

struct chat_message {
  user_id user;
  // The author's name when he wrote.
  std::string name;
  std::string text;
  unix_time time{};
  seq_number seq{};
};

// The latest messages of a room, oldest first.
//
// Memory: at most the number of messages given.
class chat_log {
 public:
  explicit chat_log(std::size_t messages_max) : messages_max_{messages_max} {}

  // Adds a message; the oldest one beyond the bound is forgotten.
  void add(chat_message message) {
    messages_.push_back(std::move(message));
    while (messages_.size() > messages_max_) {
      messages_.pop_front();
    }
  }

  [[nodiscard]] const std::deque<chat_message>& messages() const noexcept { return messages_; }

 private:
  std::size_t messages_max_;
  std::deque<chat_message> messages_;
};

}  // namespace collab

#endif  // COLLAB_ROOM_CHAT_HPP
