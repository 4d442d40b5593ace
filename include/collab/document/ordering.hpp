// collab/document/ordering.hpp - which of two conflicting writes is the later one.
//
// arrival_order, timestamp_then_id, lamport_order: each is a strict total order on its stamps,
// so all peers choose the same winner whatever reaches them first. They need no document:
//
//   lamport_clock clock{"ann"};
//   last_writer_register<std::string, lamport_order> title;
//   title.set("Plan", clock.tick());

#ifndef COLLAB_DOCUMENT_ORDERING_HPP
#define COLLAB_DOCUMENT_ORDERING_HPP

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"

namespace collab {

// ---- By arrival. For a board with a server, or any one place that all writes pass through:
// the write that got there later wins, whatever any clock says. It costs that place.
struct arrival_order {
  using stamp = seq_number;

  [[nodiscard]] constexpr bool operator()(stamp a, stamp b) const noexcept { return a < b; }
};

// Numbers writes as they arrive: 1, 2, 3, ... There is one of it for all writers.
class arrival_counter {
 public:
  explicit arrival_counter(seq_number last = {}) noexcept : last_{last} {}

  [[nodiscard]] seq_number tick() noexcept { return last_ = next(last_); }
  [[nodiscard]] seq_number last() const noexcept { return last_; }

 private:
  seq_number last_;
};

// ---- By time. For peers with clocks that are about right: the write that people would call
// the later one wins, as far as the clocks agree. A clock that is ahead wins too often.

// When and by whom something was written, without a server. One actor must not give two
// writes the same time: timestamp_clock sees to that.
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

// The stamps of one actor: each later than the one before, and than all that were observed,
// also when the clock stands or is set back. So whoever writes over what he has seen wins,
// however wrong his clock is (hybrid clocks: Kulkarni et al., "Logical Physical Clocks",
// 2014; here the counter is the milliseconds themselves).
//
// Threads: one object, one thread at a time.
class timestamp_clock {
 public:
  // The end of the year 9999. Later times are nobody's clock.
  static constexpr unix_time time_max{std::chrono::milliseconds{253'402'300'799'999}};

  explicit timestamp_clock(std::string actor) : actor_{std::move(actor)} {}

  // The stamp of a write at `now`, or up to some milliseconds later than that.
  [[nodiscard]] timed_stamp tick(unix_time now) {
    last_ = std::max(now, last_ + std::chrono::milliseconds{1});
    return {last_, actor_};
  }

  // Takes note of a stamp that somebody gave. False, and nothing changed, beyond time_max.
  bool observe(unix_time seen) noexcept {
    last_ = seen <= time_max ? std::max(last_, seen) : last_;
    return seen <= time_max;
  }

  [[nodiscard]] const std::string& actor() const noexcept { return actor_; }
  [[nodiscard]] unix_time last() const noexcept { return last_; }

 private:
  std::string actor_;
  unix_time last_{};
};

// ---- By cause. For peers without clocks that can be relied on: a write is later than all that
// its writer had seen; which of two concurrent writes wins says nothing about time
// (L. Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System", 1978).

struct lamport_stamp {
  std::uint64_t count = 0;
  std::string actor;

  friend bool operator==(const lamport_stamp&, const lamport_stamp&) = default;
};

// The smaller count first; of equal counts the actor that is less, compared as bytes.
struct lamport_order {
  using stamp = lamport_stamp;

  [[nodiscard]] bool operator()(const stamp& a, const stamp& b) const noexcept {
    return a.count != b.count ? a.count < b.count : a.actor < b.actor;
  }
};

// The stamps of one actor. To be shown every stamp that he receives.
//
// Threads: one object, one thread at a time.
class lamport_clock {
 public:
  // Beyond this a count would not be exact in a JavaScript number.
  static constexpr std::uint64_t count_max = (std::uint64_t{1} << 53U) - 1;

  explicit lamport_clock(std::string actor) : actor_{std::move(actor)} {}

  // The stamp of the next write: later than all given and observed before.
  [[nodiscard]] lamport_stamp tick() { return {++last_, actor_}; }

  // Takes note of a stamp that somebody gave. False, and nothing changed, when its count is
  // count_max or more: nobody could write after it.
  bool observe(const lamport_stamp& seen) noexcept {
    last_ = seen.count < count_max ? std::max(last_, seen.count) : last_;
    return seen.count < count_max;
  }

  [[nodiscard]] std::uint64_t last() const noexcept { return last_; }

 private:
  std::string actor_;
  std::uint64_t last_ = 0;
};

// ---- What the orderings are for.

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
