#include "corpus_lab.hpp"

#include <fmt/format.h>

#include <array>

#include "policy/target.hpp"

namespace shirgate::wire {

const std::string& corpus_rules() {
  static const std::string rules = R"(
[[allow]]
runtime = "contoso"
channel = "adf"
hosts = ["contoso.westeurope.datafactory.azure.net", "wu2.frontend.clouddatahub.net"]
ports = [443]
[[allow]]
runtime = "contoso"
channel = "entra"
hosts = ["login.microsoftonline.com"]
ports = [443]
[[allow]]
runtime = "contoso"
channel = "upd"
hosts = ["download.microsoft.com"]
ports = [443]
[[allow]]
runtime = "contoso"
channel = "blob"
hosts = ["*.blob.core.windows.net"]
ports = [443]
multi_tenant_ack = "TEST-1"
[[allow]]
runtime = "contoso"
channel = "sql"
hosts = ["contoso-sql.database.windows.net"]
ports = [1433]
[[allow]]
runtime = "contoso"
channel = "pe"
hosts = ["contosopriv.blob.core.windows.net"]
ports = [443]
addresses = ["10.20.30.0/28"]
)";
  return rules;
}

DnsReply corpus_answer(const std::string& name, const std::vector<std::string>& answers) {
  static constexpr std::array exact{"contoso.westeurope.datafactory.azure.net", "wu2.frontend.clouddatahub.net",
                                    "login.microsoftonline.com", "download.microsoft.com",
                                    "contoso-sql.database.windows.net"};
  const bool listed =
      name.ends_with(".blob.core.windows.net") || std::find(exact.begin(), exact.end(), name) != exact.end();
  if (!listed) return no_such_name();
  if (!answers.empty()) return {.addresses = answers};
  return {.addresses = {name == "contosopriv.blob.core.windows.net" ? "10.20.30.4" : "20.60.0.10"}};
}

std::map<std::string, std::uint16_t> corpus_dials(std::string_view authority, std::uint16_t port) {
  std::map<std::string, std::uint16_t> dials;
  for (const auto* host :
       {"contoso.westeurope.datafactory.azure.net", "login.microsoftonline.com", "download.microsoft.com",
        "contosopriv.blob.core.windows.net", "contosodata.blob.core.windows.net", "evil.example.net"})
    dials[fmt::format("{}:443", host)] = port;
  if (const auto target = parse_target(authority); target.has_value()) dials[to_string(*target)] = port;
  return dials;
}

CorpusLab::CorpusLab(const AttackCase& attack)
    : dns_([answers = attack.answers](const std::string& name, int) { return corpus_answer(name, answers); }),
      lab_({.rules = corpus_rules(),
            .dns = asking(dns_.port()),
            .dials = corpus_dials(attack.authority, upstream_.port())}) {}

}  // namespace shirgate::wire
