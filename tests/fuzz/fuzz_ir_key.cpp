// Any text as an authentication key. Property: what is answered does not depend on what the GUID and the secret say,
// only on their form, so neither can be in an answer.
#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "policy/adf/ir_key.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

using shirgate::adf::Catalogue;
using shirgate::adf::CatalogueRow;

Catalogue two_rows() {
  Catalogue catalogue;
  catalogue.rows.push_back({.channel = "control",
                            .pattern = "{factory}.{region}.datafactory.azure.net",
                            .cloud = "public",
                            .needs = {shirgate::adf::Fact::factory_key}});
  catalogue.rows.push_back({.channel = "control",
                            .pattern = "*.frontend.clouddatahub.net",
                            .pin = "{frontend_code}.frontend.clouddatahub.net",
                            .cloud = "public",
                            .needs = {shirgate::adf::Fact::regional_key}});
  return catalogue;
}

/// "ServiceEndpoint=" is a word of the form, not a secret.
bool is_endpoint(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text.starts_with("serviceendpoint=");
}

/// The same key with other hexadecimal digits between its first two signs, and other letters after its last.
std::string with_another_secret(std::string text) {
  const auto guid = text.find('@');
  const auto guid_end = guid == std::string::npos ? guid : text.find('@', guid + 1);
  const auto secret = text.rfind('@');
  if (guid_end == std::string::npos || secret == guid_end) return text;
  for (auto i = guid + 1; i < guid_end; ++i)
    if (std::isxdigit(static_cast<unsigned char>(text[i])) != 0) text[i] = '0';
  if (is_endpoint(text.substr(secret + 1))) return text;
  for (auto i = secret + 1; i < text.size(); ++i)
    if (std::isalnum(static_cast<unsigned char>(text[i])) != 0) text[i] = 'A';
  return text;
}

std::string answer_to(const std::string& text) {
  static const auto catalogue = two_rows();
  const auto facts = shirgate::adf::parse_ir_key(text, catalogue);
  if (facts.has_error()) {
    require(!facts.error().text().empty());
    return facts.error().text();
  }
  require(facts->key_form == "fqdn" || facts->key_form == "legacy");
  require(facts->key_form == "legacy" || (!facts->factory.empty() && !facts->region.empty()));
  return facts->cloud + facts->key_form + facts->factory + facts->region + facts->frontend_code + facts->host;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  require(answer_to(text) == answer_to(with_another_secret(text)));
  return 0;
}
