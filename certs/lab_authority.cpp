#include "certs/lab_authority.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "certs/openssl_error.hpp"

namespace shirgate {
namespace {

using std::chrono::sys_seconds;

constexpr std::size_t common_name_limit = 64;  // ub-common-name, RFC 5280 appendix A

struct Validity {
  sys_seconds not_before;
  sys_seconds not_after;
};

Asn1OctetStringPtr parse_ip(const std::string& name) {
  Asn1OctetStringPtr address(a2i_IPADDRESS(name.c_str()));
  if (!address) static_cast<void>(take_openssl_errors());
  return address;
}

bool is_dns_label(std::string_view label) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !label.empty() && label.size() <= 63 && std::all_of(label.begin(), label.end(), fits);
}

bool is_dns_name(std::string_view name) {
  if (name.size() > 253) return false;
  if (name.starts_with("*.")) name.remove_prefix(2);
  for (;;) {
    const std::size_t dot = name.find('.');
    if (!is_dns_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

KeyPtr make_key() { return require_openssl(KeyPtr(EVP_EC_gen("P-256")), "cannot make a P-256 key"); }

void set_random_serial(X509& certificate) {
  const BignumPtr serial(BN_new());
  // 159 bits with the first one set: at most 20 octets, positive, never zero (RFC 5280 section 4.1.2.2).
  if (!serial || BN_rand(serial.get(), 159, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) != 1 ||
      !BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(&certificate))) {
    throw_openssl_error("cannot make a serial number");
  }
}

void set_validity(X509& certificate, const Validity& validity) {
  const auto set = [](ASN1_TIME* field, sys_seconds when) {
    if (!ASN1_TIME_set(field, std::chrono::system_clock::to_time_t(when))) throw_openssl_error("cannot set a date");
  };
  set(X509_getm_notBefore(&certificate), validity.not_before);
  set(X509_getm_notAfter(&certificate), validity.not_after);
}

void set_subject(X509& certificate, std::string_view name) {
  X509_NAME* subject = X509_get_subject_name(&certificate);
  const auto add = [subject](const char* field, std::string_view text) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    require_openssl(
        X509_NAME_add_entry_by_txt(subject, field, MBSTRING_UTF8, bytes, static_cast<int>(text.size()), -1, 0),
        "cannot name a certificate");
  };
  add("O", "shirgate lab");
  // A longer name is in the SAN alone, where clients look anyway.
  if (name.size() <= common_name_limit) add("CN", name);
}

X509Ptr start_certificate(std::string_view name, EVP_PKEY& key, const Validity& validity) {
  X509Ptr certificate = require_openssl(X509Ptr(X509_new()), "cannot make a certificate");
  require_openssl(X509_set_version(certificate.get(), X509_VERSION_3), "cannot make a v3 certificate");
  set_random_serial(*certificate);
  set_validity(*certificate, validity);
  set_subject(*certificate, name);
  require_openssl(X509_set_pubkey(certificate.get(), &key), "cannot set a public key");
  return certificate;
}

/// Only for values fixed in this file: the text is a little language of its own, in which a comma begins a new item.
void add_extension(X509& certificate, X509& issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  X509V3_set_ctx_nodb(&context);
  const X509ExtensionPtr extension = require_openssl(
      X509ExtensionPtr(X509V3_EXT_conf_nid(nullptr, &context, kind, value)), "cannot make an extension");
  require_openssl(X509_add_ext(&certificate, extension.get(), -1), "cannot add an extension");
}

GeneralNamePtr general_name(const std::string& name) {
  GeneralNamePtr general = require_openssl(GeneralNamePtr(GENERAL_NAME_new()), "cannot make a name");
  if (Asn1OctetStringPtr address = parse_ip(name)) {
    GENERAL_NAME_set0_value(general.get(), GEN_IPADD, address.release());
    return general;
  }
  Asn1Ia5StringPtr dns = require_openssl(Asn1Ia5StringPtr(ASN1_IA5STRING_new()), "cannot make a DNS name");
  require_openssl(ASN1_STRING_set(dns.get(), name.data(), static_cast<int>(name.size())), "cannot set a DNS name");
  GENERAL_NAME_set0_value(general.get(), GEN_DNS, dns.release());
  return general;
}

void add_alternative_names(X509& certificate, const std::vector<std::string>& names) {
  const GeneralNamesPtr all = require_openssl(GeneralNamesPtr(GENERAL_NAMES_new()), "cannot make a list of names");
  for (const std::string& name : names) {
    GeneralNamePtr general = general_name(name);
    require_openssl(sk_GENERAL_NAME_push(all.get(), general.get()), "cannot add a name");
    static_cast<void>(general.release());  // the list owns it now
  }
  require_openssl(X509_add1_ext_i2d(&certificate, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT),
                  "cannot add the names");
}

void sign(X509& certificate, EVP_PKEY& key) {
  require_openssl(X509_sign(&certificate, &key, EVP_sha256()), "cannot sign a certificate");
}

Identity make_ca(std::string_view label, const Validity& validity) {
  std::string name(LabAuthority::common_name);
  if (!label.empty()) name.append(" (").append(label).append(")");
  if (name.size() > common_name_limit) throw std::invalid_argument("label of the lab CA is too long: " + name);
  KeyPtr key = make_key();
  X509Ptr ca = start_certificate(name, *key, validity);
  require_openssl(X509_set_issuer_name(ca.get(), X509_get_subject_name(ca.get())), "cannot set the issuer");
  add_extension(*ca, *ca, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(*ca, *ca, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(*ca, *ca, NID_subject_key_identifier, "hash");
  sign(*ca, *key);
  return {std::move(ca), std::move(key)};
}

}  // namespace

LabAuthority::LabAuthority(std::string_view label, std::chrono::days validity) {
  if (validity < std::chrono::days(1) || validity > std::chrono::days(397)) {
    throw std::invalid_argument("a lab CA is valid for 1 to 397 days");
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  // An hour of slack: the clocks of a lab's machines differ.
  not_before_ = now - std::chrono::hours(1);
  not_after_ = now + validity;
  ca_ = make_ca(label, {not_before_, not_after_});
  ca_pem_ = certificate_pem(ca_);
}

Identity LabAuthority::issue(std::span<const std::string> names) {
  if (names.empty()) throw std::invalid_argument("a certificate needs a name");
  std::vector<std::string> wanted;
  for (const std::string& name : names) {
    if (!is_certificate_name(name)) throw std::invalid_argument("no certificate can be for \"" + name + "\"");
    wanted.push_back(lower_case(name));
  }
  const std::lock_guard lock(cache_mutex_);
  if (const auto known = cache_.find(wanted); known != cache_.end()) return known->second;
  Identity leaf = make_leaf(wanted);
  // A client chooses the names it asks for; it must not choose how much we remember.
  if (cache_.size() < cache_limit) cache_.emplace(std::move(wanted), leaf);
  return leaf;
}

Identity LabAuthority::issue(std::string_view name) {
  const std::string one(name);
  return issue(std::span(&one, 1));
}

Identity LabAuthority::make_leaf(const std::vector<std::string>& names) const {
  KeyPtr key = make_key();
  X509Ptr leaf = start_certificate(names.front(), *key, {not_before_, not_after_});
  X509& ca = *ca_.certificate;
  require_openssl(X509_set_issuer_name(leaf.get(), X509_get_subject_name(&ca)), "cannot set the issuer");
  add_extension(*leaf, ca, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(*leaf, ca, NID_key_usage, "critical,digitalSignature");
  add_extension(*leaf, ca, NID_ext_key_usage, "serverAuth");
  add_extension(*leaf, ca, NID_subject_key_identifier, "hash");
  add_extension(*leaf, ca, NID_authority_key_identifier, "keyid:always");
  add_alternative_names(*leaf, names);
  sign(*leaf, *ca_.key);
  return {std::move(leaf), std::move(key)};
}

void LabAuthority::write_ca(const std::filesystem::path& path) const {
  std::ofstream file(path, std::ios::trunc);
  if (!(file << ca_pem_ << std::flush)) throw std::runtime_error("cannot write " + path.string());
}

bool is_certificate_name(std::string_view name) {
  // a2i_IPADDRESS reads a C string.
  if (name.find('\0') != std::string_view::npos) return false;
  return is_dns_name(name) || parse_ip(std::string(name));
}

}  // namespace shirgate
