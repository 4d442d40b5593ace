// collab/client/detail/own_stroke.hpp - a stroke of this client, from its first point until the
// server has it whole.

#ifndef COLLAB_CLIENT_DETAIL_OWN_STROKE_HPP
#define COLLAB_CLIENT_DETAIL_OWN_STROKE_HPP

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "collab/core/ids.hpp"
#include "collab/document/element.hpp"
#include "collab/ink/point.hpp"

namespace collab::detail {

// One ping of a connection; what the server said before it answered was said of what it had got
// before. 0 is before all.
using ping_number = std::uint64_t;

// An element like `of` under another id, by another creator, without points and index.
[[nodiscard]] inline element renamed(const element& of, element_id id, user_id creator) {
  element made =
      of.kind() == element_kind::host
          ? element{std::move(id), host_kind{std::string{of.kind_name()}}, std::move(creator)}
          : element{std::move(id), of.kind(), std::move(creator)};
  for (const property_register& each : of.registers()) {
    if (each.key != property::index) {
      made.set(each.key, each.value, each.stamp, each.writer);
    }
  }
  return made;
}

// A stroke that is being drawn, or one whose end is not answered.
struct own_stroke {
  // What was begun this often and refused is sent only as a whole.
  static constexpr int beginnings_max = 2;
  static constexpr int gaps_max = 4;

  // Its properties, without points.
  element style;
  // On the grid.
  std::vector<point> points;
  // The server was sent its beginning, in this connection or one that was resumed.
  bool is_started = false;
  // How many points were sent, as far as the server has them.
  std::size_t sent = 0;
  // Not sent any more but as a whole, once it has ended.
  bool is_silent = false;
  // The next points begin a run of their own.
  bool is_anew = false;
  // What the server says before it has answered this ping is about what was sent before.
  ping_number fence = 0;
  int gaps = 0;
  // As many points were told to be an element by now, which may be removed again.
  std::optional<std::size_t> committed{};

  [[nodiscard]] const element_id& id() const noexcept { return style.id(); }

  // The server has the first `have` points; nullopt: it has not even the beginning.
  void rewind(std::optional<std::size_t> have) {
    is_started = have.has_value();
    is_anew = true;
    sent = std::min(have.value_or(0), points.size());
  }

  // As rewind(), because the server says so of a connection that stands. What it never takes is
  // not tried for ever; true: what it has of it has to be cancelled.
  [[nodiscard]] bool missed(std::optional<std::size_t> have) {
    ++gaps;
    rewind(have);
    if (!have.has_value()) {
      is_silent = is_silent || gaps > beginnings_max;
    } else if (gaps > gaps_max) {
      rewind(std::nullopt);
      is_silent = true;
      return true;
    }
    return false;
  }

  // A connection begins.
  void renew() noexcept {
    gaps = 0;
    fence = 0;
  }

  // The first `have` points are an element that will not grow: what is left goes on from the
  // last of them under another id, so that the two meet.
  void continue_after(std::size_t have, element_id fresh) {
    style = renamed(style, std::move(fresh), style.creator());
    points.erase(points.begin(),
                 points.begin() + static_cast<std::ptrdiff_t>(
                                      std::min(points.size(), std::max<std::size_t>(have, 1) - 1)));
    rewind(std::nullopt);
    is_silent = false;
    gaps = 0;
    committed.reset();
  }

  // The whole stroke as an element. Requires: points on the grid.
  [[nodiscard]] element whole(std::size_t count) const {
    element made = style;
    [[maybe_unused]] const absl::Status status =
        made.set_points(std::span{points}.first(std::min(count, points.size())));
    assert(status.ok());
    return made;
  }
  [[nodiscard]] element whole() const { return whole(points.size()); }

  // The memory that it takes, about.
  [[nodiscard]] std::size_t bytes() const noexcept {
    return sizeof(own_stroke) + style.bytes() + points.size() * sizeof(point);
  }
};

}  // namespace collab::detail

#endif  // COLLAB_CLIENT_DETAIL_OWN_STROKE_HPP
