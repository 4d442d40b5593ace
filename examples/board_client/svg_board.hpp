// examples/board_client/svg_board.hpp - a board as an SVG picture.

#ifndef BOARD_CLIENT_SVG_BOARD_HPP
#define BOARD_CLIENT_SVG_BOARD_HPP

#include <string>

#include "collab/document/document.hpp"

// All of `elements`, from the lowest to the topmost, in a frame that fits them, on white. What
// has no look of its own here, images and a host's kinds, is a dashed box with its name.
[[nodiscard]] std::string draw_svg(const collab::document::ordered_elements& elements);

#endif  // BOARD_CLIENT_SVG_BOARD_HPP
