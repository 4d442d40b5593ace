// storage/temporary_folder.hpp - a folder that goes when the test does.

#ifndef COLLAB_TESTS_STORAGE_TEMPORARY_FOLDER_HPP
#define COLLAB_TESTS_STORAGE_TEMPORARY_FOLDER_HPP

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <string>

namespace collab_test {

class temporary_folder {
 public:
  temporary_folder() {
    static std::atomic<int> count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("collab_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count));
    std::filesystem::create_directories(path_);
  }
  ~temporary_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;

  [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace collab_test

#endif  // COLLAB_TESTS_STORAGE_TEMPORARY_FOLDER_HPP
