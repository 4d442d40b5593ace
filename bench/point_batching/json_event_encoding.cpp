// One JSON event per point, as boards without batching send it: the fields and the rounding
// of the numbers are those that comparisons of such boards use.

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>

#include "encoding.hpp"

namespace point_batching {
namespace {

// As JSON.stringify() writes numbers of this size: never with an exponent.
void append_number(double value, std::string& out) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr);
}

void append_time(std::uint32_t t, std::string& out) {
  char text[16];
  out.append(text, std::to_chars(text, text + sizeof text, t).ptr);
}

// The nearest multiple of 1 / steps. Never -0, which no JSON writer writes.
double round_to(float value, double steps) {
  return std::round(static_cast<double>(value) * steps) / steps + 0.0;
}

class json_event_encoding final : public encoding {
 public:
  void begin() override {}

  void encode(const relayed_points& points,
              absl::FunctionRef<void(std::string_view)> each) override {
    for (const collab::point& sample : points.points) {
      text_.assign(R"({"type":"stroke:point","roomId":")").append(room_name);
      text_.append(R"(","strokeId":")").append(stroke_name).append(R"(","point":{"x":)");
      append_number(round_to(sample.x, 10), text_);
      text_.append(R"(,"y":)");
      append_number(round_to(sample.y, 10), text_);
      text_.append(R"(,"pressure":)");
      append_number(round_to(sample.pressure, 1000), text_);
      text_.append(R"(,"t":)");
      append_time(sample.t, text_);
      text_.append("}}");
      each(text_);
    }
  }

  void decode(std::string_view payload, std::vector<collab::point>& out) override {
    simdjson::dom::element root;
    double x = 0;
    double y = 0;
    double pressure = 0;
    std::uint64_t t = 0;
    if (parser_.parse(payload.data(), payload.size()).get(root) == simdjson::SUCCESS &&
        root["point"]["x"].get(x) == simdjson::SUCCESS &&
        root["point"]["y"].get(y) == simdjson::SUCCESS &&
        root["point"]["pressure"].get(pressure) == simdjson::SUCCESS &&
        root["point"]["t"].get(t) == simdjson::SUCCESS) {
      out.push_back({static_cast<float>(x), static_cast<float>(y), static_cast<float>(pressure),
                     static_cast<std::uint32_t>(t)});
    }
  }

 private:
  std::string text_;
  simdjson::dom::parser parser_;
};

}  // namespace

std::unique_ptr<encoding> make_json_event_encoding() {
  return std::make_unique<json_event_encoding>();
}

}  // namespace point_batching
