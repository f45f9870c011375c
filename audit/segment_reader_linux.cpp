#include <sys/stat.h>

#include "audit/segment_reader.hpp"

namespace shirgate {

bool SegmentReader::is_at(const std::string& path) const {
  struct stat here {};
  struct stat there {};
  return ::fstat(::fileno(file_.get()), &here) == 0 && ::stat(path.c_str(), &there) == 0 &&
         here.st_ino == there.st_ino && here.st_dev == there.st_dev;
}

}  // namespace shirgate
