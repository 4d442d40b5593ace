// collab/history/fwd.hpp - the names of the history module.

#ifndef COLLAB_HISTORY_FWD_HPP
#define COLLAB_HISTORY_FWD_HPP

#include <cstdint>

namespace collab {

class edit_history;
class operation_log;
struct edit_effect;
struct operation;
enum class undo_outcome : std::uint8_t;
enum class undo_scope : std::uint8_t;

}  // namespace collab

#endif  // COLLAB_HISTORY_FWD_HPP
