// point_batching/stroke_relay.hpp - the server between the one who draws and those who watch.

#ifndef COLLAB_BENCH_POINT_BATCHING_STROKE_RELAY_HPP
#define COLLAB_BENCH_POINT_BATCHING_STROKE_RELAY_HPP

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "collab/ink/point.hpp"
#include "collab/room/event.hpp"
#include "encoding.hpp"

namespace point_batching {

// Keeps the stroke that is drawn as a room does, on the grid, and encodes what comes.
class stroke_relay {
 public:
  // `to` must outlive the relay.
  explicit stroke_relay(encoding& to) : to_{to} {
    stroke_.stroke = collab::element{std::string{stroke_name}, collab::element_kind::stroke,
                                     std::string{user_name}};
    // As on a board with some work on it.
    stroke_.stroke.set_number(1'000);
  }

  // Begins a stroke; to be called before its first points.
  void begin() {
    stroke_.points.clear();
    to_.begin();
  }

  // Takes the next points of the stroke, all is_valid(), and calls each(payload) for every
  // WebSocket message that goes out.
  template <typename Each>
  void extend(std::span<const collab::point> points, Each&& each) {
    const std::size_t from = stroke_.points.size();
    for (const collab::point& sample : points) {
      stroke_.points.push_back(collab::to_grid(sample));
    }
    to_.encode({points, stroke_, from}, std::forward<Each>(each));
  }

 private:
  encoding& to_;
  collab::live_stroke stroke_;
};

}  // namespace point_batching

#endif  // COLLAB_BENCH_POINT_BATCHING_STROKE_RELAY_HPP
