#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/load_or_explain.hpp"
#include "policy/resemblance.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

struct Options {
  std::string config;
  std::string target;
  std::string client;
  bool json = false;
};

struct Explanation {
  Verdict verdict;
  Name runtime;
  const Rule* rule = nullptr;
  std::string resembles;  ///< for what is not listed
  std::string remedy;     ///< TOML to add
};

/// Whose rules are asked: the client's runtime, or the only one there is.
Checked<Name> runtime_asked(const Config& config, const std::string& client) {
  const auto runtimes = config.policy->runtimes();
  if (client.empty()) {
    if (runtimes.size() == 1) return runtimes.front().name;
    return complain("say whose rules are meant with --client ADDRESS: there is not exactly one [[runtime]]");
  }
  const auto address = parse_address(client);
  if (!address) return complain(fmt::format("--client: '{}' is not an address", client));
  const auto runtime = config.policy->identify(*address);
  return runtime.value_or(Name());
}

std::string toml_to_add(Name runtime, const Target& target) {
  return fmt::format(
      "[[allow]]\nruntime = \"{}\"\nchannel = \"NAME-IT\"\nhosts = [\"{}\"]\nports = [{}]\nticket = \"CHANGE-TICKET\"\n"
      "expires = YYYY-MM-DD\n",
      runtime.text(), target.host.text(), target.port);
}

Explanation explain_target(const Config& config, Name runtime, const Target& target) {
  Explanation result{.runtime = runtime};
  if (runtime.empty()) {
    result.verdict.reason = Reason::client_not_listed;
    return result;
  }
  const Asked asked{.target = target};
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  result.verdict = config.policy->decide(runtime, asked, now);
  result.rule = config.policy->rule(result.verdict.rule);
  if (result.verdict.allowed()) return result;
  result.resembles = resemblance(target.host, config.policy->rules());
  if (result.verdict.reason != Reason::rule_expired) result.remedy = toml_to_add(runtime, target);
  return result;
}

void print_text(const Target& target, const Explanation& found) {
  const bool allowed = found.verdict.allowed();
  fmt::print("{}: {}\n", to_string(target),
             allowed ? "allowed" : fmt::format("denied, {}", to_string(found.verdict.reason)));
  if (!found.runtime.empty()) fmt::print("  runtime    {}\n", found.runtime.text());
  if (found.rule != nullptr) {
    fmt::print("  channel    {}\n  rule       {}\n  pattern    {} port {}\n", found.rule->channel.text(),
               found.rule->name.text(), found.rule->pattern.text(), found.rule->port);
    fmt::print("  from       {}\n  why        {}\n", found.rule->provenance.origin, found.rule->provenance.purpose);
    if (!found.rule->provenance.source.empty()) fmt::print("  source     {}\n", found.rule->provenance.source);
    std::string where;
    for (const auto& range : found.rule->addresses) where += to_string(range) + ' ';
    fmt::print("  resolves   must be in {}\n", where.empty() ? "the public internet" : where);
    if (allowed) fmt::print("  then       the TLS ClientHello must name {} too\n", target.host.text());
  }
  if (allowed) return;
  fmt::print("  advice     {}\n", row_of(found.verdict.reason).advice);
  if (!found.resembles.empty()) fmt::print("  looks like {}\n", found.resembles);
  if (!found.remedy.empty()) fmt::print("\nTo allow it:\n\n{}", found.remedy);
}

void print_json(const Target& target, const Explanation& found) {
  json::object answer{{"target", to_string(target)},
                      {"allowed", found.verdict.allowed()},
                      {"reason", to_string(found.verdict.reason)},
                      {"runtime", found.runtime.text()},
                      {"advice", row_of(found.verdict.reason).advice}};
  if (found.rule != nullptr) {
    answer["channel"] = found.rule->channel.text();
    answer["rule"] = found.rule->name.text();
    answer["origin"] = found.rule->provenance.origin;
    answer["source"] = found.rule->provenance.source;
  }
  if (!found.resembles.empty()) answer["resembles"] = found.resembles;
  if (!found.remedy.empty()) answer["add"] = found.remedy;
  fmt::print("{}\n", json::serialize(answer));
}

int explain(const Options& options) {
  const auto config = load_or_explain(options.config);
  if (!config) return exit_bad_input;
  const auto target = parse_target(options.target);
  if (target.has_error()) {
    fmt::print(stderr, "'{}': {}. {} Write HOST:PORT.\n", options.target, to_string(target.error()),
               row_of(target.error()).advice);
    return exit_bad_input;
  }
  const auto runtime = runtime_asked(*config, options.client);
  if (runtime.has_error()) {
    fmt::print(stderr, "{}\n", runtime.error().text());
    return exit_bad_input;
  }
  const auto found = explain_target(*config, *runtime, *target);
  options.json ? print_json(*target, found) : print_text(*target, found);
  return found.verdict.allowed() ? exit_yes : exit_no;
}

}  // namespace

void add_explain(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("explain",
                                     "Says whether a target would pass, by which rule, and what to write if not. Exit "
                                     "0 allowed, 1 denied, 2 bad input.");
  command->add_option("target", options->target, "HOST:PORT")->required();
  command->add_option("--config", options->config, "The configuration file")->required();
  command->add_option("--client", options->client, "Whose rules: the address of a client");
  command->add_flag("--json", options->json, "Answer as one JSON object");
  command->callback([options, &chosen] { chosen = [options] { return explain(*options); }; });
}

}  // namespace shirgate
