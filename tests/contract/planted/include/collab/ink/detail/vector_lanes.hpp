// Faults for layers.cmake to find; this header may be for some compilers, and has none of them.
#ifdef __GNUC__
using lanes [[gnu::vector_size(16)]] = int;
#endif
