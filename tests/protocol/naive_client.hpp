// A client as simple as can be: it does what it is told, and notes what is not as it should be.

#ifndef COLLAB_TESTS_PROTOCOL_NAIVE_CLIENT_HPP
#define COLLAB_TESTS_PROTOCOL_NAIVE_CLIENT_HPP

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "collab/document/element_digest.hpp"
#include "collab/protocol/binary_client_encoder.hpp"
#include "collab/protocol/binary_server_decoder.hpp"

namespace collab_test {

class naive_client {
 public:
  // ---- What it knows

  std::map<std::string, collab::element> elements;
  // Strokes of others, and the points that have come.
  std::map<std::string, collab::element> live;
  std::map<std::string, std::vector<collab::point>> live_points;
  std::map<std::string, collab::member_profile> members;
  std::vector<collab::chat_message> chat;
  std::vector<collab::version_saved_message> versions;
  collab::history_message history;
  collab::undo_scope default_scope = collab::undo_scope::room;
  collab::member_profile self;
  std::string session;
  // Everything up to it has been told whole.
  std::uint64_t seq = 0;
  std::size_t cursors = 0;
  std::size_t digests = 0;
  std::size_t chunks = 0;

  // Its own work. A stroke that it draws, with its points.
  std::map<std::string, std::pair<collab::element, std::vector<collab::point>>> own;
  // Operations that are not answered.
  std::map<collab::operation_counter, collab::operation_command> pending;
  collab::operation_counter last_op = 0;
  // Live points are kept from it: a stroke that ends comes from `ended` then. So does the index
  // of one of its own that the room has ended.
  bool is_slow = false;
  std::map<std::string, collab::element> ended;

  collab::binary_client_encoder encoder;
  collab::binary_server_decoder decoder{
      [this](collab::operation_counter op) { return made_by(op); }};

  // ---- What it is told

  void take(std::string_view frame) {
    // In memory of its own size, so that a sanitizer sees whatever reads beyond it.
    const std::vector<char> exact{frame.begin(), frame.end()};
    const absl::Status status =
        decoder.decode({exact.data(), exact.size()}, [&](collab::server_message&& message) {
          std::visit([&](auto& each) { take_one(each); }, message);
          return true;
        });
    REQUIRE_MESSAGE(status.ok(), status);
  }
  void cut() {
    decoder.reset();
    encoder.reset();
    state_.reset();
  }

  [[nodiscard]] collab::digest content_digest() const {
    collab::digest sum;
    for (const auto& [id, each] : elements) {
      sum += collab::digest_of(each);
    }
    return sum;
  }

 private:
  [[nodiscard]] collab::element_id made_by(collab::operation_counter op) const {
    const auto found = pending.find(op);
    REQUIRE(found != pending.end());
    if (const auto* put = std::get_if<collab::put_element>(&found->second.body)) {
      return put->value.id();
    }
    return collab::element_id{std::get<collab::end_stroke>(found->second.body).id};
  }

  // An event of the operation after the last.
  void advance(const collab::message_place& place, bool is_whole = true, bool may_be_own = true) {
    REQUIRE(to_integer(place.seq) == seq + 1);
    CHECK(!place.user.empty());
    is_own_ = may_be_own && place.client == self.client && !pending.empty();
    if (is_whole) {
      finish();
    }
  }
  void finish() {
    ++seq;
    if (!is_own_) {
      return;
    }
    if (is_resuming_) {
      // The event stands for the answer.
      settle();
    } else {
      // The answer follows, unless the connection is cut before.
      told_op_ = pending.begin()->first;
    }
  }
  void settle() {
    settled_ = std::move(pending.begin()->second);
    pending.erase(pending.begin());
  }

