// examples/board_client/follower.cpp

#include "follower.hpp"

#include <fmt/format.h>

#include <chrono>
#include <variant>

#include "collab/core/text.hpp"

namespace {

template <typename... Cases>
struct overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
overloaded(Cases...) -> overloaded<Cases...>;

// In quotes, on one line whatever is in it.
std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char each : text) {
    if (each == '"' || each == '\\') {
      result += '\\';
      result += each;
    } else if (static_cast<unsigned char>(each) < ' ' || each == 0x7F) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(each));
    } else {
      result += each;
    }
  }
  return result + '"';
}

std::string at(const collab::message_place& place) {
  return fmt::format("seq={} user={}", to_integer(place.seq), place.user);
}

std::string_view word(collab::undone_kind kind) {
  switch (kind) {
    case collab::undone_kind::undo:
      return "undo";
    case collab::undone_kind::redo:
      return "redo";
    case collab::undone_kind::restore:
      return "restore";
  }
  return "undo";
}

std::string_view word(collab::live_stroke_change change) {
  switch (change) {
    case collab::live_stroke_change::started:
      return "started";
    case collab::live_stroke_change::extended:
      return "extended";
    case collab::live_stroke_change::ended:
      return "ended";
    case collab::live_stroke_change::cancelled:
      return "cancelled";
  }
  return "changed";
}

// What a message says that no other function of the observer does; empty for the others.
std::string describe(const collab::server_message& message) {
  return std::visit(
      overloaded{
          [](const collab::member_joined_message& told) {
            return fmt::format("member joined user={} name={}", told.who.user,
                               quoted(told.who.name));
          },
          [](const collab::member_updated_message& told) {
            return fmt::format("member updated user={} name={}", told.who.user,
                               quoted(told.who.name));
          },
          [](const collab::member_left_message& told) {
            return fmt::format("member left user={} name={}", told.who.user, quoted(told.who.name));
          },
          [](const collab::stroke_ended_message& told) {
            return fmt::format("stroke ended {} id={} points={}", at(told.place), told.id,
                               told.count);
          },
          [](const collab::element_put_message& told) {
            return fmt::format("element put {} id={} kind={}", at(told.place), told.value.id(),
                               told.value.kind_name());
          },
          [](const collab::element_set_message& told) {
            return fmt::format("element set {} id={}", at(told.place), told.change.id);
          },
          [](const collab::elements_removed_message& told) {
            std::string line = fmt::format("elements removed {}", at(told.place));
            for (const collab::element_id& each : told.ids) {
              line += " id=" + each;
            }
            return line;
          },
          [](const collab::canvas_cleared_message& told) {
            return fmt::format("board cleared {}", at(told.place));
          },
          [](const collab::operation_undone_message& told) {
            return fmt::format("{} {} target={} removed={} restored={} changed={}", word(told.kind),
                               at(told.place), to_integer(told.target), told.removed.size(),
                               told.restored.size(), told.changed.size());
          },
          [](const collab::chat_said_message& told) {
            return fmt::format("chat {} name={} text={}", at(told.place), quoted(told.said.name),
                               quoted(told.said.text));
          },
          [](const collab::version_saved_message& told) {
            return fmt::format("version saved {} name={}", at(told.place), quoted(told.name));
          },
          [](const collab::host_message& told) {
            return fmt::format("host message user={} name={} data={}", told.user, quoted(told.name),
                               told.data);
          },
          [](const collab::closing_message& told) {
            return fmt::format("server closing retry_after={}ms", told.retry_after.count());
          },
          [](const auto&) { return std::string{}; },
      },
      message);
}

}  // namespace

void follower::say(std::string_view line) const {
  if (!prints_ || line.empty()) {
    return;
  }
  const auto since = time_.now().wall.time_since_epoch();
  const auto day = std::chrono::hh_mm_ss{since % std::chrono::days{1}};
  fmt::print("{:02}:{:02}:{:02}.{:03} {}\n", day.hours().count(), day.minutes().count(),
             day.seconds().count(), day.subseconds().count(), line);
  std::fflush(stdout);
}

void follower::on_connection(const collab::connection_report& report) {
  connection_ = report;
  if (report.state == collab::client_state::waiting) {
    ++cuts_;
    say(fmt::format("connection lost code={} reason={} retry_in={}ms",
                    static_cast<int>(report.code), quoted(report.reason),
                    std::chrono::ceil<std::chrono::milliseconds>(report.retry_in).count()));
  } else if (report.state == collab::client_state::stopped) {
    say(fmt::format("stopped code={} reason={}", static_cast<int>(report.code),
                    quoted(report.reason)));
  }
}

void follower::on_joined(const collab::arrival_report& report) {
  has_joined_ = true;
  say(fmt::format("{} user={} name={} seq={} members={} elements={}",
                  report.is_resumed ? "resumed" : "joined", report.self.user,
                  quoted(report.self.name), to_integer(report.seq), board_->members().size(),
                  board_->confirmed().size()));
}

void follower::on_operation_done(collab::operation_ticket ticket, collab::seq_number seq) {
  ++done_;
  say(fmt::format("done ticket={} seq={}", to_integer(ticket), to_integer(seq)));
}

void follower::on_operation_rejected(collab::operation_ticket ticket, const absl::Status& why) {
  ++rejected_;
  last_rejection_ = collab::to_std(why.message());
  say(fmt::format("rejected ticket={} code={} reason={}", to_integer(ticket),
                  absl::StatusCodeToString(why.code()), quoted(last_rejection_)));
}

void follower::on_live_stroke(std::string_view id, collab::live_stroke_change what,
                              std::size_t from) {
  // That it has ended stands among the operations, with its place.
  if (what != collab::live_stroke_change::ended) {
    say(fmt::format("stroke {} id={} from={}", word(what), id, from));
  }
}

void follower::on_error(const absl::Status& why, std::string_view answers) {
  say(fmt::format("error code={} reason={} answers={}", absl::StatusCodeToString(why.code()),
                  quoted(collab::to_std(why.message())), quoted(answers)));
}

void follower::on_out_of_step(const absl::Status& why) {
  say(fmt::format("out of step reason={}", quoted(collab::to_std(why.message()))));
}

void follower::on_message(const collab::server_message& message) { say(describe(message)); }
