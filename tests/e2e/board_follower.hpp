// e2e/board_follower.hpp - what one member of a room gets to see, checked as it comes.
//
// An oracle: it keeps what a client would keep and notes each message that the protocol does
// not allow at its place. It draws nothing; the test does, through client().

#ifndef COLLAB_TESTS_E2E_BOARD_FOLLOWER_HPP
#define COLLAB_TESTS_E2E_BOARD_FOLLOWER_HPP

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "e2e/replay_plan.hpp"
#include "support/board_client.hpp"

namespace collab_test {

// A stroke as a member knows it.
struct seen_stroke {
  std::string user;
  std::string index;
  std::string tool;
  std::string color;
  double width = 0;
  std::vector<wire_point> points;
  // Of its stroke:end; 0 while it is drawn and when it was there before.
  std::uint64_t seq = 0;

  friend bool operator==(const seen_stroke&, const seen_stroke&) = default;
};

// `element` as in room:state, stroke:start or a snapshot. Throws simdjson_error when a
// property is missing.
[[nodiscard]] seen_stroke read_stroke(simdjson::dom::element element);

struct seen_undo {
  bool is_redo = false;
  std::uint64_t seq = 0;
  std::uint64_t target = 0;
  std::string outcome;
  std::vector<std::string> removed;
  // The element of the last one restored, and how many there were.
  std::string restored_id;
  seen_stroke restored;
  std::size_t restored_count = 0;
};

class board_follower {
 public:
  // Connects to `room` and asks to join as `name`.
  board_follower(client_loop& loop, std::uint16_t port, std::string_view room,
                 std::string_view name);

  [[nodiscard]] board_client& client() { return client_; }
  [[nodiscard]] const board_client& client() const { return client_; }

  // What was not as it should be, at most 20 of them.
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

  [[nodiscard]] bool has_joined() const { return has_joined_ && !is_arriving_; }
  [[nodiscard]] bool is_told_closing() const { return is_told_closing_; }
  [[nodiscard]] const std::string& user() const { return user_; }
  // The seq of the last event or ack.
  [[nodiscard]] std::uint64_t seq() const { return seq_; }

  // Strokes being drawn, and those that ended since, by id.
  [[nodiscard]] const std::map<std::string, seen_stroke>& live() const { return live_; }
  [[nodiscard]] const std::map<std::string, seen_stroke>& ended() const { return ended_; }
  // Elements when it joined.
  [[nodiscard]] const std::vector<std::string>& initial() const { return initial_; }
  // The strokes that were live when it joined, as they were then.
  [[nodiscard]] const std::map<std::string, seen_stroke>& initial_live() const {
    return initial_live_;
  }
  // Strokes that came whole with their stroke:end, being thinned on their way.
  [[nodiscard]] std::size_t came_whole() const { return came_whole_; }
  // Strokes begun, in the order of their coming.
  [[nodiscard]] const std::vector<std::string>& started() const { return started_; }

  // The seq of each ack, in order: that of operation 1 first; 0 for one that was rejected.
  [[nodiscard]] const std::vector<std::uint64_t>& acks() const { return acks_; }
  // The code of the last op:reject.
  [[nodiscard]] const std::string& rejected() const { return rejected_; }
  // Whether op:reject is expected; else it is a problem.
  void allow_rejects() { may_reject_ = true; }

  [[nodiscard]] const std::vector<seen_undo>& undone() const { return undone_; }
  [[nodiscard]] bool can_undo() const { return can_undo_; }
  [[nodiscard]] bool can_redo() const { return can_redo_; }

 private:
  void take(simdjson::dom::element message);
  void take_known(std::string_view type, simdjson::dom::element message);
  void take_state(simdjson::dom::element message);
  void take_chunk(simdjson::dom::element message);
  void take_start(simdjson::dom::element message);
  void take_points(simdjson::dom::element message);
  void take_end(simdjson::dom::element message);
  void take_outcome(simdjson::dom::element message, bool is_ack);
  void take_undo(simdjson::dom::element message, bool is_redo);
  // The seq of an event, or of an ack: the last + 1, or the last once more if `may_repeat`.
  void take_seq(simdjson::dom::element message, bool is_ack, bool may_repeat);
  void complain(std::string what);

  std::string name_;
  std::vector<std::string> problems_;
  bool has_joined_ = false;
  // Whether parts of the state are still to come.
  bool is_arriving_ = false;
  bool is_told_closing_ = false;
  bool may_reject_ = false;
  std::string user_;
  std::uint64_t seq_ = 0;
  std::uint64_t last_event_ = 0;
  std::uint64_t last_ack_ = 0;
  std::map<std::string, seen_stroke> live_;
  std::map<std::string, seen_stroke> ended_;
  std::map<std::string, seen_stroke> initial_live_;
  std::vector<std::string> initial_;
  std::vector<std::string> started_;
  std::size_t came_whole_ = 0;
  std::vector<std::uint64_t> acks_;
  std::string rejected_;
  std::vector<seen_undo> undone_;
  bool can_undo_ = false;
  bool can_redo_ = false;
  // Last, so that it is gone before what its handler uses.
  board_client client_;
};

}  // namespace collab_test

#endif  // COLLAB_TESTS_E2E_BOARD_FOLLOWER_HPP
