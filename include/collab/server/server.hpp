// collab/server/server.hpp - a board server: rooms, storage, WebSocket and HTTP in one.
//
//   auto storage = collab::sqlite_storage::open_file("board.db");
//   if (!storage.ok()) return fail(storage.status());
//   collab::server server{**storage};
//   if (absl::Status status = server.listen("127.0.0.1:8080"); !status.ok()) return fail(status);
//   server.run();   // until stop() or a signal
//
// What it answers is in docs/protocol.md. For rooms without a network see room_host.

#ifndef COLLAB_SERVER_SERVER_HPP
#define COLLAB_SERVER_SERVER_HPP

#include <absl/status/status.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "collab/core/log_sink.hpp"
#include "collab/server/room_host.hpp"
#include "collab/storage/storage.hpp"

namespace collab {

struct server_options {
  // Event loops, each on one thread. 1 is what this version can do.
  std::size_t threads = 1;

  // The limits, and how long rooms stay in memory.
  room_host_options rooms;

  // A folder of files to be served at `/`; empty for none. Read once, when listening begins.
  std::string web_directory;

  // Origins of pages that may connect, such as `https://boards.example`, besides those
  // that this server serves itself. Clients that name no origin are no browsers and may.
  std::vector<std::string> allowed_origins;

  // Where to tell what happened; null for nowhere. Must outlive the server.
  log_sink* log = nullptr;
};

// Threads: stop() from any thread; all else from the one that calls run().
class server {
 public:
  // Keeps a reference to `store`, which must outlive this object.
  explicit server(storage& store, server_options options = {});
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  // Begins to accept connections at `address`, HOST:PORT; port 0 means any free one. They
  // are served once run() is called. From here on SIGINT and SIGTERM are the server's.
  //
  // Fails with invalid_argument when the address, the web folder or an option is not
  // usable, unavailable when the address is taken.
  absl::Status listen(std::string_view address);

  // See room_host::on_host_message(); the handler is called on the thread that runs, and must
  // not destroy the server. To be called before run().
  void on_host_message(host_message_handler handler);

  // Where the server listens: `http://HOST:PORT`. Requires: listen() has succeeded.
  [[nodiscard]] std::string url() const;

  // Serves until stop() is called or SIGINT or SIGTERM comes; then commits what is pending,
  // sends `server:closing`, closes every connection with 1001, and returns within 10 s. A
  // second signal ends at once.
  void run();

  // Makes run() come to its orderly end.
  void stop();

  // Of the thread that runs.
  [[nodiscard]] room_host_statistics statistics() const;

 private:
  class state;
  std::unique_ptr<state> state_;
};

}  // namespace collab

#endif  // COLLAB_SERVER_SERVER_HPP
