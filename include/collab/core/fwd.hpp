// collab/core/fwd.hpp - the names of the core module.

#ifndef COLLAB_CORE_FWD_HPP
#define COLLAB_CORE_FWD_HPP

namespace collab {

class clock;
class executor;
class random_source;
class token_bucket;
class utf8_validator;
struct limits;
struct moment;

}  // namespace collab

#endif  // COLLAB_CORE_FWD_HPP
