// support/server_process.hpp - a server program run by a test, from its start to its exit code.
//
//   server_process server{{"--listen", "127.0.0.1:0", "--storage", "memory"}};
//   REQUIRE(server.wait_until_ready());
//   ... server.port() ...
//   server.signal(SIGTERM);
//   CHECK(server.wait_for_exit() == 0);

#ifndef COLLAB_TESTS_SUPPORT_SERVER_PROCESS_HPP
#define COLLAB_TESTS_SUPPORT_SERVER_PROCESS_HPP

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace collab_test {

// The board server to be tested: COLLAB_BOARD_SERVER (environment), or the one just built.
[[nodiscard]] std::string board_server_program();
// The board client: COLLAB_BOARD_CLIENT (environment), or the one just built; empty if none was.
[[nodiscard]] std::string board_client_program();

// One running program. What it writes to standard error is kept to be shown with a failure.
// It is killed by the destructor, and on Linux also when the test's process ends.
//
// Threads: one object, one thread at a time.
class server_process {
 public:
  // Starts `program` with `arguments`. Throws std::system_error when it can't.
  explicit server_process(std::vector<std::string> arguments,
                          std::string program = board_server_program());
  ~server_process();
  server_process(const server_process&) = delete;
  server_process& operator=(const server_process&) = delete;

  // Waits for the line `listening on http://HOST:PORT`. False when the program ends or the
  // time is over before it.
  [[nodiscard]] bool wait_until_ready(std::chrono::milliseconds at_most = std::chrono::seconds{30});

  // Requires: wait_until_ready() has succeeded.
  [[nodiscard]] std::uint16_t port() const { return port_; }

  // Sends a signal, if the program still runs.
  void signal(int number) const;

  // The exit code, or 128 + the number of the signal that ended it; nullopt when it still
  // runs after `at_most`.
  std::optional<int> wait_for_exit(std::chrono::milliseconds at_most = std::chrono::seconds{30});

  // What it has written to standard output, as far as it has been read by the waits above.
  [[nodiscard]] const std::string& output() const { return output_; }
  // What it has written to standard error so far.
  [[nodiscard]] std::string errors() const;

 private:
  // Reads output until `until` or the end of it. False once it has ended.
  bool read_output(std::chrono::steady_clock::time_point until);

  pid_t pid_ = -1;
  int output_pipe_ = -1;
  std::FILE* errors_ = nullptr;
  std::string output_;
  std::uint16_t port_ = 0;
  std::optional<int> exit_code_;
};

}  // namespace collab_test

#endif  // COLLAB_TESTS_SUPPORT_SERVER_PROCESS_HPP
