// The corpus's world (row META-000) for one case: its policy in our words, its resolver, one upstream behind every
// name.
#pragma once

#include "attack_case.hpp"
#include "lab.hpp"
#include "mock_dns.hpp"

namespace shirgate::wire {

/// META-000's policy but for plain HTTP (crl, ocsp), which is not served.
[[nodiscard]] const std::string& corpus_rules();

/// What META-000's resolver answers; `answers` replaces it for every allowed name.
[[nodiscard]] DnsReply corpus_answer(const std::string& name, const std::vector<std::string>& answers);

class CorpusLab {
 public:
  explicit CorpusLab(const AttackCase& attack);

  [[nodiscard]] Lab& lab() { return lab_; }
  [[nodiscard]] MockDns& dns() { return dns_; }
  [[nodiscard]] Upstream& upstream() { return upstream_; }

 private:
  Upstream upstream_;
  MockDns dns_;
  Lab lab_;
};

/// Every name the cases use leads to this port, the forbidden ones too: what slips through is seen.
[[nodiscard]] std::map<std::string, std::uint16_t> corpus_dials(std::string_view authority, std::uint16_t port);

}  // namespace shirgate::wire
