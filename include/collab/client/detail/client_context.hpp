// collab/client/detail/client_context.hpp - what the parts of a client share, and what they have
// to tell its host.

#ifndef COLLAB_CLIENT_DETAIL_CLIENT_CONTEXT_HPP
#define COLLAB_CLIENT_DETAIL_CLIENT_CONTEXT_HPP

#include <absl/status/status.h>

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/client/client_observer.hpp"
#include "collab/client/client_options.hpp"
#include "collab/client/detail/client_connection.hpp"
#include "collab/client/detail/pending_keeper.hpp"
#include "collab/client/optimistic_board.hpp"
#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/random_source.hpp"
#include "collab/protocol/server_message.hpp"
#include "collab/transport/connector.hpp"

namespace collab::detail {

struct operation_done {
  operation_ticket ticket{};
  seq_number seq{};
};
struct operation_refused {
  operation_ticket ticket{};
  absl::Status why;
};
struct live_stroke_told {
  element_id id;
  live_stroke_change what{};
  std::size_t from = 0;
};
struct members_changed {};
struct history_told {};
struct versions_changed {};
struct chat_told {
  chat_message said;
};
struct cursors_told {
  std::vector<member_cursor> cursors;
};
struct out_of_step {
  absl::Status why;
};

// What the observer has not been told yet, in order. Told when nothing is under way, so that he
// may do what he likes.
class client_reports {
 public:
  using report =
      std::variant<connection_report, arrival_report, operation_done, operation_refused,
                   live_stroke_told, members_changed, chat_told, history_told, versions_changed,
                   cursors_told, host_message, error_message, out_of_step, server_message>;

  template <typename Report>
  void add(Report what) {
    if (observer_ != nullptr) {
      waiting_.emplace_back(std::in_place_type<Report>, std::move(what));
    }
  }
  [[nodiscard]] bool has_observer() const noexcept { return observer_ != nullptr; }
  void observe(client_observer* hears) {
    observer_ = hears;
    waiting_.clear();
  }
  [[nodiscard]] bool is_empty() const noexcept { return waiting_.empty(); }

  // Tells everything that waits, also what comes while it is told.
  void tell() {
    while (!waiting_.empty() && observer_ != nullptr) {
      const report next = std::move(waiting_.front());
      waiting_.pop_front();
      std::visit([this](const auto& what) { tell(what); }, next);
    }
  }
  void tell_board(std::span<const element_id> ids) {
    if (observer_ != nullptr) {
      observer_->on_board_changed(ids);
    }
  }

 private:
  void tell(const connection_report& what) { observer_->on_connection(what); }
  void tell(const arrival_report& what) { observer_->on_joined(what); }
  void tell(const operation_done& what) { observer_->on_operation_done(what.ticket, what.seq); }
  void tell(const operation_refused& what) {
    observer_->on_operation_rejected(what.ticket, what.why);
  }
  void tell(const live_stroke_told& what) {
    observer_->on_live_stroke(what.id, what.what, what.from);
  }
  void tell(const members_changed&) { observer_->on_members_changed(); }
  void tell(const chat_told& what) { observer_->on_chat(what.said); }
  void tell(const history_told&) { observer_->on_history_changed(); }
  void tell(const versions_changed&) { observer_->on_versions_changed(); }
  void tell(const cursors_told& what) { observer_->on_cursors(what.cursors); }
  void tell(const host_message& what) { observer_->on_host_message(what); }
  void tell(const error_message& what) { observer_->on_error(what.reason, what.answers); }
  void tell(const out_of_step& what) { observer_->on_out_of_step(what.why); }
  void tell(const server_message& what) { observer_->on_message(what); }

  client_observer* observer_ = nullptr;
  std::deque<report> waiting_;
};

struct client_context {
  client_context(connector& dial, random_source& source, client_options given)
      : options{std::move(given)},
        random{source},
        connection{dial, source, options},
        keeper{options.pending} {}

  const client_options options;
  random_source& random;
  optimistic_board board;
  client_connection connection;
  pending_keeper keeper;
  client_reports reports;
  // That of the poll that is under way, or of the last one.
  instant now{};
  // The last operation of the room that is confirmed.
  seq_number seq{};
  // This client as the room knows it.
  member_profile self;

  [[nodiscard]] element_id make_id() { return random_text(random, 21); }
};

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_CLIENT_CONTEXT_HPP