  void take_one(collab::room_state_message& state) {
    REQUIRE_FALSE(state.session.empty());
    state_ = std::move(state);
    state_elements_ = std::move(state_->elements);
    if (!state_->has_more) {
      enter();
    }
  }
  void enter() {
    elements.clear();
    for (collab::element& each : state_elements_) {
      elements.insert_or_assign(each.id(), std::move(each));
    }
    self = state_->self;
    session = state_->session;
    seq = to_integer(state_->seq);
    last_op = state_->op;
    told_op_ = 0;
    pending.clear();
    own.clear();
    chat = state_->chat;
    versions = state_->versions;
    history = state_->history;
    default_scope = state_->default_scope;
    meet_all(state_->members, state_->live);
    state_.reset();
  }
  void meet_all(const std::vector<collab::member_profile>& all,
                const std::vector<collab::stroke_started_message>& strokes) {
    members.clear();
    for (const collab::member_profile& each : all) {
      members[each.client] = each;
    }
    live.clear();
    live_points.clear();
    for (const collab::stroke_started_message& each : strokes) {
      take_one(each);
    }
  }
  void take_one(const collab::room_resumed_message& resumed) {
    REQUIRE(to_integer(resumed.seq) >= seq);
    self = resumed.self;
    history = resumed.history;
    default_scope = resumed.default_scope;
    meet_all(resumed.members, resumed.live);
    for (const collab::reject_message& each : resumed.rejected) {
      CHECK_FALSE(each.reason.ok());
      pending.erase(each.op);
    }
    // Told of, and not answered.
    std::erase_if(pending, [this](const auto& each) { return each.first <= told_op_; });
    is_resuming_ = true;
    resumed_to_ = to_integer(resumed.seq);
    resumed_op_ = resumed.op;
    for (const collab::own_live_stroke& each : resumed.own) {
      REQUIRE(own.contains(each.id));
      auto& points = own.at(each.id).second;
      REQUIRE(each.have <= points.size());
      points.resize(each.have);
      kept_.insert_or_assign(each.id, 0);
    }
  }
  void take_one(const collab::events_end_message& end) {
    if (end.has_more) {
      return;
    }
    CHECK(seq == resumed_to_);
    is_resuming_ = false;
    for (const auto& [op, each] : pending) {
      CHECK(op > resumed_op_);
    }
    // What the server does not know is not drawn any more.
    std::erase_if(own, [&](const auto& each) { return !kept_.contains(each.first); });
    kept_.clear();
  }
  void take_one(collab::room_chunk_message& chunk) {
    ++chunks;
    if (state_.has_value()) {
      for (collab::element& each : chunk.elements) {
        state_elements_.push_back(std::move(each));
      }
      if (!chunk.has_more) {
        enter();
      }
      return;
    }
    apply(chunk.removed, chunk.elements, chunk.changed);
    if (!chunk.has_more) {
      finish();
    }
  }
  void take_one(const collab::digest_message& told) {
    ++digests;
    if (to_integer(told.seq) == seq) {
      CHECK(told.value == content_digest());
    }
  }

  void take_one(const collab::ack_message& ack) {
    REQUIRE(!pending.empty());
    REQUIRE(pending.begin()->first == ack.op);
    settle();
    if (to_integer(ack.seq) == seq) {
      return;  // Told of by an event before.
    }
    REQUIRE(to_integer(ack.seq) == seq + 1);
    ++seq;
    std::visit([&](auto& body) { confirm(body, ack); }, settled_.body);
  }
  template <typename Body>
  void confirm(const Body& /*body*/, const collab::ack_message& /*ack*/) {}
  void confirm(const collab::end_stroke& body, const collab::ack_message& ack) {
    make_own(std::string{body.id}, ack.seq, ack.index);
  }
  void confirm(const collab::put_element& body, const collab::ack_message& ack) {
    add(body.value, ack.seq, ack.index);
  }
  void confirm(const collab::set_element& body, const collab::ack_message& /*ack*/) {
    change(body.id, body.changes);
  }
  void confirm(const collab::remove_elements& body, const collab::ack_message& /*ack*/) {
    remove(body.ids);
  }
  void confirm(const collab::save_version& body, const collab::ack_message& ack) {
    versions.push_back({{self.user, self.client, ack.seq, ack.time}, body.name});
  }
  void confirm(const collab::clear_canvas& /*body*/, const collab::ack_message& /*ack*/) {
    elements.clear();
  }
  void make_own(const std::string& id, collab::seq_number at, const std::string& index) {
    REQUIRE(own.contains(id));
    auto& [stroke, points] = own.at(id);
    REQUIRE(stroke.set_points(points).ok());
    add(stroke, at, index);
    own.erase(id);
  }
  void add(collab::element value, collab::seq_number at, const std::string& index) {
    REQUIRE_FALSE(index.empty());
    value.set(collab::property::index, index);
    value.set_number(to_integer(at));
    elements.insert_or_assign(value.id(), std::move(value));
  }

  void take_one(const collab::gap_message& /*gap*/) { FAIL("a gap of operations"); }
  void take_one(const collab::reject_message& rejected) {
    CHECK_FALSE(rejected.reason.ok());
    REQUIRE(pending.erase(rejected.op) == 1);
  }
  void take_one(const collab::member_joined_message& joined) {
    members[joined.who.client] = joined.who;
  }
  void take_one(const collab::member_updated_message& updated) {
    REQUIRE(members.contains(updated.who.client));
    members[updated.who.client] = updated.who;
  }
  void take_one(const collab::member_left_message& left) {
    REQUIRE(members.erase(left.who.client) == 1);
  }
  void take_one(const collab::cursors_message& moved) {
    for (const collab::member_cursor& each : moved.cursors) {
      REQUIRE(members.contains(each.client));
      CHECK(each.client != self.client);
      ++cursors;
    }
  }

