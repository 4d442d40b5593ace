// history/random_log.hpp - a log of everything that can be done to a board, in random order.

#ifndef COLLAB_TESTS_HISTORY_RANDOM_LOG_HPP
#define COLLAB_TESTS_HISTORY_RANDOM_LOG_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collab/history/edit_history.hpp"
#include "collab/history/operation_codec.hpp"
#include "collab/history/restore.hpp"
#include "support/sequence.hpp"

namespace collab_test {

// A board with its history.
struct board_with_history {
  explicit board_with_history(collab::edit_history_options options = {},
                              std::size_t tombstones_max = 100'000)
      : document{{.tombstones_max = tombstones_max}}, history{document, options} {}

  collab::document document;
  collab::edit_history history;
};

// Everything that can be seen of a board, numbers of elements included.
inline std::string picture_of(std::uint64_t number, const collab::element& each) {
  std::string text = each.id() + " " + std::to_string(number) + " " + each.creator() + " " +
                     std::string{each.kind_name()} + " " + std::to_string(each.point_count());
  for (std::size_t i = 0; i < collab::property_count; ++i) {
    const auto key = static_cast<collab::property>(i);
    if (!collab::has_property(each.kind(), key)) {
      continue;
    }
    const collab::property_value value = each.get(key);
    text += " ";
    if (const auto* real = std::get_if<double>(&value)) {
      text += std::to_string(*real);
    } else if (const auto* paint = std::get_if<collab::color>(&value)) {
      text += std::to_string(paint->rgba);
    } else if (const auto* words = std::get_if<std::string>(&value)) {
      text += *words;
    } else if (const auto* list = std::get_if<std::shared_ptr<const collab::offset_list>>(&value)) {
      for (const collab::offset& at : **list) {
        text += std::to_string(at.x) + "/" + std::to_string(at.y) + ",";
      }
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      text += *flag ? "yes" : "no";
    }
  }
  return text + "\n";
}
inline std::string picture_of(const collab::document& board) {
  std::string text;
  for (const collab::element* each : board.elements()) {
    text += picture_of(each->number(), *each);
  }
  return text;
}
inline std::string picture_of(const collab::board_snapshot& board) {
  std::string text;
  for (const collab::element& each : board.elements()) {
    text += picture_of(each.number(), each);
  }
  return text;
}

// What log_author is to do, in shares.
struct log_shares {
  std::uint64_t put = 5;
  std::uint64_t set = 6;
  std::uint64_t remove = 3;
  std::uint64_t clear = 1;
  std::uint64_t undo = 4;
  std::uint64_t redo = 3;
  std::uint64_t chat = 1;
  std::uint64_t restore = 1;

