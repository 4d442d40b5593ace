// Faults for layers.cmake to find.
#include "collab/core/words.hpp"
#include "collab/document/element.hpp"  // planted

inline const char* g(const std::type_info& of) { return typeid(of).name(); }  // planted

using lanes [[gnu::vector_size(16)]] = int;         // planted
inline int h(int of) { return __builtin_clz(of); }  // planted
#ifdef __GNUC__  // planted
#endif
