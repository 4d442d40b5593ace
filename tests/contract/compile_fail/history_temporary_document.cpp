// Built twice: as it stands it must compile; with COLLAB_FAIL it must not.
// A history keeps a reference to the document that it edits: a temporary would dangle.
#include "collab/document/document.hpp"
#include "collab/history/edit_history.hpp"

void run() {
#ifdef COLLAB_FAIL
  collab::edit_history history{collab::document{}};
#else
  collab::document board;
  collab::edit_history history{board};
#endif
  (void)history;
}
