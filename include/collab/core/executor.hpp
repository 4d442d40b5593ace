// collab/core/executor.hpp - the seam through which work comes back to the caller's thread.
//
// A storage finishes its work on a thread of its own and posts the completion to the
// executor it was given with the call. A host implements it over its event loop.

#ifndef COLLAB_CORE_EXECUTOR_HPP
#define COLLAB_CORE_EXECUTOR_HPP

#include <absl/functional/any_invocable.h>

namespace collab {

// Runs functions on the thread, or in the frame, that owns it.
//
// Threads: post() must be callable from any thread at once.
class executor {
 public:
  virtual ~executor() = default;

  // Queues `work` to run later, exactly once, in the order of the calls from one
  // thread, and never inside this call. Must always accept: a completion that is
  // refused would be an operation lost.
  virtual void post(absl::AnyInvocable<void()> work) = 0;

 protected:
  executor() = default;
  executor(const executor&) = default;
  executor& operator=(const executor&) = default;
};

}  // namespace collab

#endif  // COLLAB_CORE_EXECUTOR_HPP
