// A client of the binary dialect says anything; a room does it, and tells it to everybody.
// What was understood must be within the limits, what is told must be understood by those who
// are told it, and the room must be what its log says.
//
// The first byte says where the rest is cut into two frames.
//
// Coverage of: include/collab/protocol include/collab/core/detail

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
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

// Small ones, so that both sides of each are met.
collab::limits small_limits() {
  collab::limits bounds;
  bounds.points_per_message = 40;
  bounds.points_per_stroke = 100;
  bounds.text_bytes = 40;
  bounds.name_characters = 10;
  bounds.chat_characters = 20;
  bounds.elements_per_room = 20;
  bounds.live_strokes_per_member = 3;
  bounds.ids_per_connection = 8;
  return bounds;
}

// Two members, who understand what they are told.
class everybody final : public collab::room_sink {
 public:
  void to_member(collab::member_id to, const collab::room_event& event,
                 collab::log_position) override {
    tell(to, collab::encode_binary(event));
  }
  void to_all(const collab::room_event& event, collab::log_position) override {
    to_others(collab::member_id{}, event, {});
  }
  void to_others(collab::member_id except, const collab::room_event& event,
                 collab::log_position) override {
    const std::string bytes = collab::encode_binary(event);
    for (std::uint32_t each = 1; each <= 2; ++each) {
      if (collab::member_id{each} != except) {
        tell(collab::member_id{each}, bytes);
      }
    }
  }
  void store(std::string record, collab::log_position) override {
    records.push_back(std::move(record));
  }

  // The first of them asks for it: what it is to make he must know when it is answered.
  void note(const collab::operation_command& op) {
    if (op.counter <= answered_) {
      return;
    }
    std::string& id = made_[op.counter];
    id.clear();
    if (const auto* put = std::get_if<collab::put_element>(&op.body)) {
      id = put->value.id();
    } else if (const auto* end = std::get_if<collab::end_stroke>(&op.body)) {
      id = end->id;
    }
  }

  std::vector<std::string> records;

 private:
  void tell(collab::member_id to, const std::string& bytes) {
    const std::size_t at = static_cast<std::size_t>(to) - 1;
    const absl::Status status = decoders_[at].decode(bytes, [&](collab::server_message&& told) {
      require(collab_test::is_in_bounds(told));
      is_here_[at] |= std::holds_alternative<collab::room_state_message>(told);
      if (const auto* ack = std::get_if<collab::ack_message>(&told)) {
        answered_ = std::max(answered_, ack->op);
      } else if (const auto* rejected = std::get_if<collab::reject_message>(&told)) {
        answered_ = std::max(answered_, rejected->op);
      }
      return true;
    });
    require(status.ok() || !is_here_[at]);
  }

  // By operation of the first member: what it makes.
  std::map<collab::operation_counter, std::string> made_;
  collab::operation_counter answered_ = 0;
  collab::binary_server_decoder decoders_[2] = {
      collab::binary_server_decoder{[this](auto op) { return made_.at(op); }},
      collab::binary_server_decoder{nullptr}};
  bool is_here_[2] = {};
};

void check_command(const collab::room_command& command, const collab::limits& bounds) {
  const auto check_points = [&](std::span<const collab::point> points) {
    require(points.size() <= bounds.points_per_message);
    for (const collab::point& each : points) {
      require(collab::is_valid(each));
    }
  };
  if (const auto* start = std::get_if<collab::start_stroke>(&command)) {
    require(collab::is_element_id(start->stroke.id()));
    check_points(start->points);
  } else if (const auto* more = std::get_if<collab::extend_stroke>(&command)) {
    require(collab::is_element_id(more->id));
    check_points(more->points);
  } else if (const auto* move = std::get_if<collab::move_cursor>(&command)) {
    require(std::fabs(move->where.x) <= collab::coordinate_max);
  } else if (const auto* op = std::get_if<collab::operation_command>(&command)) {
    require(op->counter > 0);
    if (const auto* put = std::get_if<collab::put_element>(&op->body)) {
      require(put->value.point_count() <= bounds.points_per_stroke);
      for (const auto& each : put->value.registers()) {
        require(collab::fits(collab::describe(put->value.kind(), each.key), each.value));
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const collab::limits bounds = small_limits();
  const collab::member_id ann{1};
  const collab::testing::manual_clock time;
  everybody sink;
  collab::room room{"R", bounds, sink};
  require(room.join(ann, {"c1", "u1", "s1", "Ann", {}}, time.now()).ok());
  require(room.join(collab::member_id{2}, {"c2", "u2", "s2", "Bob", {}}, time.now()).ok());

  std::vector<collab::point> buffer;
  collab::binary_decoder decoder{bounds, buffer};
  std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::size_t cut = data[0] % rest.size();
  for (std::string_view frame : {rest.substr(0, cut), rest.substr(cut)}) {
    const absl::Status status =
        decoder.decode(frame, "u1", [&](const collab::client_message& message) {
          if (const auto* command = std::get_if<collab::room_command>(&message.body)) {
            check_command(*command, bounds);
            if (const auto* op = std::get_if<collab::operation_command>(command)) {
              sink.note(*op);
            }
            (void)room.execute(ann, *command, time.now());
          } else if (std::holds_alternative<std::monostate>(message.body)) {
            require(!message.status.ok());
          }
          return true;
        });
    require(status.ok() == frame.empty());
  }
  room.settle(time.now());

  everybody again_sink;
  collab::room again{"R", bounds, again_sink};
  for (const std::string& record : sink.records) {
    require(again.restore(record).ok());
  }
  require(again.board().size() == room.board().size());
  return 0;
}
