// Faults for layers.cmake to find. Words in comments are none: throw, std::thread, asio.
#include <mutex>  // planted

#include "collab/ink/point.hpp"  // planted

inline void throw_away() {}  // A name that only contains such a word is no fault.
inline int try_me(int retry) { return retry; }
inline auto a() { return std::chrono::system_clock::now(); }  // planted
inline auto b() { return std::time(nullptr); }                // planted
inline std::random_device c;                                  // planted
inline void d() { std::this_thread::yield(); }                // planted
inline void e() { throw 1; }                                  // planted
inline void f() { try { e(); } catch (...) { d(); } }         // planted
