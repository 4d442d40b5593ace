// collab/document/detail/shared_value.hpp - a value that copies share until one of them changes.
//
// Part of collab/document/element.hpp.

#ifndef COLLAB_DOCUMENT_DETAIL_SHARED_VALUE_HPP
#define COLLAB_DOCUMENT_DETAIL_SHARED_VALUE_HPP

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace collab::detail {

// A pointer to a counted value: 8 bytes, where a shared_ptr takes 16. Without one of its own it
// shows a Value{}.
//
// Threads: distinct objects, safe, also those that share a value; one object, one thread at a time.
template <typename Value>
class shared_value {
 public:
  shared_value() noexcept = default;
  explicit shared_value(Value value) : held_{new counted{{1}, std::move(value)}} {}
  shared_value(const shared_value& other) noexcept : held_{other.held_} {
    if (held_ != nullptr) {
      held_->owners.fetch_add(1, std::memory_order_relaxed);
    }
  }
  shared_value(shared_value&& other) noexcept : held_{std::exchange(other.held_, nullptr)} {}
  shared_value& operator=(shared_value other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~shared_value() {
    if (held_ != nullptr && (is_alone() || held_->owners.fetch_sub(1) == 1)) {
      delete held_;
    }
  }

  [[nodiscard]] const Value& operator*() const noexcept {
    return held_ != nullptr ? held_->value : none();
  }
  [[nodiscard]] const Value* operator->() const noexcept { return &**this; }

  // The value, to be changed: first copied where another shares it.
  [[nodiscard]] Value& edit() {
    if (held_ == nullptr) {
      *this = shared_value{Value{}};
    } else if (!is_alone()) {
      *this = shared_value{held_->value};
    }
    return held_->value;
  }

  // Whether nobody shares the value.
  [[nodiscard]] bool is_alone() const noexcept {
    return held_ != nullptr && held_->owners.load(std::memory_order_acquire) == 1;
  }
  [[nodiscard]] bool shares_with(const shared_value& other) const noexcept {
    return held_ == other.held_;
  }

  // What a value takes on the heap, without what it holds there itself.
  [[nodiscard]] static constexpr std::size_t heap_bytes() noexcept { return sizeof(counted); }

 private:
  struct counted {
    std::atomic<std::uint32_t> owners;
    Value value;
  };

  [[nodiscard]] static const Value& none() noexcept {
    static const Value nothing{};
    return nothing;
  }

  counted* held_ = nullptr;
};

}  // namespace collab::detail

#endif  // COLLAB_DOCUMENT_DETAIL_SHARED_VALUE_HPP
