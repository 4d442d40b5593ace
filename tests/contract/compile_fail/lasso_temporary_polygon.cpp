// Built twice: as it stands it must compile; with COLLAB_FAIL it must not.
// A lasso keeps a view of its polygon: a temporary would dangle.
#include <vector>

#include "collab/ink/hit_test.hpp"

std::vector<collab::vertex> drawn();

void run() {
#ifdef COLLAB_FAIL
  collab::lasso_hit_test test{drawn()};
#else
  const std::vector<collab::vertex> polygon = drawn();
  collab::lasso_hit_test test{polygon};
#endif
  (void)test;
}
