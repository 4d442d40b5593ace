// transport/http_connection.hpp - a socket that speaks HTTP/1.1, until it is upgraded. Private
// to this module.

#ifndef COLLAB_TRANSPORT_HTTP_CONNECTION_HPP
#define COLLAB_TRANSPORT_HTTP_CONNECTION_HPP

#include <cstddef>
#include <memory>
#include <string>

#include "collab/transport/http_message.hpp"
#include "transport/http_head.hpp"
#include "transport/listener_core.hpp"

namespace collab {

// Reads one request, has it answered, writes the answer, and begins again.
//
// Threads: the loop's.
class http_connection final : public http_responder::sink,
                              public deadline_entry,
                              public std::enable_shared_from_this<http_connection> {
 public:
  http_connection(std::shared_ptr<listener_core> listener, tcp_socket socket);
  ~http_connection() override;

  void start();

  // Answers the current request; does nothing if there is none.
  void respond(http_response response) override;

  // Ends the connection, after the answer to the current request if there is one.
  void shutdown();

  // Ends the connection at once.
  void abort();

 private:
  enum class phase : unsigned char {
    reading,    // A head is awaited.
    answering,  // The handler has a request.
    writing,    // A response is on its way out.
    ended,
  };

  void expire() override;
  void wait_readable();
  void on_readable();
  void read_head();
  void dispatch();
  void upgrade(const http_request& request);
  void refuse(http_response response);
  void write();
  void wait_writable();
  void on_written();
  void leave_core();

  std::shared_ptr<listener_core> listener_;
  connection_ticket core_;
  tcp_socket socket_;
  std::string remote_address_;
  std::string in_;  // Read and not yet parsed.
  std::unique_ptr<http_head_reader> head_;
  std::string out_head_;
  std::string out_body_;
  std::size_t written_ = 0;  // Of both together.
  phase phase_ = phase::reading;
  bool is_kept_alive_ = false;
  bool is_bodiless_ = false;        // The request is HEAD.
  bool has_head_deadline_ = false;  // For this head, once it has begun.
};

}  // namespace collab

#endif  // COLLAB_TRANSPORT_HTTP_CONNECTION_HPP
