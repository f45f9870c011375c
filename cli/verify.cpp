#include "audit/verify.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/table.hpp"
#include "config/read_file.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

struct Options {
  std::string directory;
  std::string key_file;
  std::string head;
  bool json = false;
};

constexpr std::size_t max_key_bytes = 4096;

Checked<VerifyOptions> read_options(const Options& options) {
  VerifyOptions read;
  if (!options.head.empty()) {
    read.head = parse_known_head(options.head);
    if (!read.head)
      return complain("--head takes SEQ:HASH, the two fields behind the gate in a line \"audit head ...\"");
  }
  if (options.key_file.empty()) return read;
  const auto pem = read_trusted_file(options.key_file, max_key_bytes);
  if (pem.has_error()) return complain(options.key_file + ' ' + pem.error().text());
  const auto key = PublicKey::from_pem(*pem);
  if (key.has_error()) return complain(options.key_file + ' ' + key.error().text());
  read.key = *key;
  return read;
}

void print_text(const VerifyResult& result) {
  fmt::print("gate {}: {} lines from {} to {} in {} segments, {} heads\n", result.gate, result.lines, result.first_seq,
             result.last_seq, result.segments, result.heads);
  fmt::print("tunnels: {} open before, {} opened = {} closed, {} torn, {} open now\n", result.live_at_start,
             result.opens, result.closes, result.torn, result.live);
  for (const auto& finding : result.notes)
    fmt::print("  note   {}: {}\n", printable(finding.where), printable(finding.what));
  for (const auto& finding : result.faults)
    fmt::print("  FAULT  {}: {}\n", printable(finding.where), printable(finding.what));
  if (result.fault_count > result.faults.size())
    fmt::print("  and {} more\n", result.fault_count - result.faults.size());
  fmt::print("{}\n", result.intact() ? "intact" : "NOT intact");
}

json::array to_array(const std::vector<Finding>& findings) {
  json::array array;
  for (const auto& finding : findings) array.push_back({{"where", finding.where}, {"what", finding.what}});
  return array;
}

void print_json(const VerifyResult& result) {
  const json::object answer{{"intact", result.intact()},
                            {"gate", result.gate},
                            {"segments", result.segments},
                            {"lines", result.lines},
                            {"first_seq", result.first_seq},
                            {"last_seq", result.last_seq},
                            {"heads", result.heads},
                            {"unsigned_lines", result.unsigned_lines},
                            {"live_at_start", result.live_at_start},
                            {"opens", result.opens},
                            {"closes", result.closes},
                            {"torn", result.torn},
                            {"live", result.live},
                            {"gaps", result.gaps},
                            {"fault_count", result.fault_count},
                            {"faults", to_array(result.faults)},
                            {"notes", to_array(result.notes)}};
  fmt::print("{}\n", json::serialize(answer));
}

int print_verdict(const Options& options) {
  const auto read = read_options(options);
  const auto result = read.has_value() ? verify(options.directory, *read) : Checked<VerifyResult>(read.error());
  if (result.has_error()) {
    fmt::print(stderr, "{}\n", result.error().text());
    return exit_bad_input;
  }
  if (options.json)
    print_json(*result);
  else
    print_text(*result);
  return result->intact() ? exit_yes : exit_no;
}

}  // namespace

void add_verify(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "verify",
      "Checks an audit log: numbers, chain, signatures, and that every tunnel has ended or is open. Whoever can write "
      "the directory can still cut the log short or write it anew: a key and a head kept elsewhere show that. Exit 1 "
      "when it is not intact.");
  command->add_option("directory", options->directory, "Audit directory")->required();
  command->add_option("--key", options->key_file, "The gate's public key (key.pub), kept elsewhere");
  command->add_option("--head", options->head,
                      "SEQ:HASH of a line \"audit head GATE SEQ HASH SIGNATURE\" in the gate's operational log");
  command->add_flag("--json", options->json, "Answer as one JSON object");
  command->callback([options, &chosen] { chosen = [options] { return print_verdict(*options); }; });
}

}  // namespace shirgate
