// transport/deadline_wheel.hpp - many coarse deadlines on one timer. Private to this module.
//
// A hashed timing wheel (Varghese and Lauck, 1987, scheme 6): setting, moving and dropping a
// deadline are O(1) and allocate nothing; the entries are links inside the connections.

#ifndef COLLAB_TRANSPORT_DEADLINE_WHEEL_HPP
#define COLLAB_TRANSPORT_DEADLINE_WHEEL_HPP

#include <array>
#include <cstddef>
#include <cstdint>

namespace collab {

// Ticks of the wheel since it began.
using wheel_tick = std::uint64_t;

// One deadline at most. Leaves the wheel when destroyed.
class deadline_entry {
 public:
  deadline_entry() = default;
  deadline_entry(const deadline_entry&) = delete;
  deadline_entry& operator=(const deadline_entry&) = delete;

 protected:
  ~deadline_entry() { unlink(); }

 private:
  friend class deadline_wheel;

  // The deadline has come; the entry is off the wheel. May destroy this and other entries.
  virtual void expire() = 0;

  void unlink() noexcept {
    previous_->next_ = next_;
    next_->previous_ = previous_;
    previous_ = next_ = this;
  }

  deadline_entry* previous_ = this;
  deadline_entry* next_ = this;
  wheel_tick due_ = 0;
};

// Threads: one.
class deadline_wheel {
 public:
  [[nodiscard]] wheel_tick now() const noexcept { return now_; }

  // Calls entry.expire() in the tick `due`, or the next one if that is past. Replaces the
  // entry's former deadline.
  void set(deadline_entry& entry, wheel_tick due) noexcept {
    entry.unlink();
    entry.due_ = due > now_ ? due : now_ + 1;
    link(entry);
  }

  void drop(deadline_entry& entry) noexcept { entry.unlink(); }

  // Goes on by one tick and lets what is due expire.
  void advance() {
    ++now_;
    head due;
    deadline_entry& slot = slots_[now_ % slots];
    if (slot.next_ != &slot) {
      due.next_ = slot.next_;
      due.previous_ = slot.previous_;
      due.next_->previous_ = due.previous_->next_ = &due;
      slot.previous_ = slot.next_ = &slot;
    }
    while (due.next_ != &due) {
      deadline_entry& entry = *due.next_;
      entry.unlink();
      if (entry.due_ > now_) {
        link(entry);  // Due in a later round.
      } else {
        entry.expire();
      }
    }
  }

 private:
  static constexpr std::size_t slots = 256;

  struct head final : deadline_entry {
    void expire() override {}
  };

  void link(deadline_entry& entry) noexcept {
    deadline_entry& slot = slots_[entry.due_ % slots];
    entry.previous_ = slot.previous_;
    entry.next_ = &slot;
    slot.previous_->next_ = &entry;
    slot.previous_ = &entry;
  }

  std::array<head, slots> slots_;
  wheel_tick now_ = 0;
};

}  // namespace collab

#endif  // COLLAB_TRANSPORT_DEADLINE_WHEEL_HPP
