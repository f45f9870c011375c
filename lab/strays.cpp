#include "lab/strays.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>
#include <stdexcept>

#include "lab/firewall.hpp"

namespace shirgate::lab {
namespace {

namespace json = boost::json;

const json::object* object_in(const json::value& value, std::string_view key) {
  const auto* object = value.if_object();
  const auto* inner = object == nullptr ? nullptr : object->if_contains(key);
  return inner == nullptr ? nullptr : inner->if_object();
}

std::uint64_t packets_in(const json::object* counter) {
  const auto* packets = counter == nullptr ? nullptr : counter->if_contains("packets");
  return packets == nullptr || !packets->is_int64() ? 0 : static_cast<std::uint64_t>(packets->get_int64());
}

bool is_called(const json::object& object, std::string_view name) {
  const auto* text = object.if_contains("name");
  return text != nullptr && text->is_string() && std::string_view(text->get_string()) == name;
}

/// nft prints the name where the machine has a list of them (/etc/protocols), and IANA's number else. Throws where it
/// is neither.
IpProtocol read_protocol(const json::value& value) {
  if (value == json::value("tcp") || value == json::value(6)) return IpProtocol::tcp;
  if (value == json::value("udp") || value == json::value(17)) return IpProtocol::udp;
  throw std::runtime_error("a protocol that is not listed");
}

/// {"elem": {"val": {"concat": ["20.60.0.4", "tcp", 443]}, "counter": {"packets": 2}}}. Throws what Boost.JSON throws
/// where it is something else.
Stray read_element(const json::value& element) {
  const auto& inner = element.at("elem");
  const auto& concat = inner.at("val").at("concat").as_array();
  const auto address = parse_address(std::string_view(concat.at(0).as_string()));
  const auto port = concat.at(2).to_number<std::uint16_t>();
  return {.to = {address.value_or(Address{}), port},
          .protocol = read_protocol(concat.at(1)),
          .packets = packets_in(object_in(inner, "counter"))};
}

const Stray* counted_as(const Strays& counted, const DirectTry& attempt) {
  const auto found = std::find_if(counted.tried.begin(), counted.tried.end(), [&](const Stray& stray) {
    return stray.to == attempt.to && stray.protocol == attempt.protocol;
  });
  return found == counted.tried.end() ? nullptr : &*found;
}

bool was_tried(const std::vector<DirectTry>& tries, const Stray& stray) {
  return std::any_of(tries.begin(), tries.end(), [&](const DirectTry& attempt) {
    return attempt.to == stray.to && attempt.protocol == stray.protocol;
  });
}

Expectation judge_try(const DirectTry& attempt, const Strays& counted) {
  const auto* stray = counted_as(counted, attempt);
  return {fmt::format("past the gate, {}", attempt.name),
          fmt::format("{} ({}) does not answer, and the try is counted", to_string(attempt.to),
                      to_string(attempt.protocol)),
          !attempt.answered && stray != nullptr && stray->packets > 0,
          fmt::format("{}; {} packets counted", attempt.answered ? "it answered" : attempt.ended,
                      stray == nullptr ? 0 : stray->packets)};
}

}  // namespace

std::string_view to_string(IpProtocol protocol) { return protocol == IpProtocol::udp ? "udp" : "tcp"; }

Checked<Strays> read_strays(std::string_view text) {
  Strays strays;
  bool counted = false;
  try {
    const auto listed = json::parse(json::string_view(text.data(), text.size()));
    for (const auto& item : listed.at("nftables").as_array()) {
      if (const auto* counter = object_in(item, "counter"); counter != nullptr && is_called(*counter, stray_counter)) {
        strays.packets = packets_in(counter);
        counted = true;
      }
      const auto* set = object_in(item, "set");
      if (set == nullptr || !is_called(*set, stray_set) || !set->contains("elem")) continue;
      for (const auto& element : set->at("elem").as_array()) strays.tried.push_back(read_element(element));
    }
  } catch (const std::exception& error) {
    return complain(fmt::format("what nft prints can't be read: {}", error.what()));
  }
  if (!counted) return complain("the gate's firewall has no counter");
  std::sort(strays.tried.begin(), strays.tried.end(),
            [](const Stray& a, const Stray& b) { return std::tie(a.to, a.protocol) < std::tie(b.to, b.protocol); });
  return strays;
}

std::vector<Expectation> judge_strays(const std::vector<DirectTry>& tries, std::size_t arrived,
                                      const std::vector<std::string>& asked, const Strays& counted) {
  std::vector<Expectation> judged;
  for (const auto& attempt : tries) judged.push_back(judge_try(attempt, counted));
  judged.push_back({"past the gate", "nothing arrived at any server", arrived == 0 && asked.empty(),
                    fmt::format("{} connections; looked up: {}", arrived, fmt::join(asked, " "))});
  std::vector<std::string> others;
  auto unlisted = counted.packets;
  for (const auto& stray : counted.tried) {
    unlisted -= std::min(unlisted, stray.packets);
    if (!was_tried(tries, stray))
      others.push_back(fmt::format("{} ({})", to_string(stray.to), to_string(stray.protocol)));
  }
  if (unlisted > 0) others.push_back(fmt::format("{} packets of other protocols", unlisted));
  judged.push_back({"past the gate", "nobody tried anything else", others.empty(),
                    fmt::format("tried: {}", fmt::join(others, ", "))});
  return judged;
}

}  // namespace shirgate::lab
