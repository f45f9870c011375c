// What the gate answers before a tunnel is open, taken apart.
#pragma once

#include <string>
#include <string_view>

namespace shirgate::wire {

struct Answer {
  int status = 0;
  std::string reason;  ///< the token in Proxy-Status
  std::string head;
  std::string body;
  [[nodiscard]] bool has_header(std::string_view line) const { return head.find(line) != std::string::npos; }
};

[[nodiscard]] Answer parse_answer(std::string_view bytes);

}  // namespace shirgate::wire
