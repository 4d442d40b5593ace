// collab/document/ordering.hpp - which of two conflicting writes is the later one.
//
// A board server orders by arrival: the sequence number. A host without a server orders by
// time, and by the writer's name where times are equal. Each primitive is a strict total
// order on its stamps, so all peers choose the same winner whatever the order of arrival.

#ifndef COLLAB_DOCUMENT_ORDERING_HPP
#define COLLAB_DOCUMENT_ORDERING_HPP

#include <string>
#include <utility>

#include "collab/core/clock.hpp"

namespace collab {

// When and by whom something was written, without a server. One actor must not give two
// writes the same time.
struct timed_stamp {
  unix_time time{};
  std::string actor;

  friend bool operator==(const timed_stamp&, const timed_stamp&) = default;
};

// The earlier time first; of equal times the actor that is less, compared as bytes.
struct timestamp_then_id {
  using stamp = timed_stamp;

  [[nodiscard]] bool operator()(const stamp& a, const stamp& b) const noexcept {
    return a.time != b.time ? a.time < b.time : a.actor < b.actor;
  }
};

// A value that keeps the last write, by the order `Order` (Shapiro et al., "A comprehensive
// study of convergent and commutative replicated data types", 2011, section 3.2.1).
//
// Threads: distinct objects, safe; one object, one thread at a time.
template <typename T, typename Order = timestamp_then_id>
class last_writer_register {
 public:
  using stamp = typename Order::stamp;

  last_writer_register() = default;
  last_writer_register(T value, stamp written)
      : value_{std::move(value)}, written_{std::move(written)} {}

  // Takes `value` if `written` is later than what is held; returns whether it was.
  // The outcome of any set of writes does not depend on their order or repetition.
  bool set(T value, stamp written) {
    if (!Order{}(written_, written)) {
      return false;
    }
    value_ = std::move(value);
    written_ = std::move(written);
    return true;
  }

  [[nodiscard]] const T& value() const noexcept { return value_; }
  [[nodiscard]] const stamp& written() const noexcept { return written_; }

 private:
  T value_{};
  stamp written_{};
};

}  // namespace collab

#endif  // COLLAB_DOCUMENT_ORDERING_HPP
