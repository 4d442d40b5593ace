// src/server/metrics.cpp

#include "server/metrics.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/core/version.hpp"

namespace collab {

namespace {

struct row {
  const char* name;
  const char* help;
  std::uint64_t room_host_statistics::* value;
};

constexpr row gauges[] = {
    {"collab_rooms", "Rooms in memory.", &room_host_statistics::rooms},
    {"collab_connections", "WebSocket connections.", &room_host_statistics::connections},
    {"collab_members", "Members of all rooms.", &room_host_statistics::members},
    {"collab_elements", "Elements on the boards in memory.", &room_host_statistics::elements},
};

constexpr row counters[] = {
    {"collab_connections_total", "Connections accepted.", &room_host_statistics::connections_total},
    {"collab_rooms_loaded_total", "Rooms loaded from the storage.",
     &room_host_statistics::rooms_loaded_total},
    {"collab_rooms_evicted_total", "Rooms that left memory, empty for long enough.",
     &room_host_statistics::rooms_evicted_total},
    {"collab_rooms_stopped_total", "Rooms stopped by a failure of the storage.",
     &room_host_statistics::rooms_stopped_total},
    {"collab_messages_received_total", "Frames received from clients.",
     &room_host_statistics::messages_in_total},
    {"collab_received_bytes_total", "Bytes of those frames.",
     &room_host_statistics::bytes_in_total},
    {"collab_messages_sent_total", "Messages sent to clients.",
     &room_host_statistics::messages_out_total},
    {"collab_sent_bytes_total", "Bytes of those messages.", &room_host_statistics::bytes_out_total},
    {"collab_bad_messages_total", "Messages that were not understood.",
     &room_host_statistics::bad_messages_total},
    {"collab_operations_total", "Durable operations accepted.",
     &room_host_statistics::operations_total},
    {"collab_operations_rejected_total", "Durable operations rejected.",
     &room_host_statistics::operations_rejected_total},
    {"collab_cursors_dropped_total", "Cursors dropped because of rates or slow readers.",
     &room_host_statistics::cursors_dropped_total},
    {"collab_reads_slowed_total", "Times that a client was read slower than it sent.",
     &room_host_statistics::reads_slowed_total},
    {"collab_slow_readers_closed_total", "Connections closed because they read too slowly.",
     &room_host_statistics::slow_readers_closed_total},
    {"collab_storage_commits_total", "Groups of operations made durable.",
     &room_host_statistics::commits_total},
    {"collab_storage_commits_failed_total", "Groups that the storage refused or missed.",
     &room_host_statistics::commits_failed_total},
};

prometheus::MetricFamily family(const char* name, const char* help, prometheus::MetricType type,
                                double value) {
  prometheus::ClientMetric metric;
  metric.counter.value = value;
  metric.gauge.value = value;
  return {name, help, type, {std::move(metric)}};
}

}  // namespace

std::string encode_metrics(const room_host_statistics& statistics, std::size_t http_connections) {
  std::vector<prometheus::MetricFamily> families;
  for (const row& each : gauges) {
    families.push_back(family(each.name, each.help, prometheus::MetricType::Gauge,
                              static_cast<double>(statistics.*each.value)));
  }
  families.push_back(family("collab_open_sockets", "Connections of every kind.",
                            prometheus::MetricType::Gauge, static_cast<double>(http_connections)));
  for (const row& each : counters) {
    families.push_back(family(each.name, each.help, prometheus::MetricType::Counter,
                              static_cast<double>(statistics.*each.value)));
  }
  prometheus::MetricFamily build =
      family("collab_build_info", "The version that runs.", prometheus::MetricType::Gauge, 1);
  build.metric.front().label = {{"version", COLLAB_VERSION_STRING}};
  families.push_back(std::move(build));
  return prometheus::TextSerializer{}.Serialize(families);
}

}  // namespace collab
