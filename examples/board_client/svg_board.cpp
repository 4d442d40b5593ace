// examples/board_client/svg_board.cpp

#include "svg_board.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <numbers>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/document/element.hpp"
#include "collab/document/element_bounds.hpp"
#include "collab/ink/outline.hpp"
#include "collab/ink/svg_path.hpp"

namespace {

using collab::element;
using collab::element_kind;
using collab::property;

constexpr float margin = 32;

double number(const element& of, property key) { return std::get<double>(of.get(key)); }

std::string text_of(const element& of, property key) {
  const collab::property_value value = of.get(key);
  const auto* held = std::get_if<std::string>(&value);
  return held != nullptr ? *held : std::string{};
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char each : text) {
    switch (each) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        // SVG has no control characters but these.
        if (static_cast<unsigned char>(each) >= ' ' || each == '\n' || each == '\t') {
          result += each;
        }
    }
  }
  return result;
}

// Such as fill="#ef4444" fill-opacity="0.5".
std::string paint(std::string_view attribute, const collab::property_value& value) {
  const auto* color = std::get_if<collab::color>(&value);
  if (color == nullptr) {
    return fmt::format("{}=\"none\"", attribute);
  }
  std::string text = fmt::format("{}=\"#{:06x}\"", attribute, color->rgba >> 8U);
  if (const unsigned alpha = color->rgba & 0xFFU; alpha != 0xFF) {
    text += fmt::format(" {}-opacity=\"{:.3g}\"", attribute, alpha / 255.0);
  }
  return text;
}

std::string line_style(const element& of) {
  const double width = number(of, property::stroke_width);
  std::string style =
      fmt::format("{} stroke-width=\"{:g}\" stroke-linecap=\"round\" stroke-linejoin=\"round\"",
                  paint("stroke", of.get(property::color)), width);
  const auto dash = std::get<collab::token>(of.get(property::dash));
  if (dash == collab::token::dashed) {
    style += fmt::format(" stroke-dasharray=\"{:g} {:g}\"", 4 * width, 3 * width);
  } else if (dash == collab::token::dotted) {
    style += fmt::format(" stroke-dasharray=\"0 {:g}\"", 2.5 * width);
  }
  return style;
}

std::string draw_stroke(const element& of) {
  const auto width = static_cast<float>(number(of, property::width));
  const std::vector<collab::point> points = of.points();
  collab::outliner draw{{.width = std::max(width, 0.01F)}};
  std::vector<collab::vertex> polygon;
  draw.draw(points, polygon);
  std::string path;
  collab::append_svg_path(polygon, path);
  return fmt::format("<path {} fill-rule=\"nonzero\" d=\"{}\"/>",
                     paint("fill", of.get(property::color)), path);
}

std::string draw_box(const element& of) {
  const double width = number(of, property::width);
  const double height = number(of, property::height);
  const std::string style = paint("fill", of.get(property::fill)) + " " + line_style(of);
  const double left = std::min(width, 0.0);
  const double top = std::min(height, 0.0);
  if (of.kind() == element_kind::ellipse) {
    return fmt::format("<ellipse cx=\"{:g}\" cy=\"{:g}\" rx=\"{:g}\" ry=\"{:g}\" {}/>", width / 2,
                       height / 2, std::fabs(width) / 2, std::fabs(height) / 2, style);
  }
  if (of.kind() == element_kind::diamond) {
    return fmt::format("<path d=\"M{0:g} 0L{2:g} {1:g} {0:g} {3:g} 0 {1:g}Z\" {4}/>", width / 2,
                       height / 2, width, height, style);
  }
  return fmt::format("<rect x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" height=\"{:g}\" {}/>", left, top,
                     std::fabs(width), std::fabs(height), style);
}

// The two strokes of a head at `tip`, coming from `from`.
std::string draw_head(const collab::offset& from, const collab::offset& tip, double width) {
  const double length = 8 + 2.6 * width;
  const double angle = std::atan2(tip.y - from.y, tip.x - from.x);
  constexpr double half = std::numbers::pi / 7;
  return fmt::format("M{:g} {:g}L{:g} {:g} {:g} {:g}", tip.x - length * std::cos(angle - half),
                     tip.y - length * std::sin(angle - half), tip.x, tip.y,
                     tip.x - length * std::cos(angle + half),
                     tip.y - length * std::sin(angle + half));
}

