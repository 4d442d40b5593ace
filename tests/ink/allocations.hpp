// tests/ink/allocations.hpp - how often this test binary has asked the heap for memory.

#ifndef COLLAB_TESTS_INK_ALLOCATIONS_HPP
#define COLLAB_TESTS_INK_ALLOCATIONS_HPP

#include <cstddef>

namespace ink_test {

// Calls of operator new since the program began; allocation_test.cpp replaces it.
[[nodiscard]] std::size_t allocations();

}  // namespace ink_test

#endif  // COLLAB_TESTS_INK_ALLOCATIONS_HPP
