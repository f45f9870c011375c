#include "corpus.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace shirgate::test {
namespace {

const std::filesystem::path corpus_folder = std::filesystem::path(SHIRGATE_SOURCE_DIR) / "tests" / "corpus";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string text_or_empty(const boost::json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

void append_hex(std::string_view hex, Octets& bytes) {
  if (hex.size() % 2 != 0) throw std::runtime_error("odd hex in the corpus");
  for (; !hex.empty(); hex.remove_prefix(2)) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(std::string(hex.substr(0, 2)), nullptr, 16)));
  }
}

std::vector<Capture> load_captures() {
  std::vector<Capture> all;
  for (const auto& entry : std::filesystem::directory_iterator(corpus_folder / "captures")) {
    if (entry.path().extension() != ".json") continue;
    const auto bin = read_file(std::filesystem::path(entry.path()).replace_extension(".bin"));
    all.push_back({entry.path().stem().string(), Octets(bin.begin(), bin.end()),
                   boost::json::parse(read_file(entry.path())).as_object()});
  }
  std::sort(all.begin(), all.end(), [](const Capture& a, const Capture& b) { return a.name < b.name; });
  return all;
}

std::vector<TunnelCase> load_tunnel_cases() {
  std::vector<TunnelCase> all;
  std::ifstream file(corpus_folder / "attack_cases.jsonl");
  for (std::string line; std::getline(file, line);) {
    const auto row = boost::json::parse(line).as_object();
    const auto& input = row.at("input").as_object();
    if (text_or_empty(input, "type") != "tunnel") continue;
    const auto& expect = row.at("expect").as_object();
    Octets bytes;
    for (const auto& write : input.at("writes_hex").as_array()) append_hex(write.as_string(), bytes);
    all.push_back({text_or_empty(row, "id"), text_or_empty(row, "component"), text_or_empty(input, "connect"),
                   std::move(bytes), text_or_empty(expect, "reason"), text_or_empty(expect, "client_bytes_after_200")});
  }
  return all;
}

}  // namespace

std::string Capture::format() const { return text_or_empty(facts, "format"); }

const std::vector<Capture>& captures() {
  static const auto all = load_captures();
  return all;
}

const std::vector<TunnelCase>& tunnel_cases() {
  static const auto all = load_tunnel_cases();
  return all;
}

std::string test_name(std::string text) {
  for (char& c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return text;
}

}  // namespace shirgate::test
