// collab/client/pending_store.hpp - where a client keeps what the server has not answered.
//
// Two functions, for a host that wants its people's work to survive a crash of the application:
// implement them on a folder, a key-value store, a table. memory_pending_store is the twin in
// memory, for tests and for clients that come and go within one process.

#ifndef COLLAB_CLIENT_PENDING_STORE_HPP
#define COLLAB_CLIENT_PENDING_STORE_HPP

#include <absl/functional/function_ref.h>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace collab {

// The values of some keys, in the order in which they were written: what was written earlier
// must not be lost while what was written later is kept. One store belongs to one client in one
// room; two clients with the same store would go on with the same session.
//
// Threads: one, that of its client.
class pending_store {
 public:
  virtual ~pending_store() = default;
  pending_store(const pending_store&) = delete;
  pending_store& operator=(const pending_store&) = delete;

  // Keeps `bytes` under `key`, in place of what was there; empty bytes forget the key. Keys are
  // 1 to 64 of a-z 0-9 and `.`. Called before what it keeps is sent, often; must not call the
  // client. A store that can't keep it says so to its host, the client goes on without.
  virtual void save(std::string_view key, std::string_view bytes) = 0;

  // Calls `each` with every key that is kept and its bytes, in any order.
  virtual void load(absl::FunctionRef<void(std::string_view key, std::string_view bytes)> each) = 0;

 protected:
  pending_store() = default;
};

// Threads: distinct objects, safe; one object, one thread at a time.
class memory_pending_store final : public pending_store {
 public:
  void save(std::string_view key, std::string_view bytes) override {
    if (bytes.empty()) {
      kept_.erase(std::string{key});
    } else {
      kept_.insert_or_assign(std::string{key}, std::string{bytes});
    }
  }
  void load(absl::FunctionRef<void(std::string_view key, std::string_view bytes)> each) override {
    for (const auto& [key, bytes] : kept_) {
      each(key, bytes);
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return kept_.size(); }

 private:
  std::map<std::string, std::string> kept_;
};

}  // namespace collab

#endif  // COLLAB_CLIENT_PENDING_STORE_HPP
