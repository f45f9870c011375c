#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <vector>

#include "audit/compress.hpp"
#include "audit/segment_file.hpp"
#include "config/file_descriptor_linux.hpp"

namespace shirgate {
namespace {

/// Audit lines repeat themselves: three is where more time buys little.
constexpr int level = 3;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

std::error_code last_error() { return {errno, std::system_category()}; }

std::error_code write_all(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    const auto n = ::write(fd, bytes, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return last_error();
    bytes += n;
    size -= static_cast<std::size_t>(n);
  }
  return {};
}

/// All of one file into the other, as one frame with a checksum.
std::error_code compress_file(int from, int to, const std::atomic<bool>& stop) {
  const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::vector<char> plain(ZSTD_CStreamInSize());
  std::vector<char> packed(ZSTD_CStreamOutSize());
  for (bool more = true; more;) {
    if (stop.load()) return std::make_error_code(std::errc::operation_canceled);
    const auto got = ::read(from, plain.data(), plain.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return last_error();
    more = got > 0;
    ZSTD_inBuffer in{plain.data(), static_cast<std::size_t>(got), 0};
    for (std::size_t left = 1; left != 0 && (!more || in.pos < in.size);) {
      ZSTD_outBuffer out{packed.data(), packed.size(), 0};
      left = ZSTD_compressStream2(context.get(), &out, &in, more ? ZSTD_e_continue : ZSTD_e_end);
      if (ZSTD_isError(left) != 0) return std::make_error_code(std::errc::io_error);
      if (const auto error = write_all(to, packed.data(), out.pos)) return error;
      if (more) left = 1;
    }
  }
  if (::fsync(to) != 0) return last_error();
  return {};
}

}  // namespace

std::string unfinished_path(const std::string& path) { return path + ".zst.new"; }

std::error_code compress_segment(const std::string& directory, const std::string& path, const std::atomic<bool>& stop) {
  const auto unfinished = unfinished_path(path);
  ::unlink(unfinished.c_str());
  const FileDescriptor from(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (from.get() < 0) return last_error();
  const FileDescriptor to(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640));
  if (to.get() < 0) return last_error();
  auto error = compress_file(from.get(), to.get(), stop);
  if (!error && ::rename(unfinished.c_str(), (path + ".zst").c_str()) != 0) error = last_error();
  if (error) {
    ::unlink(unfinished.c_str());
    return error;
  }
  // Where the new name may not be on disk, both forms stay: the plain one is read.
  if ((error = sync_directory(directory))) return error;
  if (::unlink(path.c_str()) != 0) return last_error();
  return sync_directory(directory);
}

}  // namespace shirgate
