#include "lab/full_disk.hpp"

#include <cerrno>
#include <csignal>
#include <system_error>

namespace shirgate::lab {

FullDisk::FullDisk() {
  // The limit's signal would end the process; an error of write() is what a full disk gives.
  std::signal(SIGXFSZ, SIG_IGN);
  ::getrlimit(RLIMIT_FSIZE, &before_);
  auto full = before_;
  full.rlim_cur = 0;
  if (::setrlimit(RLIMIT_FSIZE, &full) != 0) throw std::system_error(errno, std::generic_category(), "setrlimit");
}

FullDisk::~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

}  // namespace shirgate::lab
