// collab/server/fwd.hpp - the names of the server module.

#ifndef COLLAB_SERVER_FWD_HPP
#define COLLAB_SERVER_FWD_HPP

namespace collab {

class room_hooks;
class room_host;
class server;
struct room_host_options;
struct room_host_statistics;
struct server_options;

}  // namespace collab

#endif  // COLLAB_SERVER_FWD_HPP
