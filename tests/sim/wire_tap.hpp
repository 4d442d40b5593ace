// tests/sim/wire_tap.hpp - what a frame of the server says of durable operations.
//
// Reads docs/protocol.md with a pencil: the fields that the oracles need and no others, with
// nothing taken from the library's own codecs but the reader of bytes.

#ifndef COLLAB_TESTS_SIM_WIRE_TAP_HPP
#define COLLAB_TESTS_SIM_WIRE_TAP_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collab/core/detail/byte_stream.hpp"

namespace collab_sim {

// One message of a server, as far as it speaks of operations.
struct told {
  enum class kind : std::uint8_t {
    // What speaks of no operation.
    other,
    // seq: the last operation in it; text: the session's secret; op: its greatest counter.
    state,
    // seq, op as above; rejected: the counters.
    resumed,
    // op, seq.
    ack,
    // op; code.
    reject,
    // op: the greatest counter that the server has.
    gap,
    // seq: that of the operation.
    event,
    // seq; high, low.
    digest,
    // A stroke is on the board.
    committed_gap,
  };
  kind what = kind::other;
  unsigned type = 0;
  std::uint64_t op = 0;
  std::uint64_t seq = 0;
  // Of events and acks: milliseconds since 1970.
  std::uint64_t time = 0;
  unsigned code = 0;
  std::string text;
  std::vector<std::uint64_t> rejected;
  std::uint32_t high = 0;
  std::uint32_t low = 0;
};

namespace detail {

// user: 0 and a text, or a number.
inline void skip_user(collab::detail::byte_reader& in) {
  if (in.integer() == 0) {
    in.view();
  }
}
// ref: 0 and an id, or a number.
inline void skip_ref(collab::detail::byte_reader& in) { skip_user(in); }

inline void read_place(collab::detail::byte_reader& in, told& to) {
  skip_user(in);
  to.what = told::kind::event;
  to.seq = in.integer();
  to.time = in.integer();
}

inline std::uint32_t word(collab::detail::byte_reader& in) {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    value |= std::uint32_t{in.byte()} << shift;
  }
  return value;
}

inline told read_message(unsigned type, std::string_view body) {
  collab::detail::byte_reader in{body};
  told read;
  read.type = type;
  using kind = told::kind;
  switch (type) {
    case 64:
      read.what = kind::state;
      in.view();
      read.text = std::string{in.view()};
      read.op = in.integer();
      in.integer();
      read.seq = in.integer();
      break;
    case 65:
      read.what = kind::ack;
      read.op = in.integer();
      read.seq = in.integer();
      read.time = in.integer();
      break;
    case 66:
      read.what = kind::gap;
      read.op = in.integer();
      break;
    case 67:
      read.what = kind::reject;
      read.op = in.integer();
      read.code = in.byte();
      break;
    case 75:
      skip_ref(in);
      in.integer();
      read.what = (in.byte() & 2U) != 0 ? kind::committed_gap : kind::other;
      break;
    case 76:
      skip_ref(in);
      in.integer();
      read_place(in, read);
      break;
    case 78:
    case 79:
    case 80:
    case 81:
    case 82:
    case 83:
    case 95:
    case 96:
      read_place(in, read);
      break;
    case 85:
      skip_user(in);
      in.view();
      in.view();
      read.what = kind::event;
      read.time = in.integer();
      read.seq = in.integer();
      break;
    case 91: {
      read.what = kind::resumed;
      in.view();
      read.op = in.integer();
      in.integer();
      read.seq = in.integer();
      for (std::uint64_t left = in.integer(); left > 0 && !in.failed(); --left) {
        read.rejected.push_back(in.integer());
        in.byte();
        in.view();
      }
      break;
    }
    case 94:
      read.what = kind::digest;
      read.seq = in.integer();
      read.high = word(in);
      read.low = word(in);
      break;
    default:
      break;
  }
  if (in.failed()) {
    read.type = 0;
  }
  return read;
}

}  // namespace detail

// Calls `each` with every message of a frame. Returns false when it is no sequence of messages,
// or a field that is read is missing.
template <typename Each>
bool read_server_frame(std::string_view frame, Each each) {
  collab::detail::byte_reader in{frame};
  while (in.left() > 0) {
    const unsigned type = in.byte();
    const std::string_view body = in.view();
    if (in.failed()) {
      return false;
    }
    const told message = detail::read_message(type, body);
    if (message.type == 0) {
      return false;
    }
    each(message);
  }
  return true;
}

// The counters of the durable operations in a frame of a client, and the secret of a room:join.
struct client_frame {
  std::vector<std::uint64_t> counters;
  // Whether it holds operations only, and none that ends a stroke.
  bool may_come_twice = true;
  bool has_joined = false;
  std::string resumes;
};

[[nodiscard]] inline client_frame read_client_frame(std::string_view frame) {
  collab::detail::byte_reader in{frame};
  client_frame read;
  while (in.left() > 0 && !in.failed()) {
    unsigned type = in.byte();
    const std::string_view body = in.view();
    collab::detail::byte_reader fields{body};
    if (type == 1) {
      read.has_joined = true;
      read.may_come_twice = false;
      fields.view();
      const unsigned parts = fields.byte();
      for (unsigned i = 0; i < parts; ++i) {
        fields.byte();
      }
      if (fields.left() > 0) {
        read.resumes = std::string{fields.view()};
      }
      continue;
    }
    if (type == 19) {
      fields.view();
      type = fields.byte();
    }
    if (type == 5 || (type >= 7 && type <= 13) || type == 20 || type == 21) {
      read.counters.push_back(fields.integer());
    }
    read.may_come_twice =
        read.may_come_twice && ((type >= 7 && type <= 13) || type == 20 || type == 21);
  }
  return read;
}

}  // namespace collab_sim

#endif  // COLLAB_TESTS_SIM_WIRE_TAP_HPP