  void take_one(const collab::stroke_started_message& started) {
    CHECK(started.user == started.stroke.creator());
    live_points[started.stroke.id()] = started.stroke.points();
    live.insert_or_assign(started.stroke.id(), started.stroke);
  }
  void take_one(const collab::stroke_points_message& more) {
    REQUIRE(live.contains(more.id));
    CHECK(live.at(more.id).creator() == more.user);
    auto& points = live_points[more.id];
    if (more.from <= points.size()) {
      points.resize(more.from);
      points.insert(points.end(), more.points.begin(), more.points.end());
    }
  }
  void take_one(const collab::stroke_gap_message& gap) { CHECK_FALSE(gap.id.empty()); }
  void take_one(const collab::stroke_cancelled_message& cancelled) {
    live_points.erase(cancelled.id);
    REQUIRE(live.erase(cancelled.id) + own.erase(cancelled.id) == 1);
  }
  void take_one(const collab::stroke_ended_message& end) {
    // Its own is whole only if the room has ended it.
    advance(end.place, true, !end.whole.has_value());
    if (end.whole.has_value()) {
      CHECK(end.whole->number() == to_integer(end.place.seq));
      add(*end.whole, end.place.seq, end.whole->index());
      // The room has ended it.
      own.erase(end.id);
    } else if (live.contains(end.id)) {
      collab::element stroke = live.at(end.id);
      const auto& points = live_points[end.id];
      if (is_slow && points.size() != end.count) {
        stroke = ended.at(end.id);
      } else {
        REQUIRE(points.size() == end.count);
        REQUIRE(stroke.set_points(points).ok());
      }
      add(stroke, end.place.seq, end.index.value_or(stroke.index()));
    } else {
      // Its own: told later, or the room has ended it before its eyes.
      REQUIRE(own.contains(end.id));
      own.at(end.id).second.resize(end.count);
      REQUIRE((end.index.has_value() || ended.contains(end.id)));
      make_own(end.id, end.place.seq,
               end.index.has_value() ? *end.index : ended.at(end.id).index());
    }
    live.erase(end.id);
    live_points.erase(end.id);
  }

  void take_one(const collab::element_put_message& put) {
    advance(put.place);
    CHECK(put.value.number() == to_integer(put.place.seq));
    add(put.value, put.place.seq, put.value.index());
  }
  void take_one(const collab::element_set_message& set) {
    advance(set.place);
    change(set.change.id, set.change.changes);
  }
  void take_one(const collab::elements_removed_message& removal) {
    advance(removal.place);
    remove(removal.ids);
  }
  void take_one(const collab::canvas_cleared_message& cleared) {
    advance(cleared.place);
    elements.clear();
  }
  void take_one(const collab::operation_undone_message& undone) {
    advance(undone.place, !undone.has_more);
    CHECK(to_integer(undone.target) < to_integer(undone.place.seq));
    apply(undone.removed, undone.restored, undone.changed);
  }
  void take_one(const collab::chat_said_message& said) {
    advance(said.place);
    CHECK(said.said.user == said.place.user);
    chat.push_back(said.said);
  }
  void take_one(const collab::history_message& told) { history = told; }
  void take_one(const collab::pong_message& /*pong*/) {}
  void take_one(const collab::closing_message& /*closing*/) {}
  void take_one(const collab::error_message& error) { CHECK_FALSE(error.reason.ok()); }
  void take_one(const collab::preview_message& preview) {
    CHECK(elements.contains(preview.change.id));
    CHECK(members.contains(preview.client));
  }
  void take_one(const collab::host_message& told) { CHECK(members.contains(told.client)); }
  void take_one(const collab::version_saved_message& saved) {
    advance(saved.place);
    versions.push_back(saved);
  }

  // ---- What that does to the board

  void apply(const std::vector<std::string>& removed, const std::vector<collab::element>& restored,
             const std::vector<collab::element_changes>& changed) {
    remove(removed);
    for (const collab::element& each : restored) {
      elements.insert_or_assign(each.id(), each);
    }
    for (const collab::element_changes& each : changed) {
      change(each.id, each.changes);
    }
  }
  void remove(const std::vector<std::string>& ids) {
    for (const std::string& each : ids) {
      elements.erase(each);
    }
  }
  void change(const std::string& id, const collab::property_changes& changes) {
    REQUIRE(elements.contains(id));
    collab::element& target = elements.at(id);
    for (const auto& [key, value] : changes) {
      REQUIRE(collab::has_property(target.kind(), key));
      target.set(key, value);
    }
  }

  std::optional<collab::room_state_message> state_;
  std::vector<collab::element> state_elements_;
  collab::operation_command settled_;
  // Of the last event, and the last operation of its own that an event has told of.
  bool is_own_ = false;
  collab::operation_counter told_op_ = 0;
  bool is_resuming_ = false;
  std::uint64_t resumed_to_ = 0;
  collab::operation_counter resumed_op_ = 0;
  std::map<std::string, int> kept_;
};

}  // namespace collab_test

#endif  // COLLAB_TESTS_PROTOCOL_NAIVE_CLIENT_HPP
