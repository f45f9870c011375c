// Network namespaces that nobody else sees: they have no name, only this process's descriptors and threads hold them,
// so they are gone with it, whatever ends it.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config/file_descriptor_linux.hpp"
#include "policy/checked.hpp"

namespace shirgate::lab {

/// That this process may make namespaces.
class NamespacePermit {
 public:
  /// Where it may not as it is (an ordinary user, a container's root), the process enters a user namespace of its own,
  /// for good; so this is to be called before it has any other thread. The complaint says what is missing and what
  /// helps.
  [[nodiscard]] static Checked<NamespacePermit> get();

  /// Whoever wants to enter the namespaces from outside has to enter the user namespace first.
  [[nodiscard]] bool has_user_namespace() const { return has_user_namespace_; }

 private:
  explicit NamespacePermit(bool has_user_namespace) : has_user_namespace_(has_user_namespace) {}
  bool has_user_namespace_;
};

/// A network namespace with nothing in it but its own loopback, which is up.
class Namespace {
 public:
  /// Throws std::system_error.
  explicit Namespace(const NamespacePermit& permit);

  /// Does the work in here, on a thread of its own, and waits for it. The sockets it opens and the threads it starts
  /// stay in here. Throws what the work throws.
  void run(const std::function<void()>& work) const;

  /// A path that programs can open as long as this process lives: "/proc/4711/fd/9".
  [[nodiscard]] std::string path() const;

 private:
  std::shared_ptr<const FileDescriptor> fd_;
};

}  // namespace shirgate::lab
