#include <fmt/format.h>

#include <iterator>

#include "report.hpp"
#include "report_fields.hpp"

namespace point_batching {

std::string to_csv(const report& found) {
  std::string text = "policy,encoding";
  for (const report_field& field : report_fields) {
    text.append(",").append(field.name);
  }
  text += '\n';
  for (const measurement& row : found.rows) {
    fmt::format_to(std::back_inserter(text), "{},{}", row.policy, row.encoding);
    for (const report_field& field : report_fields) {
      fmt::format_to(std::back_inserter(text), ",{:.10g}", field.value(row));
    }
    text += '\n';
  }
  return text;
}

}  // namespace point_batching
