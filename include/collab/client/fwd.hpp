// collab/client/fwd.hpp - the names of the client module.

#ifndef COLLAB_CLIENT_FWD_HPP
#define COLLAB_CLIENT_FWD_HPP

namespace collab {

class client;
class client_observer;
class client_stroke;
class pending_store;
class shown_board;
struct client_options;

}  // namespace collab

#endif  // COLLAB_CLIENT_FWD_HPP
