// transport/event_loop_impl.hpp - what an event_loop is made of. Private to this module.

#ifndef COLLAB_TRANSPORT_EVENT_LOOP_IMPL_HPP
#define COLLAB_TRANSPORT_EVENT_LOOP_IMPL_HPP

#include <absl/functional/any_invocable.h>

#include <asio.hpp>
#include <chrono>

#include "collab/transport/event_loop.hpp"

namespace collab {

// Typed on the one executor there is: smaller and faster than asio::any_io_executor.
using loop_executor = asio::io_context::executor_type;
using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, loop_executor>;
using tcp_acceptor = asio::basic_socket_acceptor<asio::ip::tcp, loop_executor>;
using steady_timer =
    asio::basic_waitable_timer<std::chrono::steady_clock,
                               asio::wait_traits<std::chrono::steady_clock>, loop_executor>;

struct event_loop::impl {
  asio::io_context io{1};
  asio::executor_work_guard<loop_executor> work{io.get_executor()};
  asio::signal_set signals{io};
  absl::AnyInvocable<void(int)> on_signal;
};

}  // namespace collab

#endif  // COLLAB_TRANSPORT_EVENT_LOOP_IMPL_HPP
