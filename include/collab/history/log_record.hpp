// collab/history/log_record.hpp - what stands in the log of a room: operations, and what became
// of sessions.
//
// Only operations change the board, and only they have a seq. The other records let a session
// outlive the process: who came and left, and which operations were refused.

#ifndef COLLAB_HISTORY_LOG_RECORD_HPP
#define COLLAB_HISTORY_LOG_RECORD_HPP

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/strings/str_cat.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/core/text.hpp"
#include "collab/document/property.hpp"
#include "collab/history/detail/record.hpp"
#include "collab/history/operation.hpp"
#include "collab/history/operation_codec.hpp"

namespace collab {

// A client joined with a new session, or came back with the one that it has.
struct session_opened {
  client_id client;
  user_id user;
  // With it a client proves that the session is his.
  std::string secret;
  std::string name;
  collab::color color;
  // As the room numbers roles.
  std::uint8_t role = 0;
  unix_time time{};
};

// The last connection of a session has ended.
struct session_left {
  client_id client;
  unix_time time{};
};

// An operation that changed nothing and used its counter.
struct rejected_operation {
  client_id client;
  operation_counter counter = 0;
  unix_time time{};
  absl::Status reason;
};

using log_record = std::variant<operation, session_opened, session_left, rejected_operation>;

namespace detail {

// The first byte of a record that is no operation.
enum class record_kind : std::uint8_t { session_opened = 64, session_left, rejected_operation };

inline unix_time read_time(record_reader& in) {
  return unix_time{std::chrono::milliseconds{in.difference()}};
}
inline void write_time(record_writer& out, unix_time time) {
  out.difference(time.time_since_epoch().count());
}

inline session_opened read_session_opened(record_reader& in) {
  session_opened record;
  record.client = in.text();
  record.user = in.text();
  record.secret = in.text();
  record.name = in.text();
  record.color.has_alpha = in.byte() != 0;
  record.color.rgba = static_cast<std::uint32_t>(in.integer());
  record.role = static_cast<std::uint8_t>(in.byte());
  record.time = read_time(in);
  if (record.client.empty() || record.user.empty() || record.secret.empty()) {
    in.fail();
  }
  return record;
}

inline rejected_operation read_rejected(record_reader& in) {
  rejected_operation record;
  record.client = in.text();
  record.counter = in.integer();
  record.time = read_time(in);
  const unsigned code = in.byte();
  const std::string_view reason = in.view();
  if (code == 0 || code > static_cast<unsigned>(absl::StatusCode::kUnauthenticated)) {
    in.fail();
  } else {
    record.reason = absl::Status{static_cast<absl::StatusCode>(code), to_absl(reason)};
  }
  return record;
}

}  // namespace detail

[[nodiscard]] inline std::string encode_record(const session_opened& record) {
  detail::record_writer out;
  out.byte(static_cast<unsigned>(detail::record_kind::session_opened));
  out.text(record.client);
  out.text(record.user);
  out.text(record.secret);
  out.text(record.name);
  out.byte(record.color.has_alpha ? 1 : 0);
  out.integer(record.color.rgba);
  out.byte(record.role);
  detail::write_time(out, record.time);
  return out.take();
}
[[nodiscard]] inline std::string encode_record(const session_left& record) {
  detail::record_writer out;
  out.byte(static_cast<unsigned>(detail::record_kind::session_left));
  out.text(record.client);
  detail::write_time(out, record.time);
  return out.take();
}
// Requires: a reason that is an error.
[[nodiscard]] inline std::string encode_record(const rejected_operation& record) {
  detail::record_writer out;
  out.byte(static_cast<unsigned>(detail::record_kind::rejected_operation));
  out.text(record.client);
  out.integer(record.counter);
  detail::write_time(out, record.time);
  out.byte(static_cast<unsigned>(record.reason.code()));
  out.text(to_std(record.reason.message()));
  return out.take();
}

// What `record` holds, as encode_operation() or encode_record() wrote it.
//
// Fails with data_loss, naming the offset, when it is damaged, and with unimplemented when its
// version or kind is unknown.
[[nodiscard]] inline absl::StatusOr<log_record> decode_record(std::string_view record) {
  using detail::record_kind;
  detail::record_reader in{record};
  const unsigned kind = in.byte();
  log_record decoded;
  switch (kind) {
    case static_cast<unsigned>(record_kind::session_opened):
      decoded = detail::read_session_opened(in);
      break;
    case static_cast<unsigned>(record_kind::session_left): {
      client_id client = in.text();
      decoded = session_left{std::move(client), detail::read_time(in)};
      break;
    }
    case static_cast<unsigned>(record_kind::rejected_operation):
      decoded = detail::read_rejected(in);
      break;
    default: {
      absl::StatusOr<operation> op = decode_operation(record);
      if (!op.ok()) {
        return op.status();
      }
      return *std::move(op);
    }
  }
  if (in.failed() || in.left() != 0) {
    return absl::DataLossError(absl::StrCat("record of kind ", kind, " and ", record.size(),
                                            " bytes is damaged at offset ", in.offset()));
  }
  return decoded;
}

}  // namespace collab

#endif  // COLLAB_HISTORY_LOG_RECORD_HPP
