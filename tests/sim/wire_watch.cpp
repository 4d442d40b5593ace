// tests/sim/wire_watch.cpp

#include "sim/wire_watch.hpp"

#include <absl/strings/str_cat.h>

#include <algorithm>

#include "sim/oracles/dense_seq.hpp"
#include "sim/oracles/same_board.hpp"
#include "sim/wire_tap.hpp"

namespace collab_sim {

void wire_watch::on_connected(const connection_name& of) {
  connections_.try_emplace(of.number);
  known_.note("connected", of.link, absl::StrCat(of.number, " to server ", of.server));
}

void wire_watch::on_server_sent(const connection_name& of, std::string_view frame,
                                std::size_t queued_bytes) {
  watched& at = connections_[of.number];
  const bool is_read = read_server_frame(frame, [&](const told& message) {
    // States, chunks, and what is told again or of an undo may come in pieces.
    if (message.type == 64 || (message.type >= 91 && message.type <= 93) || message.type == 82 ||
        message.type == 83 || message.type == 96) {
      at.state_bytes += frame.size();
    }
    take(at, of, message);
  });
  if (!is_read) {
    known_.hold(2, absl::StrCat("server ", of.server, " sent a frame that can't be read"));
  }
  // A message is let in as long as less is waiting.
  known_.hold(
      8, known_.bounds.holds("output queue less states",
                             queued_bytes - std::min<std::uint64_t>(queued_bytes, at.state_bytes),
                             by_.rooms.bounds.output_queue_bytes + 64 * 1024));
}

void wire_watch::take(watched& at, const connection_name& of, const told& message) {
  using kind = told::kind;
  if (message.what == kind::state) {
    at.secret = message.text;
  } else if (message.what == kind::resumed) {
    at.secret = at.asked_for;
  }
  known_.hold(9, known_.gate.leaves(message, known_.log.client_of(at.secret)));
  switch (message.what) {
    case kind::state:
    case kind::resumed:
      at.answered = std::max(at.answered, message.op);
      for (const std::uint64_t op : message.rejected) {
        known_.hold(1, known_.answers.rejected(at.secret, op));
      }
      break;
    case kind::ack:
      at.answered = std::max(at.answered, message.op);
      known_.hold(1, known_.answers.acknowledged(at.secret, message.op, message.seq));
      known_.hold(2, check_told(known_.log, message));
      break;
    case kind::reject:
      if (message.code != 6) {
        at.answered = std::max(at.answered, message.op);
        known_.hold(1, known_.answers.rejected(at.secret, message.op));
      }
      break;
    case kind::event:
      known_.hold(2, check_told(known_.log, message));
      break;
    case kind::digest:
      known_.hold(3, check_view(known_.log, absl::StrCat("server ", of.server), message.seq,
                                {message.high, message.low}));
      break;
    default:
      break;
  }
}

void wire_watch::on_client_sent(const connection_name& of, std::string_view frame) {
  watched& at = connections_[of.number];
  const client_frame read = read_client_frame(frame);
  for (const std::uint64_t op : read.counters) {
    at.sent = std::max(at.sent, op);
  }
  if (!at.secret.empty() && at.sent > at.answered) {
    known_.hold(
        8, known_.bounds.holds("operations on the way", at.sent - at.answered, by_.clients.window));
  }
}

void wire_watch::on_client_got(const connection_name& of, std::string_view frame) {
  ++frames_;
  known_.note("client.got", of.number, frame);
  arrived_(of.link);
}

void wire_watch::on_server_got(const connection_name& of, std::string_view frame) {
  ++frames_;
  known_.note("server.got", of.number, frame);
  const client_frame read = read_client_frame(frame);
  if (read.has_joined) {
    connections_[of.number].asked_for = read.resumes;
  }
}

void wire_watch::on_closed(const connection_name& of, bool at_server, collab::close_code code) {
  known_.note(at_server ? "server.closed" : "client.closed", of.number,
              absl::StrCat(static_cast<int>(code)));
  if (!at_server) {
    arrived_(of.link);
  }
}

}  // namespace collab_sim
