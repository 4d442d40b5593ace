// tests/sim/disk.cpp

#include "sim/disk.hpp"

#include <algorithm>

namespace collab_sim {

namespace {

constexpr std::size_t head_bytes = 12;

void put(std::string& out, std::uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) {
    out.push_back(static_cast<char>(value >> 8U * i & 0xFFU));
  }
}

std::uint64_t checksum(std::string_view bytes) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char each : bytes) {
    hash = (hash ^ static_cast<unsigned char>(each)) * 0x100000001B3U;
  }
  return hash ^ hash >> 32U;
}

// Reads integers and texts; once something is missing everything is.
class frame_reader {
 public:
  explicit frame_reader(std::string_view bytes) : bytes_{bytes} {}
  std::uint64_t integer(std::size_t size) {
    const std::string_view raw = text(size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(raw[i])} << 8U * i;
    }
    return value;
  }
  std::string_view text(std::uint64_t size) {
    if (size > bytes_.size()) {
      has_failed_ = true;
      bytes_ = {};
      return {};
    }
    const std::string_view taken = bytes_.substr(0, static_cast<std::size_t>(size));
    bytes_.remove_prefix(taken.size());
    return taken;
  }
  [[nodiscard]] bool has_failed() const { return has_failed_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
  bool has_failed_ = false;
};

std::string make_frame(std::uint64_t epoch, std::uint64_t position,
                       const std::vector<std::string>& records) {
  std::string body;
  put(body, epoch, 8);
  put(body, position, 8);
  put(body, records.size(), 4);
  for (const std::string& each : records) {
    put(body, each.size(), 4);
    body += each;
  }
  std::string frame;
  put(frame, body.size(), 4);
  put(frame, checksum(body), 8);
  return frame + body;
}

}  // namespace

disk_contents read_frames(std::string_view file) {
  disk_contents read;
  while (file.size() - read.bytes >= head_bytes) {
    frame_reader head{file.substr(read.bytes)};
    const std::uint64_t size = head.integer(4);
    const std::uint64_t sum = head.integer(8);
    const std::string_view body = head.text(size);
    if (head.has_failed() || checksum(body) != sum) {
      break;
    }
    frame_reader in{body};
    const std::uint64_t epoch = in.integer(8);
    const std::uint64_t position = in.integer(8);
    const std::uint64_t count = in.integer(4);
    if (in.has_failed() || position != read.records.size() || epoch < read.epoch) {
      break;
    }
    std::vector<std::string> records;
    for (std::uint64_t i = 0; i < count; ++i) {
      records.emplace_back(in.text(in.integer(4)));
    }
    if (in.has_failed() || in.left() != 0) {
      break;
    }
    read.epoch = epoch;
    read.records.insert(read.records.end(), records.begin(), records.end());
    read.bytes += head_bytes + body.size();
  }
  return read;
}

void disk::write(const std::string& room, std::uint64_t epoch,
                 const std::vector<std::string>& records) {
  file& to = files_[room];
  to.bytes += make_frame(epoch, to.seen.records.size(), records);
  to.seen.epoch = epoch;
  to.seen.records.insert(to.seen.records.end(), records.begin(), records.end());
  to.seen.bytes = to.bytes.size();
}

void disk::sync(const std::string& room) {
  file& of = files_[room];
  of.synced = of.bytes.size();
  tell_durable(room, of);
}

void disk::forget_unsynced(const std::string& room) {
  file& of = files_[room];
  of.bytes.resize(of.synced);
  of.seen = read_frames(of.bytes);
}

void disk::lose_power(seeded_random& random) {
  for (auto& [room, each] : files_) {
    const std::size_t unsynced = each.bytes.size() - each.synced;
    if (unsynced == 0) {
      continue;
    }
    const std::size_t kept = random.chance(300) ? unsynced : random.between(0, unsynced);
    losses_ += kept < unsynced ? 1 : 0;
    each.bytes.resize(each.synced + kept);
    if (kept > 0 && random.chance(300)) {
      each.bytes.back() = static_cast<char>(each.bytes.back() ^ 0x55);
    }
    // What comes back up reads the file and cuts off what is not whole.
    each.seen = read_frames(each.bytes);
    torn_ += each.seen.bytes < each.bytes.size() ? 1 : 0;
    each.bytes.resize(each.seen.bytes);
    each.synced = each.bytes.size();
    tell_durable(room, each);
  }
}

void disk::tell_durable(const std::string& room, file& of) {
  while (of.durable_records < of.seen.records.size()) {
    const std::string& record = of.seen.records[of.durable_records++];
    if (durable_) {
      durable_(room, of.durable_records, record);
    }
  }
}

}  // namespace collab_sim
