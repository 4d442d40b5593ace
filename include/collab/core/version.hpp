// collab/core/version.hpp - which version of the library this is.

#ifndef COLLAB_CORE_VERSION_HPP
#define COLLAB_CORE_VERSION_HPP

#define COLLAB_VERSION_MAJOR 0
#define COLLAB_VERSION_MINOR 1
#define COLLAB_VERSION_PATCH 0
#define COLLAB_VERSION_STRING "0.1.0"

#endif  // COLLAB_CORE_VERSION_HPP
