// A server inside a program: it listens on any free port, answers, and stops when told to.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <collab/server/server.hpp>
#include <collab/storage/sqlite_storage.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

namespace {

// What the server at `port` answers to a plain request.
std::string ask(int port, const std::string& path) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const std::string request =
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    if (::write(socket, request.data(), request.size()) > 0) {
      char buffer[4096];
      for (ssize_t count = 0; (count = ::read(socket, buffer, sizeof buffer)) > 0;) {
        answer.append(buffer, static_cast<std::size_t>(count));
      }
    }
  }
  ::close(socket);
  return answer;
}

}  // namespace

int main() {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("collab-consumer-" + std::to_string(::getpid()));
  bool good = false;
  {
    auto storage = collab::sqlite_storage::open_file((folder / "board.db").string());
    if (!storage.ok()) {
      std::fprintf(stderr, "storage: %s\n", storage.status().ToString().c_str());
      return 1;
    }
    collab::server boards{**storage};
    if (const absl::Status status = boards.listen("127.0.0.1:0"); !status.ok()) {
      std::fprintf(stderr, "listen: %s\n", status.ToString().c_str());
      return 1;
    }
    const std::string url = boards.url();
    const int port = std::atoi(url.substr(url.rfind(':') + 1).c_str());
    std::thread running{[&boards] { boards.run(); }};
    const std::string health = ask(port, "/healthz");
    const std::string board = ask(port, "/v1/rooms/ROOM01/snapshot.json");
    boards.stop();
    running.join();
    good = health.find(" 200 ") != std::string::npos &&
           board.find("\"elements\":[]") != std::string::npos;
    if (!good) {
      std::fprintf(stderr, "%s answered:\n%s\n%s\n", url.c_str(), health.c_str(), board.c_str());
    }
  }
  std::filesystem::remove_all(folder);
  return good ? 0 : 1;
}
