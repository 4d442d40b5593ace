// collab/history/fwd.hpp - the names of the history module.

#ifndef COLLAB_HISTORY_FWD_HPP
#define COLLAB_HISTORY_FWD_HPP

#include <cstdint>

namespace collab {

class edit_history;
class log_reader;
class operation_log;
class timeline;
class timeline_cursor;
class timeline_player;
struct edit_effect;
struct operation;
enum class undo_outcome : std::uint8_t;
enum class undo_scope : std::uint8_t;

}  // namespace collab

#endif  // COLLAB_HISTORY_FWD_HPP
