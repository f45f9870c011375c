#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <fstream>
#include <system_error>
#include <thread>

#include "config/file_descriptor_linux.hpp"
#include "lab/namespaces.hpp"
#include "lab/tool.hpp"

namespace shirgate::lab {
namespace {

Complaint not_permitted(int error) {
  return complain(fmt::format(
      "--netns: network namespaces are not permitted here ({}). Run it as root, or let users make them: sysctl "
      "kernel.unprivileged_userns_clone=1 user.max_user_namespaces=1000, on Ubuntu also "
      "kernel.apparmor_restrict_unprivileged_userns=0; in a container: --cap-add SYS_ADMIN --cap-add NET_ADMIN, and a "
      "/proc/sys that can be written",
      std::strerror(error)));
}

/// A namespace with a device and a switch of its own, as far as that can be had here. 0, or errno.
int use_a_namespace() {
  if (::unshare(CLONE_NEWNET) != 0) return errno;
  const FileDescriptor forward(::open("/proc/sys/net/ipv4/ip_forward", O_WRONLY | O_CLOEXEC));
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq loopback{.ifr_ifrn = {.ifrn_name = "lo"}, .ifr_ifru = {.ifru_flags = IFF_UP}};
  if (forward.get() < 0 || socket.get() < 0) return errno;
  return ::ioctl(socket.get(), SIOCSIFFLAGS, &loopback) == 0 ? 0 : errno;
}

/// Asked of a child, so that this process stays where it is. 0, or errno.
int try_a_namespace() {
  const auto child = ::fork();
  if (child < 0) return errno;
  if (child == 0) ::_exit(use_a_namespace());
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : EPERM;
}

bool write_to(const char* path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  return file.good();
}

/// Root there is the user here; nobody else exists there. 0, or errno.
int enter_user_namespace() {
  const auto user = ::geteuid();
  const auto group = ::getegid();
  int dies_with_parent = 0;
  ::prctl(PR_GET_PDEATHSIG, &dies_with_parent);
  if (::unshare(CLONE_NEWUSER) != 0) return errno;
  // New credentials may take this away.
  ::prctl(PR_SET_PDEATHSIG, dies_with_parent);
  const bool mapped = write_to("/proc/self/setgroups", "deny") &&
                      write_to("/proc/self/uid_map", fmt::format("0 {} 1", user)) &&
                      write_to("/proc/self/gid_map", fmt::format("0 {} 1", group));
  return mapped ? 0 : EPERM;
}

Checked<bool> check_tools() {
  for (const auto* tool : {"ip", "nft"})
    if (!find_tool(tool))
      return complain(fmt::format("--netns needs {}, which is not installed: apt-get install iproute2 nftables", tool));
  return true;
}

int make_namespace() {
  int fd = -1;
  int error = 0;
  std::thread([&] {
    if (::unshare(CLONE_NEWNET) == 0) fd = ::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    error = errno;
  }).join();
  if (fd < 0) throw std::system_error(error, std::generic_category(), "a network namespace");
  return fd;
}

}  // namespace

Checked<NamespacePermit> NamespacePermit::get() {
  if (const auto tools = check_tools(); tools.has_error()) return tools.error();
  if (try_a_namespace() == 0) return NamespacePermit(false);
  int error = enter_user_namespace();
  if (error == 0) error = try_a_namespace();
  if (error != 0) return not_permitted(error);
  return NamespacePermit(true);
}

Namespace::Namespace(const NamespacePermit&) : fd_(std::make_shared<const FileDescriptor>(make_namespace())) {
  run([] {
    if (const auto up = run_tool({"ip", "link", "set", "lo", "up"}); up.has_error())
      throw std::runtime_error(up.error().text());
  });
}

void Namespace::run(const std::function<void()>& work) const {
  std::exception_ptr thrown;
  std::thread([&] {
    try {
      if (::setns(fd_->get(), CLONE_NEWNET) != 0) throw std::system_error(errno, std::generic_category(), "setns");
      work();
    } catch (...) {
      thrown = std::current_exception();
    }
  }).join();
  if (thrown) std::rethrow_exception(thrown);
}

std::string Namespace::path() const { return fmt::format("/proc/{}/fd/{}", ::getpid(), fd_->get()); }

}  // namespace shirgate::lab
