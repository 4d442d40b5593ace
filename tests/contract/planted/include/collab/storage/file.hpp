// Faults for layers.cmake to find. A storage may have a lock, and may read files.
#include <fstream>
#include <mutex>

#include <simdjson.h>  // planted

#include "collab/transport/transport.hpp"  // planted
