// collab/client/client_stroke.hpp - a stroke while it is being drawn here.

#ifndef COLLAB_CLIENT_CLIENT_STROKE_HPP
#define COLLAB_CLIENT_CLIENT_STROKE_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "collab/client/client_options.hpp"
#include "collab/core/ids.hpp"
#include "collab/document/property.hpp"
#include "collab/ink/point.hpp"

// The functions are defined in client.hpp.

namespace collab {

namespace detail {
class client_core;
}

// How a stroke looks.
struct stroke_style {
  token tool = token::pen;
  collab::color color{};
  double width = 2;
  double opacity = 1;
  // The id; one is made when it is empty. Those of the pieces of a long stroke are made.
  element_id id{};
  // Undone together with other operations of the same group; empty: by itself.
  std::string group{};
};

// A handle: it may outlive the client and the stroke, and then does nothing. A copy stands for
// the same stroke. Dropping it changes nothing: the stroke goes on until end() or cancel().
//
// Threads: that of the client.
class client_stroke {
 public:
  // Of no stroke.
  client_stroke() = default;
  client_stroke(std::weak_ptr<detail::client_core> of, std::uint64_t number)
      : of_{std::move(of)}, number_{number} {}

  // Adds points, which are rounded to the grid; the others see them after the next poll(). A
  // stroke that would have more than limits::points_per_stroke becomes several that meet.
  //
  // Changes nothing and fails with invalid_argument when one of them is_valid() not, with
  // resource_exhausted when too much is pending, with not_found when the stroke is over.
  absl::Status extend(std::span<const point> points);
  absl::Status extend(const point& next) { return extend(std::span<const point>{&next, 1}); }

  // Makes it an element of the board. Without points it is only forgotten: then, and when the
  // stroke is over, not_found. The ticket of a stroke of several pieces is that of the last;
  // of the others that are refused client_observer::on_error() tells, with `stroke:end`.
  absl::StatusOr<operation_ticket> end();

  // Forgets it; nothing when it is over. Pieces that have become elements stay.
  void cancel();

  // Whether it can go on.
  [[nodiscard]] bool is_open() const;
  // That of the piece that is being drawn; empty when it is over.
  [[nodiscard]] element_id id() const;

 private:
  std::weak_ptr<detail::client_core> of_;
  std::uint64_t number_ = 0;
};

}  // namespace collab

#endif  // COLLAB_CLIENT_CLIENT_STROKE_HPP
