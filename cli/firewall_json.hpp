// JSON that Azure Resource Manager reads and people review.
#pragma once

#include <boost/json/value.hpp>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "cli/firewall_model.hpp"

namespace shirgate {

/// Azure takes this many characters of a security rule's description.
inline constexpr std::size_t longest_description = 140;

/// With two spaces of indentation a level and a line end; a list of plain values stays on its line.
[[nodiscard]] std::string indented(const boost::json::value& value);
/// Text that Azure Resource Manager takes literally: "[...]" would be an expression.
[[nodiscard]] std::string arm_text(std::string_view text);
/// Printable, and cut with ".." to what Azure takes.
[[nodiscard]] std::string description(std::string_view text);
[[nodiscard]] boost::json::array json_list(std::span<const std::string> texts);
/// The names of the rules behind an exit.
[[nodiscard]] boost::json::array rule_names(const FirewallModel::Exit& exit);
/// The model's notes, each literal.
[[nodiscard]] boost::json::array notes_of(const FirewallModel& model);
[[nodiscard]] boost::json::object arm_template(boost::json::object metadata, boost::json::object parameters,
                                               boost::json::array resources);

/// Names as Azure takes them for rules: letters, digits, '.', '-' and '_', at most 80, each once.
class ResourceNames {
 public:
  [[nodiscard]] std::string unique(std::string_view wish);

 private:
  std::set<std::string> taken_;
};

}  // namespace shirgate
