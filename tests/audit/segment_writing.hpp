// Segments as tests want them, plain and compressed.
#pragma once

#include <zstd.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace shirgate::test {

inline void write_file(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw std::runtime_error("can't write " + path);
}

/// One frame with a checksum, as `zstd` writes it.
inline std::string compressed(std::string_view text) {
  auto* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::string frame(ZSTD_compressBound(text.size()), '\0');
  const auto size = ZSTD_compress2(context, frame.data(), frame.size(), text.data(), text.size());
  ZSTD_freeCCtx(context);
  if (ZSTD_isError(size) != 0) throw std::runtime_error("can't compress");
  frame.resize(size);
  return frame;
}

}  // namespace shirgate::test
