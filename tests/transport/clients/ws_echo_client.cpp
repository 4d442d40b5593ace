// Dials the WebSocket at a URL, sends every message back until the connection ends, and prints
// how it ended. For servers that are not ours, see node_server.mjs.

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "collab/core/random_source.hpp"
#include "collab/transport/event_loop.hpp"
#include "collab/transport/websocket_connector.hpp"

namespace {

class echo final : public collab::transport_handler {
 public:
  echo(collab::event_loop& loop, std::unique_ptr<collab::transport> to)
      : loop_{loop}, to_{std::move(to)} {
    to_->start(*this);
  }

  void on_message(std::string_view bytes, collab::payload_kind kind) override {
    if (kind == collab::payload_kind::text && bytes == "close, please") {
      to_->close(collab::close_code{4321}, "as asked \xE2\x80\x94 fine");
      return;
    }
    to_->send(collab::make_payload(std::string{bytes}, kind));
  }

  void on_close(collab::close_code code, std::string_view reason) override {
    std::printf("%d %.*s\n", static_cast<int>(code), static_cast<int>(reason.size()),
                reason.data());
    to_ = nullptr;
    loop_.stop();
  }

 private:
  collab::event_loop& loop_;
  std::unique_ptr<collab::transport> to_;
};

}  // namespace

int main(int argc, char** argv) {
  const auto url = collab::parse_websocket_url(argc == 2 ? argv[1] : "");
  if (!url.ok()) {
    std::fprintf(stderr, "usage: collab-test-ws-client URL\n");
    return 2;
  }
  collab::event_loop loop;
  collab::system_random_source random;
  collab::websocket_connector connector{loop, random, *url};
  echo client{loop, connector.connect("room")};
  loop.run();
  return 0;
}
