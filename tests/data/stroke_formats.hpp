// data/stroke_formats.hpp - the formats the recordings are in, one function each.
//
// Every parser appends the strokes it finds to `strokes` and returns what was wrong with the
// text, empty if nothing was. What it found before a fault stays.

#ifndef COLLAB_TESTS_DATA_STROKE_FORMATS_HPP
#define COLLAB_TESTS_DATA_STROKE_FORMATS_HPP

#include <string>
#include <vector>

#include "collab/ink/point.hpp"

namespace collab_test {

using stroke_points = std::vector<collab::point>;
// Takes the text by value: simdjson wants room behind it.
using stroke_parser = std::string (*)(std::string text, std::vector<stroke_points>& strokes);

// Quick, Draw!: one drawing a line, "drawing": [[[x...], [y...], [t...]]...].
std::string parse_quickdraw(std::string text, std::vector<stroke_points>& strokes);
// A tar of files, each: START, then x,y,t lines, and BREAK behind each stroke.
std::string parse_omniglot(std::string text, std::vector<stroke_points>& strokes);
// One stroke, or an object of named strokes; a point is [x, y, pressure?, t?] or {x, y}.
std::string parse_perfect_freehand(std::string text, std::vector<stroke_points>& strokes);
// [{"pointers": [{x, y, t, p}...]}...]; p was derived from distances and is not read.
std::string parse_myscript(std::string text, std::vector<stroke_points>& strokes);
// Wacom's Universal Ink Model 3.0.0 as JSON: channels of scaled integer differences.
std::string parse_wacom_uim(std::string text, std::vector<stroke_points>& strokes);
// idx, x, y, time, pressure, ...; the time counts seconds behind a start in milliseconds.
std::string parse_wacom_csv(std::string text, std::vector<stroke_points>& strokes);
// [[{x, y, time}...]...].
std::string parse_hwrt(std::string text, std::vector<stroke_points>& strokes);

// The two below are ours, for strokes that somebody wants to try; t in milliseconds.

// One stroke a line: [[x, y, pressure?, t?]...].
std::string parse_points_ndjson(std::string text, std::vector<stroke_points>& strokes);
// The header `stroke,x,y,pressure,t`, then one point a line; another value of `stroke` begins
// another stroke. The last two fields may be empty or missing.
std::string parse_points_csv(std::string text, std::vector<stroke_points>& strokes);

}  // namespace collab_test

#endif  // COLLAB_TESTS_DATA_STROKE_FORMATS_HPP
