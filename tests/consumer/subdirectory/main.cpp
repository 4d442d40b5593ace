// Uses the core, in code that our own warnings would not let pass.

#include <collab/collab.hpp>
#include <vector>

int main(int argc, char**) {
  collab::distance_filter filter;
  std::vector<collab::point> smooth;
  int filter_ = 3.5 + argc;  // -Wconversion is ours.
  {
    int filter_ = 1;  // -Wshadow, too.
    (void)filter_;
  }
  (void)filter;
  (void)smooth;
  return filter_ > 0 ? 0 : 1;
}
