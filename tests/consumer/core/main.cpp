// A room inside a program: somebody joins, draws a stroke, and takes it back.

#include <collab/collab.hpp>
#include <cstdio>
#include <string>
#include <vector>

namespace {

// Counts what the room says, and keeps its log.
class listener final : public collab::room_sink {
 public:
  void to_member(collab::member_id /*to*/, const collab::room_event& event,
                 collab::log_position /*gate*/) override {
    count(event);
  }
  void to_all(const collab::room_event& event, collab::log_position /*gate*/) override {
    count(event);
  }
  void to_others(collab::member_id /*except*/, const collab::room_event& /*event*/,
                 collab::log_position /*gate*/) override {}
  void store(std::string record, collab::log_position /*at*/) override {
    log.push_back(std::move(record));
  }

  int acknowledged = 0;
  int rejected = 0;
  std::vector<std::string> log;

 private:
  void count(const collab::room_event& event) {
    acknowledged += std::holds_alternative<collab::operation_acknowledged>(event) ? 1 : 0;
    rejected += std::holds_alternative<collab::operation_rejected>(event) ? 1 : 0;
  }
};

bool check(bool condition, const char* what) {
  if (!condition) {
    std::fprintf(stderr, "not so: %s\n", what);
  }
  return condition;
}

}  // namespace

int main() {
  const collab::system_clock_source time;
  listener told;
  collab::room board{"ROOM01", collab::limits{}, told};
  constexpr collab::member_id ann{1};
  collab::join_request request;
  request.client = "c1";
  request.user = "u1";
  request.name = "Ann";
  bool good = check(board.join(ann, std::move(request), time.now()).ok(), "Ann joins");

  const std::vector<collab::point> points{{0, 0, 0.5F, 0}, {8, 4, 0.5F, 8}};
  const collab::element stroke{"s1", collab::element_kind::stroke, "u1"};
  const auto does = [&](const collab::room_command& command) {
    return board.execute(ann, command, time.now()).ok();
  };
  good &= check(does(collab::start_stroke{stroke, points}), "a stroke begins");
  good &= check(does(collab::operation_command{1, collab::end_stroke{"s1", 2}}), "it ends");
  good &= check(board.board().size() == 1, "it is on the board");
  good &=
      check(board.board().find("s1") != nullptr && board.board().find("s1")->points().size() == 2,
            "it has its points");
  good &= check(does(collab::operation_command{2, collab::undo{}}), "undo");
  good &= check(board.board().size() == 0, "the board is empty again");
  good &= check(told.acknowledged == 2 && told.rejected == 0, "both operations are taken");

  listener nobody;
  collab::room again{"ROOM01", collab::limits{}, nobody};
  for (const std::string& record : told.log) {
    good &= check(again.restore(record).ok(), "the log is replayed");
  }
  good &= check(again.last_seq() == board.last_seq(), "the replayed room is as far");
  return good ? 0 : 1;
}
