// tests/ink/allocations.hpp - how often this test binary has asked the heap for memory.
//
// allocations.cpp replaces operator new.

#ifndef COLLAB_TESTS_INK_ALLOCATIONS_HPP
#define COLLAB_TESTS_INK_ALLOCATIONS_HPP

#include <cstddef>

namespace ink_test {

// Calls of operator new since the program began.
[[nodiscard]] std::size_t allocations();

// Whether operator new throws from now on.
void exhaust_heap(bool is_empty);

}  // namespace ink_test

#endif  // COLLAB_TESTS_INK_ALLOCATIONS_HPP
