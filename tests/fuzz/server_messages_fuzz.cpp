// A server of the binary dialect, or what stands between, says anything: a client is told what
// it can use, or that the connection is of no use.
//
// Someone has joined a room before, so that there are numbers to speak of. The first byte says
// where the rest is cut into two frames; with an odd one another connection begins between them.
//
// Coverage of: include/collab/protocol

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collab/protocol/binary_codec.hpp"
#include "collab/room/room.hpp"
#include "collab/testing/manual_clock.hpp"
#include "support/told_in_bounds.hpp"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

// What Bob is told when he joins a room that has some of everything.
class arrival final : public collab::room_sink {
 public:
  arrival() {
    collab::room board{"R", {}, *this};
    const collab::testing::manual_clock time;
    const collab::member_id ann{1};
    const std::vector<collab::point> drawn = {{1, 2, 0.5F, 0}, {3, 4, 0.25F, 8}, {6, 5, 0.5F, 9}};
    require(board.join(ann, {"c1", "u1", "s1", "Ann", {}}, time.now()).ok());
    const auto run = [&](const collab::room_command& command) {
      require(board.execute(ann, command, time.now()).ok());
    };
    using kind = collab::element_kind;
    run(collab::operation_command{1, collab::put_element{{"r", kind::rect, "u1"}}});
    run(collab::operation_command{2, collab::put_element{{"t", kind::text, "u1"}}});
    run(collab::start_stroke{{"s", kind::stroke, "u1"}, drawn});
    run(collab::operation_command{3, collab::end_stroke{"s", 3}});
    run(collab::start_stroke{{"l", kind::stroke, "u1"}, drawn});
    is_heard_ = true;
    require(board.join(bob, {"c2", "u2", "s2", "Bob", {}}, time.now()).ok());
  }

  void to_member(collab::member_id, const collab::room_event& event,
                 collab::log_position) override {
    if (is_heard_) {
      bytes = collab::encode_binary(event);
      is_heard_ = false;
    }
  }
  void to_all(const collab::room_event&, collab::log_position) override {}
  void to_others(collab::member_id, const collab::room_event&, collab::log_position) override {}
  void store(std::string, collab::log_position) override {}

  static constexpr collab::member_id bob{2};
  std::string bytes;

 private:
  bool is_heard_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  static const std::string joined = arrival{}.bytes;
  collab::binary_server_decoder decoder{
      [](collab::operation_counter op) { return collab::element_id(op % 3, 'm'); }};
  const auto take = [&](std::string_view frame) {
    const absl::Status status = decoder.decode(frame, [](collab::server_message&& told) {
      require(collab_test::is_in_bounds(told));
      return true;
    });
    require(status.ok() || absl::IsInvalidArgument(status));
    return status.ok();
  };
  require(take(joined));

  const std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::size_t cut = data[0] / 2 % rest.size();
  (void)take(rest.substr(0, cut));
  if ((data[0] & 1U) != 0) {
    decoder.reset();
  }
  (void)take(rest.substr(cut));
  return 0;
}
