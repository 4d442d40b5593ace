// Faults for layers.cmake to find. This is where Asio belongs.
#include <asio.hpp>

#include "collab/core/clock.hpp"
#include "server/host/session.hpp"  // planted
