// point_batching/flags.hpp - the command line.

#ifndef COLLAB_BENCH_POINT_BATCHING_FLAGS_HPP
#define COLLAB_BENCH_POINT_BATCHING_FLAGS_HPP

#include <absl/status/statusor.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "encoding.hpp"
#include "policy.hpp"

namespace point_batching {

enum class report_format : std::uint8_t { text, csv, json };

struct flags {
  report_format format = report_format::text;
  // Where the report goes; empty: standard output.
  std::string out;
  // Files and folders; none: the default.
  std::vector<std::string> strokes;
  // In the order of the report, whatever the order they were named in; all if none was.
  std::vector<const policy*> policies;
  std::vector<const named_encoding*> encodings;
  bool wants_help = false;
};

// `--name value` or `--name=value`. InvalidArgument, one line that names the flag, for what is
// not as it should be.
[[nodiscard]] absl::StatusOr<flags> parse_flags(std::span<const std::string> arguments);

[[nodiscard]] std::string help_text();

}  // namespace point_batching

#endif  // COLLAB_BENCH_POINT_BATCHING_FLAGS_HPP
