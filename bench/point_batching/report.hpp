// point_batching/report.hpp - everything one run has found, and the forms it is written in.

#ifndef COLLAB_BENCH_POINT_BATCHING_REPORT_HPP
#define COLLAB_BENCH_POINT_BATCHING_REPORT_HPP

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "measurement.hpp"
#include "relay_cost.hpp"

namespace point_batching {

struct report {
  // Where the strokes are from, in words.
  std::string source;
  std::size_t strokes = 0;
  std::size_t points = 0;
  // How long the pen was down.
  double seconds = 0;
  std::vector<std::string> sets;
  // What was left out or assumed, one line each.
  std::vector<std::string> notes;
  // One row for each policy and encoding.
  std::vector<measurement> rows;
  std::vector<relay_cost> relay;
};

// The compiler, and whether it optimised.
[[nodiscard]] std::string compiler_name();

// For people: a table with aligned columns, how to read it, and the targets.
[[nodiscard]] std::string to_text(const report& found);
// One line of names, one line for each row; numbers with a point and no separator.
[[nodiscard]] std::string to_csv(const report& found);
// One object: what was run, `rows` with the names of the CSV, and `relay`.
[[nodiscard]] std::string to_json(const report& found);

}  // namespace point_batching

#endif  // COLLAB_BENCH_POINT_BATCHING_REPORT_HPP
