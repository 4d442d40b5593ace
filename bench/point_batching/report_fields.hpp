// point_batching/report_fields.hpp - the columns that CSV and JSON share.

#ifndef COLLAB_BENCH_POINT_BATCHING_REPORT_FIELDS_HPP
#define COLLAB_BENCH_POINT_BATCHING_REPORT_FIELDS_HPP

#include <string_view>

#include "measurement.hpp"

namespace point_batching {

// A column of numbers; those before it are the names `policy` and `encoding`.
struct report_field {
  std::string_view name;
  double (*value)(const measurement& row);
};

inline constexpr report_field report_fields[] = {
    {"raw_points", [](const measurement& r) { return static_cast<double>(r.cost.raw_points); }},
    {"sent_points", [](const measurement& r) { return static_cast<double>(r.cost.sent_points); }},
    {"messages", [](const measurement& r) { return static_cast<double>(r.cost.messages); }},
    {"bytes", [](const measurement& r) { return static_cast<double>(r.cost.bytes); }},
    {"messages_per_second", [](const measurement& r) { return r.messages_per_second; }},
    {"bytes_per_second", [](const measurement& r) { return r.bytes_per_second; }},
    {"bytes_per_point", [](const measurement& r) { return r.cost.bytes_per_point(); }},
    {"deviation_p99_px", [](const measurement& r) { return r.straight.p99; }},
    {"deviation_max_px", [](const measurement& r) { return r.straight.greatest; }},
    {"curve_deviation_p99_px", [](const measurement& r) { return r.curved.p99; }},
    {"curve_deviation_max_px", [](const measurement& r) { return r.curved.greatest; }},
    {"latency_p50_ms", [](const measurement& r) { return r.latency_p50; }},
    {"latency_p99_ms", [](const measurement& r) { return r.latency_p99; }},
    {"cpu_ns_per_point", [](const measurement& r) { return r.cpu_ns_per_point; }},
};

}  // namespace point_batching

#endif  // COLLAB_BENCH_POINT_BATCHING_REPORT_FIELDS_HPP
