#include "ink/allocations.hpp"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::size_t> taken{0};
std::atomic<bool> is_exhausted{false};

void* counted(std::size_t bytes) {
  ++taken;
  void* got = is_exhausted ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
  if (got == nullptr) {
    throw std::bad_alloc{};
  }
  return got;
}
void* counted_or_none(std::size_t bytes) noexcept {
  ++taken;
  return std::malloc(bytes == 0 ? 1 : bytes);
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t& /*tag*/) noexcept {
  return counted_or_none(bytes);
}
void* operator new[](std::size_t bytes, const std::nothrow_t& /*tag*/) noexcept {
  return counted_or_none(bytes);
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete[](void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t /*bytes*/) noexcept { std::free(at); }
void operator delete[](void* at, std::size_t /*bytes*/) noexcept { std::free(at); }
void operator delete(void* at, const std::nothrow_t& /*tag*/) noexcept { std::free(at); }
void operator delete[](void* at, const std::nothrow_t& /*tag*/) noexcept { std::free(at); }

std::size_t ink_test::allocations() { return taken; }
void ink_test::exhaust_heap(bool is_empty) { is_exhausted = is_empty; }
