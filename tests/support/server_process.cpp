#include "support/server_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace collab_test {
namespace {

using steady = std::chrono::steady_clock;

std::system_error failure(const char* what) {
  return std::system_error{errno, std::generic_category(), what};
}

// The part of a child between fork and exec: only calls that are safe there.
[[noreturn]] void become(char* const* words, int out, int errors) {
#ifdef __linux__
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
  ::dup2(out, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  ::execv(words[0], words);
  constexpr std::string_view sorry = "the program can't be started\n";
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, sorry.data(), sorry.size());
  ::_exit(127);
}

}  // namespace

std::string board_server_program() {
  const char* chosen = std::getenv("COLLAB_BOARD_SERVER");
  return chosen != nullptr && *chosen != '\0' ? chosen : COLLAB_BOARD_SERVER;
}

std::string board_client_program() {
  const char* chosen = std::getenv("COLLAB_BOARD_CLIENT");
  return chosen != nullptr && *chosen != '\0' ? chosen : COLLAB_BOARD_CLIENT;
}

server_process::server_process(std::vector<std::string> arguments, std::string program) {
  arguments.insert(arguments.begin(), std::move(program));
  std::vector<char*> words;
  for (std::string& each : arguments) {
    words.push_back(each.data());
  }
  words.push_back(nullptr);

  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw failure("pipe");
  }
  output_pipe_ = ends[0];
  // Without a name, so that it is gone whatever happens.
  errors_ = std::tmpfile();
  if (errors_ == nullptr) {
    throw failure("tmpfile");
  }
  ::fcntl(::fileno(errors_), F_SETFD, FD_CLOEXEC);
  pid_ = ::fork();
  if (pid_ == 0) {
    become(words.data(), ends[1], ::fileno(errors_));
  }
  ::close(ends[1]);
  if (pid_ < 0) {
    throw failure("fork");
  }
}

server_process::~server_process() {
  signal(SIGKILL);
  wait_for_exit();
  ::close(output_pipe_);
  std::fclose(errors_);
}

bool server_process::read_output(steady::time_point until) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady::now());
    pollfd wait{output_pipe_, POLLIN, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(std::max<std::int64_t>(0, left.count())));
    if (ready == 0) {
      return true;
    }
    std::array<char, 4096> bytes{};
    const ssize_t count = ready > 0 ? ::read(output_pipe_, bytes.data(), bytes.size()) : -1;
    if (count == 0) {
      return false;
    }
    if (count > 0) {
      output_.append(bytes.data(), static_cast<std::size_t>(count));
      return true;
    }
    if (errno != EINTR) {
      throw failure("reading the output of the server");
    }
  }
}

bool server_process::wait_until_ready(std::chrono::milliseconds at_most) {
  constexpr std::string_view ready = "listening on http://";
  const auto until = steady::now() + at_most;
  while (steady::now() < until) {
    const std::size_t line = output_.find(ready);
    const std::size_t end = line == std::string::npos ? line : output_.find('\n', line);
    if (end != std::string::npos) {
      const std::size_t colon = output_.rfind(':', end);
      const char* last = output_.data() + end;
      const auto parsed = std::from_chars(output_.data() + colon + 1, last, port_);
      return parsed.ec == std::errc{} && parsed.ptr == last;
    }
    if (!read_output(until)) {
      return false;
    }
  }
  return false;
}

void server_process::signal(int number) const {
  if (!exit_code_.has_value()) {
    ::kill(pid_, number);
  }
}

std::optional<int> server_process::wait_for_exit(std::chrono::milliseconds at_most) {
  if (exit_code_.has_value()) {
    return exit_code_;
  }
  const auto until = steady::now() + at_most;
  // The end of its output is the end of the program: nobody else holds the pipe.
  while (read_output(until)) {
    if (steady::now() >= until) {
      return std::nullopt;
    }
  }
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return exit_code_;
}

std::string server_process::errors() const {
  std::string text;
  std::array<char, 4096> bytes{};
  for (;;) {
    const ssize_t count =
        ::pread(::fileno(errors_), bytes.data(), bytes.size(), static_cast<off_t>(text.size()));
    if (count <= 0) {
      return text;
    }
    text.append(bytes.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace collab_test
