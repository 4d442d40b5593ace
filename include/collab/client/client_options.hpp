// collab/client/client_options.hpp - how a client is, and what its operations are known by.

#ifndef COLLAB_CLIENT_CLIENT_OPTIONS_HPP
#define COLLAB_CLIENT_CLIENT_OPTIONS_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "collab/client/fwd.hpp"
#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/limits.hpp"
#include "collab/document/property.hpp"
#include "collab/history/operation.hpp"

namespace collab {

// One durable operation of this client: the same in whatever session it is sent at last, and
// after it was taken up from a pending_store. 0 is none.
enum class operation_ticket : std::uint64_t {};

[[nodiscard]] constexpr std::uint64_t to_integer(operation_ticket ticket) noexcept {
  return static_cast<std::uint64_t>(ticket);
}

struct client_options {
  // 1 to limits::name_characters.
  std::string name = "Guest";
  // The room gives one when there is none.
  std::optional<collab::color> color{};
  // Whose work undo() takes back; the room's own scope when not given.
  std::optional<undo_scope> scope{};

  // Keeps what is not answered over a crash. Null: it ends with the client. Outlives the client.
  pending_store* pending = nullptr;
  // Those of the server: more is not sent, faster is not sent.
  limits bounds{};

  // What may wait for its answer: operations, and their memory. Beyond it operations are refused
  // with resource_exhausted, and strokes take no more points.
  std::size_t pending_operations_max = 5'000;
  std::size_t pending_bytes_max = 8 * 1024 * 1024;
  // Operations on the way at once.
  std::size_t window = 64;
  // What the transport may have queued; beyond it nothing is added but the points of strokes.
  std::size_t queued_bytes_max = 256 * 1024;
  // What was received and waits for poll(); beyond it the transport stops reading.
  std::size_t inbox_bytes_max = 1024 * 1024;

  // The wait before the n-th attempt is a random part of first * 2^n, at most `most`; after
  // `stable` in a room it begins anew.
  duration back_off_first = std::chrono::milliseconds{500};
  duration back_off_most = std::chrono::seconds{30};
  duration stable_after = std::chrono::seconds{10};
  // A connection is given up when nothing was heard for `dead_after`, a ping unanswered too.
  duration ping_interval = std::chrono::seconds{20};
  duration dead_after = std::chrono::seconds{45};
  // A connection on which the room has not answered by then is given up.
  duration join_deadline = std::chrono::seconds{30};
  // The wait before something is tried again that the server could not take.
  duration unavailable_retry = std::chrono::seconds{1};
  // How long a preview of an element is shown when no more comes.
  duration preview_expiry = std::chrono::seconds{2};
};

}  // namespace collab

#endif  // COLLAB_CLIENT_CLIENT_OPTIONS_HPP
