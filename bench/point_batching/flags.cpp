#include "flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

namespace point_batching {
namespace {

absl::Status wrong(std::string_view name, std::string_view value, std::string_view why) {
  return absl::InvalidArgumentError(fmt::format("{} '{}': {}", name, value, why));
}

absl::Status set_format(std::string_view value, flags& into) {
  if (value != "text" && value != "csv" && value != "json") {
    return wrong("--format", value, "text, csv or json is needed");
  }
  into.format = value == "csv"    ? report_format::csv
                : value == "json" ? report_format::json
                                  : report_format::text;
  return absl::OkStatus();
}

absl::Status add_policy(std::string_view value, flags& into) {
  const policy* found = find_policy(value);
  if (found == nullptr) {
    return wrong("--policy", value, "there is no such policy, see --help");
  }
  into.policies.push_back(found);
  return absl::OkStatus();
}

absl::Status add_encoding(std::string_view value, flags& into) {
  const named_encoding* found = find_encoding(value);
  if (found == nullptr) {
    return wrong(
        "--encoding", value,
        value == "msgpack" ? missing_encodings() : "there is no such encoding, see --help");
  }
  into.encodings.push_back(found);
  return absl::OkStatus();
}

bool is_flag_with_value(std::string_view name) {
  constexpr std::string_view names[] = {"--format", "--out", "--strokes", "--policy", "--encoding"};
  return std::ranges::find(names, name) != std::end(names);
}

absl::Status apply(std::string_view name, std::string_view value, flags& into) {
  if (name == "--format") {
    return set_format(value, into);
  }
  if (name == "--policy") {
    return add_policy(value, into);
  }
  if (name == "--encoding") {
    return add_encoding(value, into);
  }
  if (value.empty()) {
    return wrong(name, value, "a path is needed");
  }
  if (name == "--out") {
    into.out = value;
  } else {
    into.strokes.emplace_back(value);
  }
  return absl::OkStatus();
}

// Puts what was chosen in the order of `all`, each once; chooses all if nothing was.
template <typename Item>
void put_in_order(std::span<const Item> all, std::vector<const Item*>& chosen) {
  std::ranges::sort(chosen);
  const auto repeated = std::ranges::unique(chosen);
  chosen.erase(repeated.begin(), repeated.end());
  if (chosen.empty()) {
    for (const Item& each : all) {
      chosen.push_back(&each);
    }
  }
}

}  // namespace

absl::StatusOr<flags> parse_flags(std::span<const std::string> arguments) {
  flags result;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--help") {
      result.wants_help = true;
      continue;
    }
    const std::size_t equals = std::min(argument.find('='), argument.size());
    const std::string_view name = argument.substr(0, equals);
    if (!is_flag_with_value(name)) {
      return absl::InvalidArgumentError(fmt::format("'{}': there is no such flag", argument));
    }
    std::string_view value;
    if (equals < argument.size()) {
      value = argument.substr(equals + 1);
    } else if (i + 1 < arguments.size()) {
      value = arguments[++i];
    } else {
      return absl::InvalidArgumentError(fmt::format("{}: a value is missing", name));
    }
    if (absl::Status status = apply(name, value, result); !status.ok()) {
      return status;
    }
  }
  put_in_order(policies(), result.policies);
  put_in_order(encodings(), result.encodings);
  return result;
}

std::string help_text() {
  std::string text =
      "point_batching: what sending a stroke point by point costs, and what cheaper ways leave\n\n"
      "  --format text|csv|json    (default: text)\n"
      "  --out FILE                write the report there (default: standard output)\n"
      "  --strokes FILE|FOLDER     what to play, may be repeated (default: COLLAB_DATA_DIR, or\n"
      "                            ../shared/data beside the repository, or generated strokes)\n"
      "  --policy NAME             only this one, may be repeated (default: all)\n"
      "  --encoding NAME           only this one, may be repeated (default: all)\n"
      "  --help\n\nPolicies:\n";
  for (const policy& each : policies()) {
    fmt::format_to(std::back_inserter(text), "  {:<20} {}\n", each.name, each.meaning);
  }
  text += "\nEncodings:\n";
  for (const named_encoding& each : encodings()) {
    fmt::format_to(std::back_inserter(text), "  {:<20} {}\n", each.name, each.meaning);
  }
  if (!missing_encodings().empty()) {
    text.append("  ").append(missing_encodings()).append("\n");
  }
  text +=
      "\nStrokes are read as one stroke a line, [[x, y, pressure, t], ...] with t in ms; as CSV\n"
      "with the header stroke,x,y,pressure,t; and in the formats of the recordings that the\n"
      "tests use. All may be packed by gzip.\n";
  return text;
}

}  // namespace point_batching
