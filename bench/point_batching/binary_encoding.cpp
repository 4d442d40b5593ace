// Our binary dialect: what the board server relays.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "collab/protocol/binary_codec.hpp"
#include "encoding.hpp"

namespace point_batching {
namespace {

class binary_encoding final : public encoding {
 public:
  void begin() override {}

  void encode(const relayed_points& points,
              absl::FunctionRef<void(std::string_view)> each) override {
    each(collab::encode_binary(collab::stroke_extended{points.stroke, points.from}));
  }

  // A `stroke:point`: type, length, number of the stroke, from, live points.
  void decode(std::string_view payload, std::vector<collab::point>& out) override {
    collab::detail::byte_reader in{payload};
    in.byte();
    in.integer();
    in.integer();
    const std::uint64_t from = in.integer();
    if (in.failed() || from > out.size()) {
      return;
    }
    collab::live_point_decoder run;
    run.resume_after(std::span{out}.last(from));
    (void)run.append(in.rest(), out);
  }
};

}  // namespace

std::unique_ptr<encoding> make_binary_encoding() { return std::make_unique<binary_encoding>(); }

}  // namespace point_batching
