// tests/sim/participant.hpp - one person's application: the real client, which may crash and come
// back.

#ifndef COLLAB_TESTS_SIM_PARTICIPANT_HPP
#define COLLAB_TESTS_SIM_PARTICIPANT_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "collab/client/client_observer.hpp"
#include "collab/client/client_stroke.hpp"
#include "collab/client/pending_store.hpp"
#include "collab/document/element.hpp"
#include "sim/facts.hpp"
#include "sim/network.hpp"
#include "sim/oracles/tickets.hpp"
#include "sim/plan.hpp"
#include "sim/seeded_random.hpp"
#include "sim/timeline.hpp"

namespace collab {
class client;
struct operation_options;
}  // namespace collab

namespace collab_sim {

inline constexpr std::string_view room_name = "ROOM01";

class participant final : public collab::client_observer {
 public:
  struct surroundings {
    timeline& time;
    network& net;
    facts& known;
    const plan& by;
  };

  participant(const surroundings& in, std::size_t number, seeded_random random);
  ~participant() override;
  participant(const participant&) = delete;
  participant& operator=(const participant&) = delete;

  [[nodiscard]] std::size_t number() const noexcept { return number_; }

  // ---- The application

  [[nodiscard]] bool is_running() const noexcept { return board_ != nullptr; }
  // Killed, and started again after a while. Without a store what was pending is lost.
  void crash();
  void start();
  // Does not poll for a while.
  void freeze(duration span);
  void thaw();
  // Polls soon: something came, or something was done.
  void wake(duration wait = duration::zero());

  // ---- What the person does: one action each. Nothing where it can't be done.

  void act(action what, seeded_random& random);
  // Lets go of all strokes and gestures, and wants to be in the room.
  void come_to_rest();

  // ---- What is to be seen

  // Whether he has everything, and nothing is pending.
  [[nodiscard]] bool has_arrived() const;
  [[nodiscard]] std::string name() const;
  // Holds what he sees against the log; `all` also what takes longer.
  void look(bool all);
  // At the end, when all is well again.
  void look_at_rest();
  // Whether he sees everybody who is there, and nobody drawing, as it is when all have come back
  // to a new server.
  [[nodiscard]] bool sees_company(std::size_t people) const;
  void leave();
  void check_outcomes() const;
  [[nodiscard]] std::size_t waiting_tickets() const { return outcomes_.waiting(); }
  [[nodiscard]] std::size_t answered_tickets() const;

 private:
  struct open_stroke {
    collab::client_stroke handle;
    std::string id;
    bool is_in_gesture = false;
    float x = 0;
    float y = 0;
    std::uint32_t t = 0;
  };

  // ---- From the client
  void on_connection(const collab::connection_report& report) override;
  void on_joined(const collab::arrival_report& report) override;
  void on_operation_done(collab::operation_ticket ticket, collab::seq_number seq) override;
  void on_operation_rejected(collab::operation_ticket ticket, const absl::Status& why) override;
  void on_chat(const collab::chat_message& said) override;
  void on_error(const absl::Status& why, std::string_view answers) override;
  void on_out_of_step(const absl::Status& why) override;

  void poll();
  void plan_deadline();
  void check_bounds();
  void look_at_chat();
  [[nodiscard]] bool knows_history() const;

  // ---- Actions
  void begin_stroke(seeded_random& random);
  void extend_stroke(seeded_random& random);
  void end_stroke(seeded_random& random);
  void put(seeded_random& random, bool whole_stroke);
  void set(action what, seeded_random& random);
  void preview(seeded_random& random);
  void remove(seeded_random& random);
  void undo_or_redo(bool redo, seeded_random& random);
  void burst(seeded_random& random);
  std::vector<collab::point> draw(open_stroke& in, std::size_t count, seeded_random& random);
  [[nodiscard]] collab::element new_shape(seeded_random& random);
  [[nodiscard]] const collab::element* some_element(seeded_random& random) const;
  [[nodiscard]] collab::property_changes changes_for(action what, const collab::element& of,
                                                     seeded_random& random);
  [[nodiscard]] collab::operation_options options(seeded_random& random);
  // Notes what a durable operation was answered with at once.
  void asked(const absl::StatusOr<collab::operation_ticket>& ticket, std::string mark,
             std::string_view what);
  [[nodiscard]] std::string fresh_id();
  // A number that no other operation of this run writes.
  [[nodiscard]] double fresh_number();

  surroundings in_;
  std::size_t number_;
  seeded_random random_;
  std::unique_ptr<collab::connector> dial_;
  bool has_store_;
  collab::memory_pending_store store_;
  std::unique_ptr<collab::client> board_;
  std::uint64_t life_ = 0;
  std::uint64_t made_ = 0;

  std::deque<open_stroke> strokes_;
  std::string group_;
  // Of this life, and of those before.
  tickets outcomes_;
  std::vector<tickets> past_outcomes_;
  // The marks of all that he asked for, in order.
  std::vector<std::string> asked_;
  // Of strokes: by ticket.
  std::map<std::uint64_t, std::string> ended_;
  bool has_lost_pieces_ = false;
  std::optional<instant> frozen_until_;
  std::optional<instant> planned_;
};

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_PARTICIPANT_HPP
