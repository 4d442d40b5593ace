// collab/ink/detail/inlining.hpp - what is to be part of its callers, and what is not.
//
// Hints for speed, spelled as each compiler wants them.

#ifndef COLLAB_INK_DETAIL_INLINING_HPP
#define COLLAB_INK_DETAIL_INLINING_HPP

// In front of the return type, and of `static` too.
#if defined(__GNUC__) || defined(__clang__)
#define COLLAB_ALWAYS_INLINE [[gnu::always_inline]] inline
#define COLLAB_NEVER_INLINE [[gnu::noinline, gnu::cold]]
#elif defined(_MSC_VER)
#define COLLAB_ALWAYS_INLINE __forceinline
#define COLLAB_NEVER_INLINE __declspec(noinline)
#else
#define COLLAB_ALWAYS_INLINE inline
#define COLLAB_NEVER_INLINE
#endif

#endif  // COLLAB_INK_DETAIL_INLINING_HPP
