// collab/core/log_sink.hpp - where a host hears what happened.

#ifndef COLLAB_CORE_LOG_SINK_HPP
#define COLLAB_CORE_LOG_SINK_HPP

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace collab {

enum class log_level : std::uint8_t { debug, info, warning, error };

// A named part of a log line, such as the room it is about.
struct log_field {
  std::string_view name;
  std::string_view value;
};

// Threads: write() must be callable from any thread at once.
class log_sink {
 public:
  virtual ~log_sink() = default;

  // Takes one line. `message` is a constant phrase, what varies is in `fields`; both are
  // valid during the call. No secret is ever passed.
  virtual void write(log_level level, std::string_view message,
                     std::span<const log_field> fields) = 0;

  void write(log_level level, std::string_view message,
             std::initializer_list<log_field> fields = {}) {
    write(level, message, std::span<const log_field>{fields.begin(), fields.size()});
  }

 protected:
  log_sink() = default;
  log_sink(const log_sink&) = default;
  log_sink& operator=(const log_sink&) = default;
};

// Hears nothing.
class null_log_sink final : public log_sink {
 public:
  using log_sink::write;
  void write(log_level, std::string_view, std::span<const log_field>) override {}
};

}  // namespace collab

#endif  // COLLAB_CORE_LOG_SINK_HPP
