// collab/server/stream_log.hpp - log lines as text or JSON, to a file or the terminal.

#ifndef COLLAB_SERVER_STREAM_LOG_HPP
#define COLLAB_SERVER_STREAM_LOG_HPP

#include <cstdio>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>

#include "collab/core/clock.hpp"
#include "collab/core/log_sink.hpp"

namespace collab {

enum class log_format : unsigned char { text, json };

[[nodiscard]] std::optional<log_level> find_log_level(std::string_view name);
[[nodiscard]] std::optional<log_format> find_log_format(std::string_view name);

// Writes each line at once, with the time in UTC.
//
// Threads: safe to share.
class stream_log final : public log_sink {
 public:
  // Writes lines of `least` and above to `out`. Keeps `out` and a reference to `time`, which
  // must outlive this object.
  stream_log(std::FILE* out, const clock& time, log_level least, log_format format)
      : out_{out}, time_{time}, least_{least}, format_{format} {}

  stream_log(std::FILE*, const clock&&, log_level, log_format) = delete;  // Would dangle.

  using log_sink::write;
  void write(log_level level, std::string_view message, std::span<const log_field> fields) override;

 private:
  std::mutex mutex_;
  std::FILE* out_;
  const clock& time_;
  log_level least_;
  log_format format_;
};

}  // namespace collab

#endif  // COLLAB_SERVER_STREAM_LOG_HPP
