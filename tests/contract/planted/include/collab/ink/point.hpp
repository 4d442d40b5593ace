// Faults for layers.cmake to find.
#include "collab/core/words.hpp"
#include "collab/document/element.hpp"  // planted

inline const char* g(const std::type_info& of) { return typeid(of).name(); }  // planted
