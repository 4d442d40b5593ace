// examples/04_outline_svg.cpp - draws a stroke with the width of its pressure, as SVG.
//
// Writes a picture to the standard output: the outline of the whole stroke in black, and,
// below it, the pieces that a renderer paints one by one while the stroke grows.
//
//   04_outline_svg > stroke.svg

#include <cmath>
#include <collab/ink/gap_interpolator.hpp>
#include <collab/ink/outline.hpp>
#include <collab/ink/stream_outliner.hpp>
#include <collab/ink/svg_path.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

int main() {
  // A wave, pressed in the middle; far fewer points than it takes to look round.
  std::vector<collab::point> samples;
  for (int i = 0; i <= 12; ++i) {
    const float part = static_cast<float>(i) / 12;
    samples.push_back({.x = 20 + 260 * part,
                       .y = 50 + 25 * std::sin(part * 9),
                       .pressure = 1 - std::fabs(2 * part - 1),
                       .t = static_cast<std::uint32_t>(16 * i)});
  }

  // As samples come: round the line, then outline what is new of it.
  collab::gap_interpolator round{{.distance_max = 4, .curve = collab::gap_curve::centripetal}};
  collab::stream_outliner draw{{.width = 12}};
  std::vector<collab::point> line;
  collab::polygons pieces;
  for (const collab::point& sample : samples) {
    const std::size_t before = line.size();
    round.append({&sample, 1}, line);
    draw.append(std::span{line}.subspan(before), pieces);
  }
  const std::size_t before = line.size();
  round.finish(line);
  draw.append(std::span{line}.subspan(before), pieces);
  draw.finish();

  // The same at once.
  collab::outliner whole{{.width = 12}};
  std::vector<collab::vertex> polygon;
  whole.draw(line, polygon);

  std::string svg = R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200">)";
  svg += "\n<path fill-rule=\"nonzero\" d=\"";
  collab::append_svg_path(polygon, svg);
  svg +=
      "\"/>\n<g transform=\"translate(0 100)\" fill=\"#8cf\" stroke=\"#036\" "
      "stroke-width=\".3\">\n";
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    svg += "<path d=\"";
    collab::append_svg_path(pieces[i], svg);
    svg += "\"/>\n";
  }
  svg += "</g>\n</svg>\n";
  std::fputs(svg.c_str(), stdout);
  return pieces.size() == line.size() ? 0 : 1;
}
