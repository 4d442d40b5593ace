// storage/faulty_vfs.hpp - SQLite's file layer, watched and made to fail.
//
// While one lives, databases opened in this process go through it. It knows whether the
// write-ahead log holds bytes that no sync has covered, and can refuse writes and syncs.

#ifndef COLLAB_TESTS_STORAGE_FAULTY_VFS_HPP
#define COLLAB_TESTS_STORAGE_FAULTY_VFS_HPP

#include <sqlite3.h>

#include <atomic>

namespace collab_test {

class faulty_vfs {
 public:
  faulty_vfs() {
    below_ = sqlite3_vfs_find(nullptr);
    self_ = this;
    shim_ = *below_;
    shim_.zName = "faulty";
    shim_.szOsFile = static_cast<int>(sizeof(file)) + below_->szOsFile;
    shim_.xOpen = &open;
    sqlite3_vfs_register(&shim_, 1);
  }
  ~faulty_vfs() { sqlite3_vfs_unregister(&shim_); }
  faulty_vfs(const faulty_vfs&) = delete;
  faulty_vfs& operator=(const faulty_vfs&) = delete;

  // SQLITE_OK, or what every write to, or sync of, the log answers from now on.
  std::atomic<int> write_answer = SQLITE_OK;
  std::atomic<int> sync_answer = SQLITE_OK;

  std::atomic<bool> unsynced = false;
  std::atomic<int> syncs = 0;

 private:
  struct file {
    sqlite3_file base;
    bool is_log;
  };

  static sqlite3_file* below(sqlite3_file* above) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<file*>(above) + 1);
  }

  static int open(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* above, int flags,
                  int* out_flags) {
    auto* opened = reinterpret_cast<file*>(above);
    opened->base.pMethods = nullptr;
    opened->is_log = (flags & SQLITE_OPEN_WAL) != 0;
    const int code = self_->below_->xOpen(self_->below_, name, below(above), flags, out_flags);
    if (code == SQLITE_OK) {
      opened->base.pMethods = methods();
    }
    return code;
  }

  static int write(sqlite3_file* above, const void* bytes, int size, sqlite3_int64 offset) {
    if (reinterpret_cast<file*>(above)->is_log) {
      if (const int answer = self_->write_answer; answer != SQLITE_OK) {
        return answer;
      }
      self_->unsynced = true;
    }
    return below(above)->pMethods->xWrite(below(above), bytes, size, offset);
  }

  static int sync(sqlite3_file* above, int flags) {
    const bool is_log = reinterpret_cast<file*>(above)->is_log;
    if (const int answer = self_->sync_answer; is_log && answer != SQLITE_OK) {
      return answer;
    }
    const int code = below(above)->pMethods->xSync(below(above), flags);
    if (is_log && code == SQLITE_OK) {
      self_->unsynced = false;
      ++self_->syncs;
    }
    return code;
  }

  // Passes a call on to the file below.
  template <auto Method, class... Arguments>
  static auto pass(sqlite3_file* above, Arguments... arguments) {
    return (below(above)->pMethods->*Method)(below(above), arguments...);
  }

  static const sqlite3_io_methods* methods() {
    using io = sqlite3_io_methods;
    static const io table = {
        .iVersion = 2,
        .xClose = &pass<&io::xClose>,
        .xRead = &pass<&io::xRead, void*, int, sqlite3_int64>,
        .xWrite = &write,
        .xTruncate = &pass<&io::xTruncate, sqlite3_int64>,
        .xSync = &sync,
        .xFileSize = &pass<&io::xFileSize, sqlite3_int64*>,
        .xLock = &pass<&io::xLock, int>,
        .xUnlock = &pass<&io::xUnlock, int>,
        .xCheckReservedLock = &pass<&io::xCheckReservedLock, int*>,
        .xFileControl = &pass<&io::xFileControl, int, void*>,
        .xSectorSize = &pass<&io::xSectorSize>,
        .xDeviceCharacteristics = &pass<&io::xDeviceCharacteristics>,
        .xShmMap = &pass<&io::xShmMap, int, int, int, void volatile**>,
        .xShmLock = &pass<&io::xShmLock, int, int, int>,
        .xShmBarrier = &pass<&io::xShmBarrier>,
        .xShmUnmap = &pass<&io::xShmUnmap, int>,
        .xFetch = nullptr,
        .xUnfetch = nullptr,
    };
    return &table;
  }

  static inline faulty_vfs* self_ = nullptr;
  sqlite3_vfs* below_ = nullptr;
  sqlite3_vfs shim_{};
};

}  // namespace collab_test

#endif  // COLLAB_TESTS_STORAGE_FAULTY_VFS_HPP
