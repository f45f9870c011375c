// Carries what comes out of one network device into another as a slow line does, both ways, and nothing else: no
// addresses, no routes. With packet sockets, which an ordinary user may have in a namespace of his own; a TUN device,
// or the kernel's netem, he often may not.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "config/file_descriptor_linux.hpp"
#include "lab/slow_line.hpp"

namespace shirgate::lab {

class Cable {
 public:
  /// Between two devices of the namespace that the calling thread is in, as long as it lives. Only packets of TCP
  /// are lost: a lost datagram would put the name server's retries into every scenario. Throws std::system_error.
  Cable(const std::string& one, const std::string& other, const Line& line);
  ~Cable();
  Cable(const Cable&) = delete;
  Cable& operator=(const Cable&) = delete;

 private:
  void carry();
  void wait() const;

  FileDescriptor one_;
  FileDescriptor other_;
  FileDescriptor wake_;
  SlowLine there_;
  SlowLine back_;
  std::atomic<bool> stopped_{false};
  std::thread thread_;  // last: it uses the rest
};

}  // namespace shirgate::lab
