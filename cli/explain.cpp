#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdio>

#include "cli/commands.hpp"
#include "cli/explanation.hpp"
#include "cli/load_or_explain.hpp"
#include "cli/terminal_text.hpp"

namespace shirgate {
namespace {

namespace json = boost::json;

struct Options {
  std::string config;
  std::string target;
  std::string client;
  bool json = false;
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

/// A long text goes on below its own beginning.
void print_line(std::string_view title, std::string_view text) {
  constexpr std::size_t indent = 13;
  if (!text.empty()) fmt::print("{}", wrapped(fmt::format("  {:<10} {}", title, text), terminal_width(), indent));
}

/// What the tunnel's first flight must look like.
std::string_view first_flight_of(const Rule& rule) {
  if (rule.protocol == Protocol::any) return "anything may be spoken; what begins like TLS must name the host too";
  return rule.protocol == Protocol::tds
             ? "TDS, encrypted to the end, and the TLS in it must name the host; SqlClient ignores proxy settings: "
               "give it a [[forward]]"
             : "the TLS ClientHello must name the host too";
}

void print_rule(const Rule& rule) {
  print_line("channel", rule.channel.text());
  print_line("rule", rule.name.text());
  print_line("pattern", fmt::format("{} port {}", rule.pattern.text(), rule.port));
  print_line("from", rule.provenance.origin);
  print_line("why", rule.provenance.purpose);
  print_line("source", rule.provenance.source);
  std::string where;
  for (const auto& range : rule.addresses) where += (where.empty() ? "" : ", ") + to_string(range);
  print_line("resolves", where.empty() ? "must be in the public internet" : "must be in " + where);
  print_line("then", first_flight_of(rule));
}

void print_remedy(const Explanation& found) {
  const auto& remedy = found.remedy;
  print_line("careful", remedy.caution);
  if (!remedy.setting.empty())
    fmt::print("\nTo allow it, set in the [[runtime]] \"{}\":\n\n{}\n", found.runtime.text(), remedy.setting);
  if (!remedy.replaces.empty()) fmt::print("\n{}\n", remedy.replaces);
  if (!remedy.allow.empty())
    fmt::print("\n{}:\n\n{}", remedy.setting.empty() ? "To allow it" : "Or by hand", remedy.allow);
}

/// The reason's advice, unless it sends to this very command.
std::string_view advice_on(Reason reason) {
  return reason == Reason::host_not_listed ? "No rule lists this host." : row_of(reason).advice;
}

std::string headline(const Explanation& found) {
  const auto& verdict = found.verdict;
  if (verdict.would_deny != Reason::allowed)
    return fmt::format("allowed until {} by report mode only, then denied, {}", found.until,
                       to_string(verdict.would_deny));
  if (verdict.allowed()) return "allowed";
  return fmt::format("denied, {}{}", to_string(verdict.reason), found.not_served.empty() ? "" : "; not served");
}

void print_text(std::string_view target, const Explanation& found) {
  fmt::print("{}: {}\n", target, headline(found));
  print_line("runtime", found.runtime.text());
  if (found.rule != nullptr) print_rule(*found.rule);
  if (!found.verdict.allowed()) print_line("advice", advice_on(found.verdict.reason));
  print_line("not served", found.not_served);
  print_line("looks like", found.likeness.phrase);
  print_line("documented", found.likeness.documented);
  print_line("drift", found.likeness.drift);
  print_remedy(found);
}

void print_json(std::string_view target, const Explanation& found) {
  json::object answer{{"target", target},
                      {"allowed", found.verdict.allowed()},
                      {"reason", to_string(found.verdict.reason)},
                      {"runtime", found.runtime.text()},
                      {"mode", to_string(found.verdict.mode)},
                      {"advice", advice_on(found.verdict.reason)}};
  const auto add = [&](const char* key, std::string_view text) {
    if (!text.empty()) answer[key] = text;
  };
  if (found.rule != nullptr) {
    add("channel", found.rule->channel.text());
    add("rule", found.rule->name.text());
    add("origin", found.rule->provenance.origin);
    add("source", found.rule->provenance.source);
  }
  if (found.verdict.would_deny != Reason::allowed) add("would_deny", to_string(found.verdict.would_deny));
  add("until", found.until);
  add("not_served", found.not_served);
  add("resembles", found.likeness.phrase);
  add("documented", found.likeness.documented);
  add("drift", found.likeness.drift);
  add("setting", found.remedy.setting);
  add("replaces", found.remedy.replaces);
  add("careful", found.remedy.caution);
  add("add", found.remedy.allow);
  fmt::print("{}\n", json::serialize(answer));
}

Time now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

int explain(const Options& options) {
  const auto config = load_or_explain(options.config);
  if (!config) return exit_bad_input;
  const auto target = parse_target(options.target);
  // An address is a fair question with one answer, whoever asks: nothing can list it.
  const bool literal = target.has_error() && target.error() == Reason::ip_literal_not_listed;
  if (target.has_error() && !literal) {
    fmt::print(stderr, "'{}': {}. {} Write HOST:PORT.\n", printable(options.target), to_string(target.error()),
               row_of(target.error()).advice);
    return exit_bad_input;
  }
  const auto runtime = runtime_asked(*config, options.client);
  if (runtime.has_error()) {
    fmt::print(stderr, "{}\n", runtime.error().text());
    return exit_bad_input;
  }
  const auto found = literal ? Explanation{.verdict = {.reason = target.error()}, .runtime = *runtime}
                             : explain_target(*config, *runtime, *target, now());
  const auto text = literal ? options.target : to_string(*target);
  options.json ? print_json(text, found) : print_text(text, found);
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
