// collab/history/operation.hpp - one durable change of a room, as it stands in its log.

#ifndef COLLAB_HISTORY_OPERATION_HPP
#define COLLAB_HISTORY_OPERATION_HPP

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "collab/core/clock.hpp"
#include "collab/core/ids.hpp"
#include "collab/document/element.hpp"

namespace collab {

// Properties to be written, each at most once, in the order of the properties.
using property_changes = std::vector<std::pair<property, property_value>>;

// A new element: a shape, or the whole stroke when it has ended.
struct put_operation {
  element value;
};

struct set_operation {
  element_id id;
  property_changes changes;
};

// Ids that are not there are no error.
struct remove_operation {
  std::vector<element_id> ids;
};

struct clear_operation {};

// Takes back the operation `target`, or does it again.
struct undo_operation {
  seq_number target{};
};
struct redo_operation {
  seq_number target{};
};

struct chat_operation {
  // The author's name at the time.
  std::string name;
  std::string text;
};

struct operation {
  using body_type = std::variant<put_operation, set_operation, remove_operation, clear_operation,
                                 undo_operation, redo_operation, chat_operation>;

  seq_number seq{};
  unix_time time{};
  user_id author;
  client_id client;
  // The author's own number for it; 0 when the room itself commits the stroke of somebody
  // who is gone. That ends nobody's redo.
  operation_counter counter = 0;
  body_type body;
};

}  // namespace collab

#endif  // COLLAB_HISTORY_OPERATION_HPP
