// The fields of the JSON message as a MessagePack map, written by msgpack-cxx.

#include <cmath>
#include <cstdint>
#include <msgpack.hpp>
#include <string_view>
#include <vector>

#include "encoding.hpp"

namespace point_batching {
namespace {

using packer = msgpack::packer<msgpack::sbuffer>;

void pack_text(packer& out, std::string_view text) {
  out.pack_str(static_cast<std::uint32_t>(text.size()));
  out.pack_str_body(text.data(), static_cast<std::uint32_t>(text.size()));
}

// The shortest form that keeps a number on the grid: an integer if it is one, else a float
// of 32 bits, in which it is exact.
void pack_number(packer& out, float value) {
  if (value == std::floor(value)) {
    out.pack_int32(static_cast<std::int32_t>(value));
  } else {
    out.pack_float(value);
  }
}

class msgpack_encoding final : public encoding {
 public:
  void begin() override {}

  void encode(const relayed_points& points,
              absl::FunctionRef<void(std::string_view)> each) override {
    const auto& stroke = points.stroke;
    const auto fresh = std::span{stroke.points}.subspan(points.from);
    buffer_.clear();
    packer out{buffer_};
    out.pack_map(5);
    pack_text(out, "type");
    pack_text(out, "stroke:point");
    pack_text(out, "userId");
    pack_text(out, stroke.stroke.creator());
    pack_text(out, "strokeId");
    pack_text(out, stroke.stroke.id());
    pack_text(out, "from");
    out.pack_uint64(points.from);
    pack_text(out, "points");
    out.pack_array(static_cast<std::uint32_t>(fresh.size()));
    for (const collab::point& sample : fresh) {
      out.pack_array(4);
      pack_number(out, sample.x);
      pack_number(out, sample.y);
      pack_number(out, sample.pressure);
      out.pack_uint32(sample.t);
    }
    each({buffer_.data(), buffer_.size()});
  }

  void decode(std::string_view payload, std::vector<collab::point>& out) override {
    try {
      const msgpack::object_handle handle = msgpack::unpack(payload.data(), payload.size());
      const msgpack::object& root = handle.get();
      if (root.type != msgpack::type::MAP || root.via.map.size != 5) {
        return;
      }
      const msgpack::object& list = root.via.map.ptr[4].val;
      for (const std::vector<double>& each : list.as<std::vector<std::vector<double>>>()) {
        if (each.size() == 4) {
          out.push_back({static_cast<float>(each[0]), static_cast<float>(each[1]),
                         static_cast<float>(each[2]), static_cast<std::uint32_t>(each[3])});
        }
      }
    } catch (const msgpack::unpack_error&) {
    } catch (const msgpack::type_error&) {
    }
  }

 private:
  msgpack::sbuffer buffer_;
};

}  // namespace

std::unique_ptr<encoding> make_msgpack_encoding() { return std::make_unique<msgpack_encoding>(); }

}  // namespace point_batching
