// src/server/metrics.hpp - the statistics of a room_host as Prometheus text.

#ifndef COLLAB_SRC_SERVER_METRICS_HPP
#define COLLAB_SRC_SERVER_METRICS_HPP

#include <string>

#include "collab/server/room_host.hpp"

namespace collab {

// In the text exposition format, version 0.0.4.
[[nodiscard]] std::string encode_metrics(const room_host_statistics& statistics,
                                         std::size_t http_connections);

}  // namespace collab

#endif  // COLLAB_SRC_SERVER_METRICS_HPP