  [[nodiscard]] std::uint64_t all() const {
    return put + set + remove + clear + undo + redo + chat + restore;
  }
};

// Does one thing after another to a board of its own. Keeps every record, and the board after
// each of them.
class log_author {
 public:
  explicit log_author(std::uint64_t seed, collab::edit_history_options options = {},
                      log_shares shares = {}, std::size_t tombstones_max = 100'000)
      : random_{seed},
        shares_{shares},
        board_{std::make_unique<board_with_history>(options, tombstones_max)} {
    snapshots_.push_back(board_->document.snapshot({}));
  }

  [[nodiscard]] std::uint64_t last() const { return records_.size(); }
  [[nodiscard]] const std::vector<std::string>& records() const { return records_; }
  [[nodiscard]] const collab::document& board() const { return board_->document; }
  [[nodiscard]] collab::edit_history& history() { return board_->history; }
  [[nodiscard]] const collab::edit_effect& effect() const { return effect_; }
  // The board after the operation `seq`.
  [[nodiscard]] const collab::board_snapshot& at(std::uint64_t seq) const {
    return snapshots_[seq];
  }
  sequence& random() { return random_; }

  // Does `body`, if that can be done.
  absl::Status run(collab::operation::body_type body, const std::string& user = "u0",
                   std::string group = {}) {
    collab::operation op{collab::seq_number{last() + 1},
                         collab::unix_time{std::chrono::milliseconds{time_}},
                         user,
                         "c" + user,
                         last() + 1,
                         std::move(body),
                         std::move(group)};
    if (absl::Status status = board_->history.check(op); !status.ok()) {
      return status;
    }
    records_.push_back(collab::encode_operation(op));
    effect_ = board_->history.apply(std::move(op));
    snapshots_.push_back(board_->document.snapshot(collab::seq_number{last()}));
    return absl::OkStatus();
  }
  // Nothing where what it chose can't be done.
  absl::Status step() {
    time_ += random_.below(2'000);
    const std::string user = "u" + std::to_string(random_.below(3));
    const std::string group = random_.below(3) == 0 ? "g" + std::to_string(last() / 5) : "";
    std::uint64_t chosen = random_.below(shares_.all());
    const auto is = [&chosen](std::uint64_t share) {
      const bool is_it = chosen < share;
      chosen -= is_it ? 0 : share;
      return is_it;
    };
    if (is(shares_.put)) {
      return run(collab::put_operation{make(user)}, user, group);
    }
    if (is(shares_.set)) {
      const std::string id = any_id();
      return run(collab::set_operation{id, changes(id)}, user, group);
    }
    if (is(shares_.remove)) {
      return run(collab::remove_operation{{any_id(), any_id()}}, user, group);
    }
    if (is(shares_.clear)) {
      return random_.below(4) == 0 ? run(collab::clear_operation{}, user, group) : absl::OkStatus();
    }
    const auto scope = random_.below(2) == 0 ? collab::undo_scope::room : collab::undo_scope::mine;
    if (is(shares_.undo)) {
      const auto target = board_->history.undo_target(scope, user);
      return run(collab::undo_operation{target.value_or(collab::seq_number{}), scope}, user);
    }
    if (is(shares_.redo)) {
      const auto target = board_->history.redo_target(scope, user);
      return run(collab::redo_operation{target.value_or(collab::seq_number{}), scope}, user);
    }
    if (is(shares_.chat)) {
      return random_.below(2) == 0 ? run(collab::chat_operation{"Ann", "hello"}, user)
                                   : run(collab::save_version_operation{"v"}, user);
    }
    return restore(random_.below(last() + 1), user, group);
  }
  absl::Status restore(std::uint64_t seq, const std::string& user, std::string group = {}) {
    auto plan = collab::plan_restore(board_->document, at(seq));
    return plan.ok() ? run(*std::move(plan), user, std::move(group)) : plan.status();
  }

 private:
  std::string any_id() { return "e" + std::to_string(random_.below(made_ + 1)); }
  collab::element make(const std::string& user) {
    const bool is_stroke = random_.below(3) == 0;
    const std::string id = "e" + std::to_string(made_++);
    collab::element made{id, is_stroke ? collab::element_kind::stroke : collab::element_kind::line,
                         user};
    made.set(collab::property::index, "a" + std::to_string(random_.below(6)));
    if (is_stroke) {
      const collab::point points[] = {{static_cast<float>(random_.below(50)), 2, 0.5F, 0},
                                      {3, 4, 0.5F, 8}};
      (void)made.set_points(points);
    } else {
      for (auto& [key, value] : changes("")) {
        made.set(key, std::move(value));
      }
    }
    return made;
  }
  collab::property_changes changes(const std::string& id) {
    const collab::element* of = board_->document.find(id);
    const bool is_line = of == nullptr || of->kind() == collab::element_kind::line;
    collab::property_changes all;
    if (random_.below(6) == 0) {
      all.emplace_back(collab::property::index, "a" + std::to_string(random_.below(6)));
    }
    all.emplace_back(collab::property::x, static_cast<double>(random_.below(4)));
    if (random_.below(3) == 0) {
      all.emplace_back(collab::property::color,
                       collab::color{static_cast<std::uint32_t>(random_.below(3)), false});
    }
    if (is_line && random_.below(3) == 0) {
      all.emplace_back(collab::property::points,
                       std::make_shared<const collab::offset_list>(
                           random_.below(3), collab::offset{1, static_cast<float>(last() % 7)}));
    }
    if (is_line && random_.below(3) == 0) {
      all.emplace_back(collab::property::start_binding,
                       random_.below(2) == 0 ? collab::property_value{}
                                             : collab::property_value{std::string{"e0"}});
    }
    return all;
  }

  sequence random_;
  log_shares shares_;
  std::unique_ptr<board_with_history> board_;
  collab::edit_effect effect_;
  std::vector<std::string> records_;
  std::vector<collab::board_snapshot> snapshots_;
  std::int64_t time_ = 1'700'000'000'000;
  std::uint64_t made_ = 0;
};

// The board after the first `count` records: what any other way to it must yield.
inline std::unique_ptr<board_with_history> replay(const std::vector<std::string>& records,
                                                  std::size_t count,
                                                  collab::edit_history_options options = {},
                                                  std::size_t tombstones_max = 100'000) {
  auto board = std::make_unique<board_with_history>(options, tombstones_max);
  for (std::size_t i = 0; i < count; ++i) {
    auto op = collab::decode_operation(records[i]);
    if (!op.ok() || !board->history.check(*op).ok()) {
      return nullptr;
    }
    board->history.apply(*std::move(op));
  }
  return board;
}

}  // namespace collab_test

#endif  // COLLAB_TESTS_HISTORY_RANDOM_LOG_HPP