std::string draw_line(const element& of) {
  const auto points =
      std::get<std::shared_ptr<const collab::offset_list>>(of.get(property::points));
  if (points == nullptr || points->empty()) {
    return {};
  }
  std::string path;
  for (const collab::offset& each : *points) {
    path += fmt::format("{}{:g} {:g}", path.empty() ? 'M' : 'L', each.x, each.y);
  }
  const double width = number(of, property::stroke_width);
  if (points->size() > 1) {
    if (std::get<collab::token>(of.get(property::end_head)) == collab::token::arrow) {
      path += draw_head(*std::prev(points->end(), 2), points->back(), width);
    }
    if (std::get<collab::token>(of.get(property::start_head)) == collab::token::arrow) {
      path += draw_head((*points)[1], points->front(), width);
    }
  }
  return fmt::format("<path fill=\"none\" {} d=\"{}\"/>", line_style(of), path);
}

std::string draw_text(const element& of) {
  const double size = number(of, property::font_size);
  const collab::bounds box = collab::shape_bounds(of);
  std::string svg;
  double inset = 0;
  if (of.kind() == element_kind::sticky) {
    inset = size / 2;
    svg = fmt::format("<rect width=\"{:g}\" height=\"{:g}\" rx=\"4\" {}/>", box.right, box.bottom,
                      paint("fill", of.get(property::fill)));
  }
  svg += fmt::format("<text font-family=\"sans-serif\" font-size=\"{:g}\" {}>", size,
                     paint("fill", of.get(property::color)));
  std::string text = text_of(of, property::text);
  std::string_view rest = text;
  double y = inset + size;
  while (true) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    svg += fmt::format("<tspan x=\"{:g}\" y=\"{:g}\">{}</tspan>", inset, y,
                       escaped(rest.substr(0, end)));
    if (end == rest.size()) {
      break;
    }
    rest.remove_prefix(end + 1);
    y += size * 1.25;
  }
  return svg + "</text>";
}

std::string draw_placeholder(const element& of) {
  const collab::bounds box = collab::shape_bounds(of);
  return fmt::format(
      "<rect x=\"{:g}\" y=\"{:g}\" width=\"{:g}\" height=\"{:g}\" fill=\"none\" "
      "stroke=\"#888\" stroke-dasharray=\"6 4\"/>"
      "<text x=\"{:g}\" y=\"{:g}\" font-family=\"sans-serif\" font-size=\"12\" "
      "fill=\"#888\">{}</text>",
      box.left, box.top, box.right - box.left, box.bottom - box.top, box.left + 4, box.top + 14,
      escaped(of.kind_name()));
}

std::string draw_element(const element& of) {
  std::string inner;
  switch (of.kind()) {
    case element_kind::stroke:
      inner = draw_stroke(of);
      break;
    case element_kind::rect:
    case element_kind::ellipse:
    case element_kind::diamond:
      inner = draw_box(of);
      break;
    case element_kind::line:
    case element_kind::arrow:
      inner = draw_line(of);
      break;
    case element_kind::text:
    case element_kind::sticky:
      inner = draw_text(of);
      break;
    case element_kind::image:
    case element_kind::host:
      inner = draw_placeholder(of);
      break;
  }
  std::string move =
      fmt::format("translate({:g} {:g})", number(of, property::x), number(of, property::y));
  if (const double angle = number(of, property::angle); angle != 0) {
    const collab::bounds box = collab::shape_bounds(of);
    move += fmt::format(" rotate({:g} {:g} {:g})", angle * 180 / std::numbers::pi,
                        (box.left + box.right) / 2, (box.top + box.bottom) / 2);
  }
  const double opacity = number(of, property::opacity);
  return fmt::format("<g transform=\"{}\"{}>{}</g>\n", move,
                     opacity < 1 ? fmt::format(" opacity=\"{:g}\"", opacity) : "", inner);
}

}  // namespace

std::string draw_svg(const collab::document::ordered_elements& elements) {
  collab::bounds frame;
  for (const element* each : elements) {
    const collab::bounds box = collab::element_bounds(*each);
    frame.add(box.left, box.top);
    frame.add(box.right, box.bottom);
  }
  if (frame.is_empty()) {
    frame.add(0, 0);
  }
  const float left = frame.left - margin;
  const float top = frame.top - margin;
  const float width = frame.right + margin - left;
  const float height = frame.bottom + margin - top;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{2:g}\" height=\"{3:g}\" "
      "viewBox=\"{0:g} {1:g} {2:g} {3:g}\">\n"
      "<rect x=\"{0:g}\" y=\"{1:g}\" width=\"{2:g}\" height=\"{3:g}\" fill=\"#fff\"/>\n",
      left, top, width, height);
  for (const element* each : elements) {
    svg += draw_element(*each);
  }
  return svg + "</svg>\n";
}
