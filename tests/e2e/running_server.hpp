// e2e/running_server.hpp - a board server on any free port, ready, that serves no page.

#ifndef COLLAB_TESTS_E2E_RUNNING_SERVER_HPP
#define COLLAB_TESTS_E2E_RUNNING_SERVER_HPP

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/server_process.hpp"

namespace collab_test {

// Fails the test case when it does not become ready. `arguments` win: the last one holds.
struct running_server : server_process {
  explicit running_server(std::vector<std::string> arguments = {}, std::string storage = "memory")
      : server_process{with_basics(std::move(arguments), std::move(storage))} {
    REQUIRE_MESSAGE(wait_until_ready(), errors());
  }

 private:
  static std::vector<std::string> with_basics(std::vector<std::string> arguments,
                                              std::string storage) {
    arguments.insert(arguments.begin(),
                     {"--no-web", "--listen", "127.0.0.1:0", "--storage", std::move(storage)});
    return arguments;
  }
};

}  // namespace collab_test

#endif  // COLLAB_TESTS_E2E_RUNNING_SERVER_HPP
