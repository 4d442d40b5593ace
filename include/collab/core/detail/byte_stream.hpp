// collab/core/detail/byte_stream.hpp - the bytes that records and binary messages are made of.
//
// Whole numbers are LEB128 varints, signed ones folded (0, -1, 1, -2, ... as 0, 1, 2, 3, ...);
// texts are a length and bytes; numbers are IEEE 754 doubles, least byte first.

#ifndef COLLAB_CORE_DETAIL_BYTE_STREAM_HPP
#define COLLAB_CORE_DETAIL_BYTE_STREAM_HPP

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace collab::detail {

class byte_writer {
 public:
  [[nodiscard]] std::string take() { return std::move(bytes_); }

  void byte(unsigned value) { bytes_.push_back(static_cast<char>(value)); }
  void integer(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
      byte(static_cast<unsigned>(value & 0x7F) | 0x80U);
    }
    byte(static_cast<unsigned>(value));
  }
  void difference(std::int64_t value) {
    integer(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }
  void real(double value) {
    auto bits = std::bit_cast<std::uint64_t>(value);
    for (int i = 0; i < 8; ++i, bits >>= 8) {
      byte(static_cast<unsigned>(bits & 0xFF));
    }
  }
  void text(std::string_view value) {
    integer(value.size());
    bytes_.append(value);
  }

 protected:
  std::string bytes_;
};

// Takes nothing on trust. Once anything was wrong, everything read is 0 or empty.
class byte_reader {
 public:
  explicit byte_reader(std::string_view bytes) noexcept : bytes_{bytes} {}

  [[nodiscard]] bool failed() const noexcept { return failed_; }
  [[nodiscard]] std::size_t offset() const noexcept { return at_; }
  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - at_; }
  void fail() noexcept { failed_ = true; }

  unsigned byte() noexcept {
    if (failed_ || at_ == bytes_.size()) {
      failed_ = true;
      return 0;
    }
    return static_cast<unsigned char>(bytes_[at_++]);
  }
  // Refuses what is 2^64 or more, and more bytes than are needed.
  std::uint64_t integer() noexcept {
    if (!failed_ && at_ != bytes_.size() && static_cast<unsigned char>(bytes_[at_]) < 0x80) {
      return static_cast<unsigned char>(bytes_[at_++]);
    }
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const unsigned next = byte();
      value |= std::uint64_t{next & 0x7FU} << shift;
      if ((next & 0x80U) == 0) {
        const bool is_good = !(shift == 63 && next > 1) && !(shift > 0 && next == 0);
        return is_good && !failed_ ? value : reject();
      }
    }
    return reject();
  }
  std::int64_t difference() noexcept {
    const std::uint64_t value = integer();
    return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
  }
  double real() noexcept {
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) {
      bits |= std::uint64_t{byte()} << 8 * i;
    }
    return failed_ ? 0 : std::bit_cast<double>(bits);
  }
  // Valid as long as the bytes that are read.
  std::string_view view() noexcept { return bytes(integer()); }
  std::string text() { return std::string{view()}; }
  std::string_view bytes(std::uint64_t length) noexcept {
    if (failed_ || length > left()) {
      failed_ = true;
      return {};
    }
    const std::string_view value = bytes_.substr(at_, length);
    at_ += length;
    return value;
  }
  // Everything that is left.
  std::string_view rest() noexcept { return bytes(left()); }
  // A number of things that take at least `bytes_each` bytes.
  std::size_t count(std::size_t bytes_each) noexcept {
    const std::uint64_t value = integer();
    if (failed_ || value > left() / bytes_each) {
      return reject();
    }
    return value;
  }

 private:
  std::uint64_t reject() noexcept {
    failed_ = true;
    return 0;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace collab::detail

#endif  // COLLAB_CORE_DETAIL_BYTE_STREAM_HPP
