// collab/storage/fwd.hpp - the names of the storage module, declared only.

#ifndef COLLAB_STORAGE_FWD_HPP
#define COLLAB_STORAGE_FWD_HPP

namespace collab {

struct opened_room;
struct append_request;
class storage;
class memory_storage;

struct sqlite_options;
class sqlite_storage;

}  // namespace collab

#endif  // COLLAB_STORAGE_FWD_HPP
