// point_batching - what each way to batch and encode the points of a stroke costs and leaves.
//
// bench/README.md says how to read what it prints. Exits with 2 when a flag is wrong, with 1
// when there is nothing to play or the report can't be written.

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "drawn_strokes.hpp"
#include "flags.hpp"
#include "measurement.hpp"
#include "relay_cost.hpp"
#include "report.hpp"

namespace {

using namespace point_batching;

int fail(int code, const std::string& why) {
  std::fprintf(stderr, "point_batching: %s\n", why.c_str());
  return code;
}

absl::StatusOr<report> run(const flags& chosen, const drawn_strokes& drawn) {
  const std::chrono::duration<double> seconds = drawn.time();
  report found{.source = drawn.source,
               .strokes = drawn.strokes.size(),
               .points = drawn.points(),
               .seconds = seconds.count(),
               .sets = drawn.sets(),
               .notes = drawn.notes,
               .rows = {},
               .relay = relay_costs(drawn)};
  if (!missing_encodings().empty()) {
    found.notes.emplace_back(missing_encodings());
  }
  for (const policy* each : chosen.policies) {
    absl::StatusOr<std::vector<measurement>> rows = measure(*each, chosen.encodings, drawn);
    if (!rows.ok()) {
      return rows.status();
    }
    found.rows.insert(found.rows.end(), rows->begin(), rows->end());
  }
  return found;
}

std::string written(const report& found, report_format format) {
  switch (format) {
    case report_format::csv:
      return to_csv(found);
    case report_format::json:
      return to_json(found);
    case report_format::text:
      break;
  }
  return to_text(found);
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> given(arguments + 1, arguments + count);
  const absl::StatusOr<flags> chosen = parse_flags(given);
  if (!chosen.ok()) {
    return fail(2, std::string{chosen.status().message()});
  }
  if (chosen->wants_help) {
    std::fputs(help_text().c_str(), stdout);
    return 0;
  }
  const drawn_strokes drawn = load_drawn_strokes(chosen->strokes);
  if (drawn.strokes.empty()) {
    return fail(1, drawn.notes.empty() ? "there are no strokes in " + drawn.source
                                       : "there are no strokes: " + drawn.notes.front());
  }
  const absl::StatusOr<report> found = run(*chosen, drawn);
  if (!found.ok()) {
    return fail(1, std::string{found.status().message()});
  }
  const std::string text = written(*found, chosen->format);
  if (chosen->out.empty()) {
    std::fputs(text.c_str(), stdout);
    return std::fflush(stdout) == 0 ? 0 : fail(1, "standard output can't be written");
  }
  std::ofstream file{chosen->out, std::ios::binary};
  file << text;
  file.close();
  return file ? 0 : fail(1, "--out '" + chosen->out + "' can't be written");
}
