#include "collab/transport/event_loop.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <memory>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using collab::event_loop;
using collab::loop_timer;

TEST_SUITE("transport/event_loop") {
  TEST_CASE("posted work runs later, once, in order") {
    event_loop loop;
    std::vector<int> seen;
    loop.post([&] {
      seen.push_back(1);
      loop.post([&] { seen.push_back(3); });
      CHECK(seen.size() == 1);
    });
    loop.post([&] { seen.push_back(2); });
    CHECK(seen.empty());
    loop.poll();
    CHECK(seen == std::vector{1, 2, 3});
  }

  TEST_CASE("work posted from another thread wakes a waiting loop") {
    event_loop loop;
    std::thread other{[&] { loop.post([&] { loop.stop(); }); }};
    CHECK_FALSE(loop.run_for(std::chrono::seconds{30}));  // Ended by stop(), not by the time.
    other.join();
  }

  TEST_CASE("waiting ends with the first thing to do, after all that is ready, or with the time") {
    event_loop loop;
    int ran = 0;
    loop.post([&] { ++ran; });
    loop.post([&] { ++ran; });
    CHECK(loop.wait_for(1h) == 2);
    CHECK(ran == 2);
    std::thread other{[&] {
      std::this_thread::sleep_for(20ms);
      loop.post([&] { ++ran; });
    }};
    CHECK(loop.wait_for(1h) == 1);
    other.join();
    CHECK(ran == 3);
    const auto begin = std::chrono::steady_clock::now();
    CHECK(loop.wait_for(20ms) == 0);
    CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
    CHECK(loop.wait_for(-1h) == 0);
  }

  TEST_CASE("work that never ran is destroyed with the loop") {
    auto held = std::make_shared<int>(1);
    {
      event_loop loop;
      loop.post([held] {});
      CHECK(held.use_count() == 2);
    }
    CHECK(held.use_count() == 1);
  }

  TEST_CASE("a stop before run() is not lost, and run() may be called again") {
    event_loop loop;
    loop.stop();
    loop.run();
    loop.post([&] { loop.stop(); });
    loop.run();
    CHECK(loop.run_for(1ms));
    loop.post([&] { loop.stop(); });
    CHECK_FALSE(loop.run_for(1h));
  }

  TEST_CASE("a timer runs once, a repeated one until it is destroyed, even from inside") {
    event_loop loop;
    int once = 0;
    int often = 0;
    const loop_timer single = loop.after(1ms, [&] { ++once; });
    loop_timer repeated;
    repeated = loop.every(1ms, [&] {
      if (++often == 3) {
        repeated = {};
        loop.post([&] { loop.stop(); });
      }
    });
    CHECK(single.is_pending());
    loop.run();
    CHECK(often == 3);
    CHECK(once <= 1);
    CHECK_FALSE(repeated.is_pending());
  }

  TEST_CASE("a destroyed timer does not run, though its time has come") {
    event_loop loop;
    int runs = 0;
    loop_timer second;
    const loop_timer first = loop.after(1ms, [&] { second = {}; });
    second = loop.after(2ms, [&] { ++runs; });
    std::this_thread::sleep_for(5ms);  // Both are due when the loop first looks.
    loop.poll();
    CHECK(runs == 0);
  }

  TEST_CASE("a signal comes as a call on the loop") {
    event_loop loop;
    std::vector<int> seen;
    loop.on_signal({SIGUSR1}, [&](int number) {
      seen.push_back(number);
      if (seen.size() == 2) {
        loop.stop();
      } else {
        std::raise(SIGUSR1);
      }
    });
    std::raise(SIGUSR1);
    loop.run();
    CHECK(seen == std::vector{SIGUSR1, SIGUSR1});
  }
}
