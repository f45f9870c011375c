// Random factories that make sense, as values of inputs in the catalogue's spelling.
#pragma once

#include <array>
#include <random>
#include <string>

#include "condition.hpp"
#include "policy/adf/factory.hpp"

namespace shirgate::test {

/// Every input at its default. The names of lists hold one value or none.
inline InputValues default_inputs() {
  InputValues values;
  for (const auto& row : adf::input_table()) values.emplace(row.input, "");
  for (const auto* flag :
       {"scia", "local_credentials", "staged_copy", "blob", "adls_gen2", "adls_gen1", "synapse_sql", "key_vault",
        "entra_auth", "private_link", "revocation", "portal", "setup", "ha", "remote_access"})
    values.find(flag)->second = "false";
  values["auto_update"] = "true";
  values["product"] = "adf";
  values["cloud"] = "public";
  values["key_form"] = "fqdn";
  values["storage_endpoint"] = "standard";
  values["sql"] = "none";
  values["sql_route"] = "proxy";
  values["factory"] = "contoso";
  return values;
}

/// "name = value" lines; what is empty is left out.
inline std::string inputs_text(const InputValues& values) {
  std::string text;
  for (const auto& [name, value] : values) {
    if (value.empty()) continue;
    const bool plain = value == "true" || value == "false";
    text += name + " = " + (plain ? value : '"' + value + '"') + '\n';
  }
  return text;
}

/// Draws what goes together: a name only where it is used, what one cloud lacks only in the others.
class RandomInputs {
 public:
  explicit RandomInputs(unsigned seed) : random_(seed) {}

  InputValues draw() {
    auto values = default_inputs();
    const auto cloud = values["cloud"] = one_of<3>({"public", "usgov", "china"});
    const bool is_public = cloud == "public";
    values["region"] = is_public ? "westeurope" : cloud == "usgov" ? "usgovvirginia" : "chinaeast2";
    draw_key(values, is_public);
    for (const auto* flag : {"auto_update", "scia", "local_credentials", "key_vault", "entra_auth", "revocation",
                             "portal", "setup", "ha", "remote_access", "staged_copy", "blob"})
      values.find(flag)->second = often() ? "true" : "false";
    if (is_public) values["adls_gen1"] = often() ? "true" : "false";
    if (values["key_vault"] == "true") values["vault"] = maybe("kv1");
    // With self-contained authoring only the public cloud is documented to deliver local credentials over a relay.
    if (values["scia"] == "false" || (values["local_credentials"] == "true" && is_public))
      values["relay_fqdns"] = maybe("r1.servicebus." + std::string(is_public          ? "windows.net"
                                                                   : cloud == "usgov" ? "usgovcloudapi.net"
                                                                                      : "chinacloudapi.cn"));
    draw_storage(values, is_public);
    draw_sql(values, is_public);
    return values;
  }

  bool often() { return random_() % 2 == 0; }
  std::size_t below(std::size_t bound) { return random_() % bound; }

 private:
  template <std::size_t N>
  std::string one_of(const std::array<const char*, N>& words) {
    return words[random_() % N];
  }
  std::string maybe(std::string text) { return often() ? std::move(text) : std::string(); }

  void draw_key(InputValues& values, bool is_public) {
    values["product"] = is_public ? one_of<3>({"adf", "synapse", "purview"}) : one_of<2>({"adf", "synapse"});
    values["key_form"] = one_of<2>({"fqdn", "legacy"});
    const bool of_the_factory = values["product"] == "adf" && values["key_form"] == "fqdn";
    if (of_the_factory) values["private_link"] = often() ? "true" : "false";
    if (!of_the_factory) values["frontend_code"] = maybe("we");
    if (values["product"] != "purview") return;
    values["purview"] = "pv1";
    values["managed_storage"] = "scan1";
  }

  void draw_storage(InputValues& values, bool is_public) {
    const bool may_be_zoned = is_public && (values["staged_copy"] == "true" || values["blob"] == "true");
    if (may_be_zoned && often()) {
      values["storage_endpoint"] = "dnszone";
      values["storage_zone"] = maybe("z05");
    } else {
      values["adls_gen2"] = often() ? "true" : "false";
    }
    if (values["staged_copy"] == "true") values["staging_account"] = maybe("stage1");
    if (values["blob"] == "true" || values["adls_gen2"] == "true") values["storage_account"] = maybe("lake1");
  }

  void draw_sql(InputValues& values, bool is_public) {
    values["sql"] = one_of<3>({"none", "source", "sink"});
    if (values["sql"] != "none") {
      values["sql_server"] = maybe("sql1");
      if (is_public) values["sql_route"] = one_of<3>({"proxy", "redirect-public", "redirect-private"});
    }
    if (!is_public) return;
    values["synapse_sql"] = often() ? "true" : "false";
    if (values["synapse_sql"] == "true") values["synapse_workspace"] = maybe("ws1");
  }

  std::mt19937 random_;
};

}  // namespace shirgate::test
