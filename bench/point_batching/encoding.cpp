#include "encoding.hpp"

#include <algorithm>

namespace point_batching {
namespace {

constexpr named_encoding all[] = {
    {"json-event", "one JSON event per point", make_json_event_encoding},
    {"json", "collab.v1.json: arrays in one JSON message", make_json_encoding},
#ifdef COLLAB_WITH_MSGPACK
    {"msgpack", "the fields of json as MessagePack", make_msgpack_encoding},
#endif
    {"binary", "our binary dialect", make_binary_encoding},
};

}  // namespace

std::span<const named_encoding> encodings() { return all; }

const named_encoding* find_encoding(std::string_view name) {
  const auto found =
      std::ranges::find_if(all, [name](const named_encoding& each) { return each.name == name; });
  return found != std::end(all) ? found : nullptr;
}

std::string_view missing_encodings() {
#ifdef COLLAB_WITH_MSGPACK
  return "";
#else
  return "msgpack is left out: msgpack-cxx was not found when this was built";
#endif
}

}  // namespace point_batching
