// Faults for layers.cmake to find. A storage may have a lock, and may read files.
#include <simdjson.h>  // planted

#include <fstream>
#include <mutex>

#include "collab/transport/transport.hpp"  // planted
