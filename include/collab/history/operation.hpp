// collab/history/operation.hpp - one durable change of a room, as it stands in its log.

#ifndef COLLAB_HISTORY_OPERATION_HPP
#define COLLAB_HISTORY_OPERATION_HPP

#include <cstdint>
#include <string>
#include <string_view>
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
  // Whether it is a stroke that was drawn before everybody's eyes.
  bool was_drawn = false;
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

// Whose operations undo and redo choose from: everybody's, or only those of the user himself.
enum class undo_scope : std::uint8_t { room, mine };

// Takes back the operation `target`, or does it again, with the others of its group.
struct undo_operation {
  seq_number target{};
  undo_scope scope = undo_scope::room;
};
struct redo_operation {
  seq_number target{};
  undo_scope scope = undo_scope::room;
};

// Gives the board as it is now a name.
struct save_version_operation {
  std::string name;
};

// Makes the board show what it did after the operation `target`. What that takes stands here, so
// that nobody has to look at the past to do it again.
struct restore_version_operation {
  seq_number target{};
  // Elements that are on the board and were not.
  std::vector<element_id> removed;
  // Elements that were on the board and are not, whole and with their numbers.
  std::vector<element> put_back;
  // Elements that looked different, and what of them.
  std::vector<std::pair<element_id, property_changes>> changed;
};

struct chat_operation {
  // The author's name at the time.
  std::string name;
  std::string text;
};

struct operation {
  using body_type = std::variant<put_operation, set_operation, remove_operation, clear_operation,
                                 undo_operation, redo_operation, chat_operation,
                                 save_version_operation, restore_version_operation>;

  seq_number seq{};
  unix_time time{};
  user_id author;
  client_id client;
  // The author's own number for it; 0 when the room itself commits the stroke of somebody
  // who is gone. That ends nobody's redo.
  operation_counter counter = 0;
  body_type body;
  // Operations of one client with the same group are undone together; empty: by itself.
  std::string group{};
};

// Whether `text` can name a group: 1 to 64 of A-Z a-z 0-9 _ - : .
[[nodiscard]] constexpr bool is_group_name(std::string_view text) noexcept {
  return is_element_id(text);
}

}  // namespace collab

#endif  // COLLAB_HISTORY_OPERATION_HPP
