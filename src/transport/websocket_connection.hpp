// transport/websocket_connection.hpp - a socket that speaks WebSocket. Private to this module.

#ifndef COLLAB_TRANSPORT_WEBSOCKET_CONNECTION_HPP
#define COLLAB_TRANSPORT_WEBSOCKET_CONNECTION_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collab/transport/transport.hpp"
#include "collab/transport/websocket_receiver.hpp"
#include "transport/connection_core.hpp"

namespace collab {

// One end of a WebSocket, either one. Kept alive by its transport and by what it waits for.
// Small while idle: no buffer, no timer. A client's may be used before the socket is there.
//
// Threads: the loop's.
class websocket_connection final : public deadline_entry,
                                   public std::enable_shared_from_this<websocket_connection> {
 public:
  // A server's. `early`: bytes that came behind the handshake.
  websocket_connection(connection_ticket ticket, tcp_socket socket, std::string early);

  // A client's, which opens by and by: whoever dials for it uses socket(), and says open() or
  // give_up(). What is sent before waits. Given up when that takes longer than
  // handshake_deadline, which closes the socket.
  explicit websocket_connection(connection_ticket ticket);

  // Queues the response to the handshake, before anything else.
  void send_handshake(std::string response);

  // Of a client's while is_opening(); the end of it is the end of the dialling.
  [[nodiscard]] bool is_opening() const { return phase_ == phase::opening; }
  [[nodiscard]] tcp_socket& socket() { return socket_; }
  // The handshake is done. `early`: bytes that came behind it.
  void open(std::string early);
  void give_up(std::string_view reason);

  // As the functions of transport.
  void start(transport_handler& handler);
  void send(shared_payload message);
  void close(close_code code, std::string_view reason);
  void set_paused(bool is_paused);
  [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_; }

  // Ends at once; the handler is not called any more.
  void abort();

  // Writes what is queued; called at the end of a turn.
  void flush();

 private:
  enum class phase : unsigned char {
    opening,
    open,
    closing,    // Our close frame is queued or sent; the peer's is awaited.
    finishing,  // The peer has nothing more to say that matters; ours is on its way out.
    ended,
  };

  // What is between two reads, or two fragments. Only there while something is.
  struct backlog {
    std::string unread;   // An incomplete header or control frame.
    std::string message;  // The message so far.
  };

  struct ending {
    close_code code;
    std::string reason;
  };

  void expire() override;
  void begin_reading();
  void check_silence();
  void wait_readable();
  void wait_writable();
  void on_readable();
  void process(std::span<char> in);
  void on_data(const websocket_event& event);
  void on_ping(std::string_view bytes);
  void deliver(std::string_view bytes, payload_kind kind);
  void on_peer_close(const websocket_event& event);
  void finish(close_code code, std::string_view reason);
  [[nodiscard]] outgoing make_frame(shared_payload body, websocket_opcode opcode) const;
  void push(outgoing frame);
  void push_close(close_code code, std::string_view reason);
  std::size_t write_some(asio::error_code& error);
  void take_written(std::size_t count);
  void release_queue();
  void end(close_code code, std::string_view reason);
  void end_politely();

  connection_ticket core_;
  tcp_socket socket_;
  transport_handler* handler_ = nullptr;
  std::vector<outgoing> queue_;
  std::size_t queued_bytes_ = 0;  // Of the frames in queue_, not yet written.
  std::size_t queue_head_ = 0;    // The first of queue_ that is not wholly written.
  std::size_t head_written_ = 0;  // Bytes of it that are.
  std::unique_ptr<backlog> backlog_;
  std::unique_ptr<ending> ending_;          // Once it is known, and nobody was told.
  std::unique_ptr<std::string> late_pong_;  // To the latest ping, when too many wait already.
  wheel_tick heard_at_ = 0;
  websocket_receiver receiver_;
  phase phase_;
  unsigned char pongs_queued_ = 0;
  bool is_paused_ = true;  // Until start().
  bool is_waiting_readable_ = false;
  bool is_waiting_writable_ = false;
  bool is_dirty_ = false;
  bool is_pinged_ = false;        // Since it was last heard.
  bool is_closed_early_ = false;  // close() was called while opening.
};

// The transport that a host is given: aborts the connection when destroyed.
[[nodiscard]] std::unique_ptr<transport> make_websocket_transport(
    std::shared_ptr<websocket_connection> connection);

}  // namespace collab

#endif  // COLLAB_TRANSPORT_WEBSOCKET_CONNECTION_HPP
