// tests/sim/participant.cpp

#include "sim/participant.hpp"

#include <absl/strings/str_cat.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "collab/client/client.hpp"
#include "collab/document/fractional_index.hpp"
#include "sim/oracles/actor_order.hpp"
#include "sim/oracles/same_board.hpp"

namespace collab_sim {

using namespace std::chrono_literals;
using collab::property;

namespace {

// What a client does by itself, when a stroke was cut in two or a clear has become a removal, is
// never refused.
constexpr std::size_t follow_operations_max = 16;
constexpr std::size_t follow_bytes_max = 8 * 1024;

}  // namespace

participant::participant(const surroundings& in, std::size_t number, seeded_random random)
    : in_{in},
      number_{number},
      random_{random},
      dial_{in.net.connector_of(number)},
      has_store_{random_.chance(in.by.with_store)} {
  start();
}

participant::~participant() = default;

std::string participant::name() const { return absl::StrCat("P", number_); }

// ---- The application

void participant::start() {
  if (is_running()) {
    return;
  }
  collab::client_options options = in_.by.clients;
  options.name = name();
  options.pending = has_store_ ? &store_ : nullptr;
  board_ = std::make_unique<collab::client>(*dial_, random_, options);
  board_->observe(this);
  ++life_;
  in_.known.note("app.start", number_);
  (void)board_->join(room_name);
  wake();
}

void participant::crash() {
  if (!is_running()) {
    return;
  }
  in_.known.note("app.crash", number_);
  board_.reset();
  strokes_.clear();
  group_.clear();
  frozen_until_.reset();
  planned_.reset();
  // Without a store nobody will answer what is open.
  past_outcomes_.push_back(std::move(outcomes_));
  outcomes_ = has_store_ ? past_outcomes_.back().take_open() : tickets{};
  if (!has_store_) {
    ended_.clear();
  }
}

void participant::freeze(duration span) {
  frozen_until_ = in_.time.now() + span;
  in_.time.after(span, [this] {
    if (frozen_until_.has_value() && in_.time.now() >= *frozen_until_) {
      thaw();
    }
  });
}
void participant::thaw() {
  frozen_until_.reset();
  wake();
}

void participant::wake(duration wait) {
  const instant when = in_.time.now() + wait;
  if (!is_running() || frozen_until_.has_value() || (planned_.has_value() && *planned_ <= when)) {
    return;
  }
  planned_ = when;
  in_.time.at(when, [this, when, life = life_] {
    if (is_running() && life_ == life && planned_ == when) {
      planned_.reset();
      poll();
    }
  });
}

void participant::poll() {
  if (frozen_until_.has_value()) {
    return;
  }
  board_->poll(in_.time.now());
  check_bounds();
  look(false);
  plan_deadline();
}

void participant::plan_deadline() {
  if (const auto next = board_->next_deadline()) {
    wake(std::max<duration>(*next - in_.time.now(), 0s));
  }
}

void participant::check_bounds() {
  bounds_kept& bounds = in_.known.bounds;
  const collab::client_options& options = in_.by.clients;
  in_.known.hold(8, bounds.holds("pending operations of a client", board_->pending_count(),
                                 options.pending_operations_max + follow_operations_max));
  in_.known.hold(8, bounds.holds("pending bytes of a client", board_->pending_bytes(),
                                 options.pending_bytes_max + follow_bytes_max));
  in_.known.hold(
      8, bounds.holds("members", board_->members().size(), in_.by.rooms.bounds.members_per_room));
}

// ---- From the client

void participant::on_connection(const collab::connection_report& report) {
  in_.known.note("state", number_,
                 absl::StrCat(static_cast<int>(report.state), " ", static_cast<int>(report.code),
                              " ", report.reason, " ", report.retry_in.count()));
}

void participant::on_joined(const collab::arrival_report& report) {
  in_.known.note("joined", number_,
                 absl::StrCat(report.is_resumed ? "resumed" : "new", " ", report.self.client, " ",
                              collab::to_integer(report.seq)));
}

void participant::on_operation_done(collab::operation_ticket ticket, collab::seq_number seq) {
  const std::uint64_t number = collab::to_integer(ticket);
  in_.known.note("done", number_, absl::StrCat(number, " ", collab::to_integer(seq)));
  in_.known.hold(1, outcomes_.done(number, collab::to_integer(seq)));
  if (const auto found = ended_.find(number); found != ended_.end()) {
    if (!has_lost_pieces_) {
      in_.known.strokes.done(found->second);
    }
    ended_.erase(found);
  }
}

void participant::on_operation_rejected(collab::operation_ticket ticket, const absl::Status& why) {
  const std::uint64_t number = collab::to_integer(ticket);
  in_.known.note("rejected", number_, absl::StrCat(number, " ", why.message()));
  in_.known.hold(1, outcomes_.rejected(number, absl::IsAborted(why)));
  ended_.erase(number);
}

void participant::on_chat(const collab::chat_message& said) {
  in_.known.note("chat", number_, said.text);
}
void participant::on_error(const absl::Status& why, std::string_view answers) {
  // A piece of a stroke was refused: what is done of it is not the whole.
  has_lost_pieces_ = has_lost_pieces_ || answers == "stroke:end";
  in_.known.note("error", number_, absl::StrCat(std::string{answers}, ": ", why.message()));
}
void participant::on_out_of_step(const absl::Status& why) {
  in_.known.hold(3, absl::StrCat(name(), " is out of step: ", why.message()));
}

// ---- What is to be seen

std::size_t participant::answered_tickets() const {
  std::size_t sum = outcomes_.answered();
  for (const tickets& each : past_outcomes_) {
    sum += each.answered();
  }
  return sum;
}

bool participant::sees_company(std::size_t people) const {
  return board_->members().size() == people && board_->live_strokes().empty();
}

void participant::leave() {
  board_->leave();
  wake();
}

bool participant::has_arrived() const {
  return is_running() && board_->state() == collab::client_state::joined &&
         board_->pending_count() == 0 && outcomes_.waiting() == 0 &&
         collab::to_integer(board_->seq()) == in_.known.log.last_seq() && knows_history();
}

void participant::look(bool all) {
  if (!is_running()) {
    return;
  }
  const std::uint64_t seq = collab::to_integer(board_->seq());
  in_.known.hold(3, check_view(in_.known.log, name(), seq, board_->confirmed().content_digest()));
  if (!all) {
    return;
  }
  for (const collab::shown_stroke& each : board_->live_strokes()) {
    in_.known.hold(6, in_.known.strokes.shown(each.id, each.points));
  }
  for (const collab::element* each : board_->document().elements()) {
    // What he has put himself, in a session that is lost, he may put again.
    const bool may_be_own =
        board_->pending_count() > 0 &&
        (each->id().starts_with(absl::StrCat("p", number_, ".")) || each->id().front() != 'p');
    if (verdict said = in_.known.there.shown(each->id(), seq); said.has_value() && !may_be_own) {
      in_.known.hold(7, absl::StrCat(name(), ": ", *said));
    }
  }
}

void participant::look_at_rest() {
  const room_log& log = in_.known.log;
  if (board_->state() != collab::client_state::joined) {
    in_.known.hold(3, absl::StrCat(name(), " is not in the room (state ",
                                   static_cast<int>(board_->state()), ")"));
  }
  in_.known.hold(3, check_arrived(log, name(), collab::to_integer(board_->seq()),
                                  board_->pending_count() + outcomes_.waiting()));
  const collab::digest expected = log.digest_at(log.last_seq());
  if (sum_of(board_->confirmed().elements()) != expected) {
    in_.known.hold(3, absl::StrCat(name(), "'s elements are others than his digest says"));
  }
  if (sum_of(board_->document().elements()) != expected) {
    in_.known.hold(3, absl::StrCat(name(), " is shown something else than is confirmed"));
  }
  look(true);
  look_at_chat();
  if (!knows_history()) {
    in_.known.hold(5, absl::StrCat(name(), " is told of other things to undo than there are"));
  }
}

// The latest of what was said, and all of it that a newcomer is told.
void participant::look_at_chat() {
  std::vector<const collab::operation*> said;
  for (const collab::operation& op : in_.known.log.operations()) {
    if (std::holds_alternative<collab::chat_operation>(op.body)) {
      said.push_back(&op);
    }
  }
  const auto& shown = board_->chat();
  const std::size_t least = std::min<std::size_t>(said.size(), in_.by.rooms.bounds.chat_history);
  bool is_same = shown.size() >= least && shown.size() <= said.size();
  for (std::size_t i = 1; is_same && i <= shown.size(); ++i) {
    const collab::operation& op = *said[said.size() - i];
    const collab::chat_message& seen = shown[shown.size() - i];
    is_same = seen.seq == op.seq && seen.user == op.author &&
              seen.text == std::get<collab::chat_operation>(op.body).text;
  }
  if (!is_same) {
    in_.known.hold(3, absl::StrCat(name(), " is shown ", shown.size(), " of ", said.size(),
                                   " messages, or others"));
  }
}

// What there is to undo is told after what it follows from.
bool participant::knows_history() const {
  const collab::edit_history& all = in_.known.log.history();
  const std::string& user = board_->self().user;
  using collab::undo_scope;
  const collab::history_message expected{all.undo_target(undo_scope::room, user).has_value(),
                                         all.redo_target(undo_scope::room, user).has_value(),
                                         all.undo_target(undo_scope::mine, user).has_value(),
                                         all.redo_target(undo_scope::mine, user).has_value()};
  return board_->history() == expected;
}

void participant::check_outcomes() const {
  for (const tickets& each : past_outcomes_) {
    in_.known.hold(1, each.check(in_.known.log));
  }
  in_.known.hold(1, outcomes_.check(in_.known.log));
  in_.known.hold(4, check_asked_order(in_.known.log, asked_));
}

// ---- What the person does

void participant::come_to_rest() {
  start();
  thaw();
  group_.clear();
  while (!strokes_.empty()) {
    end_stroke(random_);
  }
  const collab::client_state state = board_->state();
  if (state == collab::client_state::idle || state == collab::client_state::stopped) {
    (void)board_->join(room_name);
  }
  wake();
}

void participant::act(action what, seeded_random& random) {
  if (!is_running()) {
    return;
  }
  switch (what) {
    case action::begin_stroke:
      begin_stroke(random);
      break;
    case action::extend_stroke:
      extend_stroke(random);
      break;
    case action::end_stroke:
      end_stroke(random);
      break;
    case action::cancel_stroke:
      if (!strokes_.empty()) {
        strokes_.front().handle.cancel();
        strokes_.pop_front();
      }
      break;
    case action::put_shape:
    case action::put_stroke:
      put(random, what == action::put_stroke);
      break;
    case action::set_place:
    case action::set_look:
    case action::set_text:
    case action::set_custom:
    case action::set_if_seq:
    case action::reorder:
      set(what, random);
      break;
    case action::gesture:
      group_ = group_.empty() ? fresh_id() : std::string{};
      break;
    case action::remove:
      remove(random);
      break;
    case action::clear:
      asked(board_->clear(options(random)), {}, "clear");
      break;
    case action::undo:
    case action::redo:
      undo_or_redo(what == action::redo, random);
      break;
    case action::say: {
      const std::string text = absl::StrCat("hello ", fresh_id());
      asked(board_->say(text), absl::StrCat("say ", text), "say");
      break;
    }
    case action::preview:
      preview(random);
      break;
    case action::move_cursor:
      board_->move_cursor(static_cast<double>(random.below(1'000)), 7, random.chance(500));
      break;
    case action::host_message:
      (void)board_->send_host_message("ping", absl::StrCat("{\"n\":", random.below(100), "}"));
      break;
    case action::update_member:
      board_->update_member(absl::StrCat("P", number_, ".", random.below(10)), std::nullopt);
      break;
    case action::save_version:
      asked(board_->save_version(fresh_id()), {}, "save");
      break;
    case action::restore_version:
      asked(board_->restore_version(
                collab::seq_number{random.between(0, collab::to_integer(board_->seq()) + 1)}),
            {}, "restore");
      break;
    case action::burst:
      burst(random);
      break;
    case action::reconnect:
      board_->reconnect();
      break;
    case action::leave:
      board_->leave();
      break;
    case action::join:
      (void)board_->join(room_name);
      break;
    default:
      break;
  }
  check_bounds();
  wake(duration{static_cast<duration::rep>(random.below(17'000'000))});
}

std::string participant::fresh_id() { return absl::StrCat("p", number_, ".", ++made_); }
double participant::fresh_number() {
  return static_cast<double>(number_ * 100'000 + ++made_) + 0.5;
}

collab::operation_options participant::options(seeded_random& random) {
  if (group_.empty() && random.chance(in_.by.grouped)) {
    return {.group = absl::StrCat("g", random.below(3))};
  }
  return {.group = in_.by.grouped > 0 ? group_ : std::string{}};
}

void participant::asked(const absl::StatusOr<collab::operation_ticket>& ticket, std::string mark,
                        std::string_view what) {
  if (!ticket.ok()) {
    in_.known.note("refused", number_,
                   absl::StrCat(std::string{what}, ": ", ticket.status().message()));
    return;
  }
  in_.known.note("asked", number_,
                 absl::StrCat(collab::to_integer(*ticket), " ", std::string{what}, " ", mark));
  asked_.push_back(mark);
  in_.known.hold(1, outcomes_.asked(collab::to_integer(*ticket), std::move(mark)));
}

// ---- Strokes

void participant::begin_stroke(seeded_random& random) {
  if (strokes_.size() >= 3) {
    return;
  }
  open_stroke made;
  made.id = fresh_id();
  made.x = static_cast<float>(random.below(2'000));
  made.y = static_cast<float>(random.below(2'000));
  made.handle = board_->begin_stroke({.color = {static_cast<std::uint32_t>(random.next()), true},
                                      .width = static_cast<double>(random.between(1, 20)),
                                      .id = made.id,
                                      .group = options(random).group});
  in_.known.note("begin", number_, made.id);
  strokes_.push_back(std::move(made));
  extend_stroke(random);
}

std::vector<collab::point> participant::draw(open_stroke& in, std::size_t count,
                                             seeded_random& random) {
  std::vector<collab::point> points;
  for (std::size_t i = 0; i < count; ++i) {
    in.x += static_cast<float>(random.below(161)) / 16 - 5;
    in.y += static_cast<float>(random.below(161)) / 16 - 5;
    in.t += static_cast<std::uint32_t>(random.between(1, 16));
    points.push_back({in.x, in.y, static_cast<float>(random.below(1'025)) / 1'024, in.t});
  }
  return points;
}

void participant::extend_stroke(seeded_random& random) {
  if (strokes_.empty()) {
    return;
  }
  open_stroke& to = random.pick(strokes_);
  const std::size_t count = random.chance(20) ? random.between(50, 600) : random.between(1, 12);
  const std::vector<collab::point> points = draw(to, count, random);
  const absl::Status status = to.handle.extend(points);
  in_.known.note("extend", number_, absl::StrCat(to.id, " ", count, " ", status.message()));
  if (status.ok()) {
    in_.known.strokes.drawn(to.id, points);
  }
}

void participant::end_stroke(seeded_random& random) {
  if (strokes_.empty()) {
    return;
  }
  const std::size_t at = random.below(strokes_.size());
  open_stroke ended = std::move(strokes_[at]);
  strokes_.erase(strokes_.begin() + static_cast<std::ptrdiff_t>(at));
  const absl::StatusOr<collab::operation_ticket> ticket = ended.handle.end();
  if (ticket.ok()) {
    ended_.emplace(collab::to_integer(*ticket), ended.id);
  }
  // It may have become several, of which the ticket is that of the last.
  asked(ticket, {}, absl::StrCat("end ", ended.id));
}

// ---- Elements

collab::element participant::new_shape(seeded_random& random) {
  using kind = collab::element_kind;
  const kind what = random.one_of(
      {kind::rect, kind::ellipse, kind::text, kind::sticky, kind::arrow, kind::image, kind::host});
  const std::string user = board_->self().user;
  collab::element made = what == kind::host
                             ? collab::element{fresh_id(), collab::host_kind{"x-note"}, user}
                             : collab::element{fresh_id(), what, user};
  made.set(property::x, static_cast<double>(random.below(1'000)));
  if (what == kind::arrow) {
    made.set(property::points, std::make_shared<const collab::offset_list>(collab::offset_list{
                                   {0, 0}, {static_cast<float>(random.below(100)), 10}}));
  }
  if (what == kind::text || what == kind::sticky) {
    made.set(property::text, std::string(random.below(40), 'x'));
  }
  return made;
}

void participant::put(seeded_random& random, bool whole_stroke) {
  if (!whole_stroke) {
    collab::element made = new_shape(random);
    std::string mark = absl::StrCat("put ", made.id());
    asked(board_->put(std::move(made), options(random)), std::move(mark), "put");
    return;
  }
  collab::element made{fresh_id(), collab::element_kind::stroke, board_->self().user};
  open_stroke pen{{}, made.id(), false, 10, 10, 0};
  const std::vector<collab::point> points = draw(pen, random.between(1, 60), random);
  if (!made.set_points(points).ok()) {
    return;
  }
  in_.known.strokes.drawn(made.id(), points);
  std::string mark = absl::StrCat("put ", made.id());
  asked(board_->put(std::move(made), options(random)), std::move(mark), "put stroke");
}

const collab::element* participant::some_element(seeded_random& random) const {
  const auto& all = board_->document().elements();
  if (all.empty()) {
    return nullptr;
  }
  auto at = all.begin();
  std::advance(at, random.below(all.size()));
  return *at;
}

collab::property_changes participant::changes_for(action what, const collab::element& of,
                                                  seeded_random& random) {
  switch (what) {
    case action::set_look:
      return {{property::color,
               collab::color{static_cast<std::uint32_t>((number_ + 1) << 24U | ++made_), true}}};
    case action::set_text:
      if (collab::has_property(of.kind(), property::text)) {
        return {{property::text, absl::StrCat("text ", fresh_id())}};
      }
      break;
    case action::set_custom:
      return {{property::custom, absl::StrCat("{\"n\":\"", fresh_id(), "\"}")}};
    case action::reorder: {
      // To the front, to the back, or between two.
      const auto& all = board_->document().elements();
      const std::string& index = (*all.begin())->index();
      if (random.chance(500) || index.empty() || index.front() == '~') {
        return {{property::index, collab::index_above(board_->confirmed().top_index())}};
      }
      const absl::StatusOr<std::string> below = collab::index_between({}, index);
      if (below.ok()) {
        return {{property::index, *below}};
      }
      break;
    }
    default:
      break;
  }
  if (random.chance(500)) {
    return {{property::x, fresh_number()}};
  }
  return {{property::x, fresh_number()}, {property::y, static_cast<double>(random.below(500))}};
}

void participant::set(action what, seeded_random& random) {
  const collab::element* of = some_element(random);
  if (of == nullptr) {
    return;
  }
  const std::string id = of->id();
  collab::property_changes changes = changes_for(what, *of, random);
  const std::string mark = mark_of(collab::set_operation{id, changes});
  collab::operation_options with = options(random);
  if (what == action::set_if_seq) {
    const std::uint64_t seq = collab::to_integer(board_->seq());
    with.if_seq = collab::seq_number{seq - std::min<std::uint64_t>(seq, random.below(6))};
  }
  asked(board_->set(id, std::move(changes), with), mark, "set");
}

void participant::preview(seeded_random& random) {
  if (const collab::element* of = some_element(random)) {
    board_->preview(of->id(), {{property::x, static_cast<double>(random.below(900))}});
  }
}

void participant::remove(seeded_random& random) {
  std::vector<collab::element_id> ids;
  for (std::uint64_t left = random.between(1, 3); left > 0; --left) {
    if (const collab::element* of = some_element(random)) {
      ids.push_back(of->id());
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  if (random.chance(50)) {
    ids.push_back("nobody");
  }
  if (!ids.empty()) {
    asked(board_->remove(std::move(ids), options(random)), {}, "remove");
  }
}

void participant::undo_or_redo(bool redo, seeded_random& random) {
  std::optional<collab::undo_scope> scope;
  if (random.chance(600)) {
    scope = random.one_of({collab::undo_scope::room, collab::undo_scope::mine});
  }
  asked(redo ? board_->redo(scope) : board_->undo(scope), {}, redo ? "redo" : "undo");
}

void participant::burst(seeded_random& random) {
  for (std::uint64_t left = random.between(10, 80); left > 0; --left) {
    if (random.chance(300)) {
      put(random, random.chance(300));
    } else {
      set(action::set_place, random);
    }
  }
}

}  // namespace collab_sim
