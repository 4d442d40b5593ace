// The dialect collab.v1.json, written by the library itself.

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

#include <cstdint>
#include <string>

#include "collab/protocol/json_codec.hpp"
#include "encoding.hpp"

namespace point_batching {
namespace {

class json_encoding final : public encoding {
 public:
  void begin() override {}

  void encode(const relayed_points& points,
              absl::FunctionRef<void(std::string_view)> each) override {
    each(collab::encode_json(collab::stroke_extended{points.stroke, points.from}));
  }

  void decode(std::string_view payload, std::vector<collab::point>& out) override {
    simdjson::dom::array points;
    if (parser_.parse(payload.data(), payload.size())["points"].get(points) != simdjson::SUCCESS) {
      return;
    }
    for (const simdjson::dom::element each : points) {
      double x = 0;
      double y = 0;
      double pressure = 0;
      std::uint64_t t = 0;
      if (each.at(0).get(x) != simdjson::SUCCESS || each.at(1).get(y) != simdjson::SUCCESS ||
          each.at(2).get(pressure) != simdjson::SUCCESS || each.at(3).get(t) != simdjson::SUCCESS) {
        return;
      }
      out.push_back({static_cast<float>(x), static_cast<float>(y), static_cast<float>(pressure),
                     static_cast<std::uint32_t>(t)});
    }
  }

 private:
  simdjson::dom::parser parser_;
};

}  // namespace

std::unique_ptr<encoding> make_json_encoding() { return std::make_unique<json_encoding>(); }

}  // namespace point_batching
