#include "proxy/first_flight/ja4.hpp"

#include <algorithm>

#include "certs/digest.hpp"
#include "proxy/first_flight/extension_numbers.hpp"
#include "proxy/first_flight/hello_reader.hpp"

namespace shirgate {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view digits = "0123456789abcdef";

/// Numbers to be sorted, at most as many as a hello can hold of two bytes each.
class Numbers {
 public:
  Numbers() {}  // user-provided, so that 16 KiB are left unwritten

  void add(std::uint16_t number) { numbers_.at(count_++) = number; }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::span<const std::uint16_t> sorted() {
    const auto all = std::span(numbers_).first(count_);
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  std::size_t count_ = 0;
  std::array<std::uint16_t, max_hello_bytes / 2> numbers_;
};

/// Hashes numbers as the text "002f,0035_0403": a long list through the same small buffer as a short one.
class TextHash {
 public:
  /// `mark` stands before the number, except before the very first.
  void add(std::uint16_t number, char mark) {
    if (filled_ + 5 > text_.size()) flush();
    if (!empty_) text_[filled_++] = mark;
    empty_ = false;
    for (const int shift : {12, 8, 4, 0}) text_[filled_++] = digits[number >> shift & 0xf];
  }

  /// The first digits of the digest; zeroes if there was nothing to hash.
  [[nodiscard]] std::array<char, 12> finish() {
    std::array<char, 12> text;
    text.fill('0');
    if (empty_) return text;
    flush();
    const auto digest = hash_.finish();
    for (std::size_t i = 0; i < text.size(); ++i) text[i] = digits[digest[i / 2] >> (i % 2 == 0 ? 4 : 0) & 0xf];
    return text;
  }

 private:
  void flush() {
    hash_.add(std::string_view(text_.data(), filled_));
    filled_ = 0;
  }

  Sha256 hash_;
  bool empty_ = true;
  std::size_t filled_ = 0;
  std::array<char, 512> text_;
};

std::string_view version_text(std::uint16_t version) {
  switch (version) {
    case 0x0304: return "13";
    case 0x0303: return "12";
    case 0x0302: return "11";
    case 0x0301: return "10";
    case 0x0300: return "s3";
    case 0x0002: return "s2";
    case 0xfeff: return "d1";
    case 0xfefd: return "d2";
    case 0xfefc: return "d3";
    default: return "00";
  }
}

/// JA4 takes the highest number offered, known or not, and without supported_versions the number in front of the hello:
/// a label, where Hello::max_version is what a server would make of them.
std::uint16_t highest_number(const Hello& hello, bool offers_versions) {
  if (!offers_versions) return static_cast<std::uint16_t>(hello.legacy_version);
  std::uint16_t highest = 0;
  for (const auto version : hello.versions) highest = std::max(highest, static_cast<std::uint16_t>(version));
  return highest;
}

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// The outermost characters of the first protocol; of its hexadecimal form if either is no letter or digit.
std::array<char, 2> alpn_text(const TlsList<std::string_view>& alpn) {
  if (alpn.empty()) return {'0', '0'};
  const auto protocol = *alpn.begin();
  const char first = protocol.front();
  const char last = protocol.back();
  if (is_alphanumeric(first) && is_alphanumeric(last)) return {first, last};
  return {digits[static_cast<unsigned char>(first) >> 4], digits[static_cast<unsigned char>(last) & 0xf]};
}

std::array<char, 2> count_text(std::size_t count) {
  const auto shown = std::min<std::size_t>(count, 99);
  return {digits[shown / 10], digits[shown % 10]};
}

/// What JA4 takes from the list of extensions.
struct ExtensionFacts {
  explicit ExtensionFacts(const Hello& hello) {
    for (const auto& extension : hello.extensions) {
      ++count;
      if (extension.type == extension_number::supported_versions) offers_versions = true;
      const bool told_before =
          extension.type == extension_number::server_name || extension.type == extension_number::alpn;
      if (!told_before) hashed.add(extension.type);
    }
  }

  std::size_t count = 0;
  bool offers_versions = false;
  Numbers hashed;  ///< the types of those the first part says nothing of
};

std::array<char, 12> cipher_hash(Numbers& ciphers) {
  TextHash hash;
  for (const auto cipher : ciphers.sorted()) hash.add(cipher, ',');
  return hash.finish();
}

std::array<char, 12> extension_hash(Numbers& extensions, const TlsList<std::uint16_t>& signature_algorithms) {
  TextHash hash;
  for (const auto type : extensions.sorted()) hash.add(type, ',');
  char mark = '_';
  for (const auto algorithm : signature_algorithms) {
    hash.add(algorithm, mark);
    mark = ',';
  }
  return hash.finish();
}

}  // namespace

Ja4 ja4_of(const Hello& hello) {
  Numbers ciphers;
  for (const auto cipher : hello.cipher_suites) ciphers.add(cipher);
  ExtensionFacts extensions(hello);

  Ja4 ja4;
  auto out = ja4.text_.begin();
  const auto put = [&out](const auto& text) { out = std::copy(text.begin(), text.end(), out); };
  put("t"sv);
  put(version_text(highest_number(hello, extensions.offers_versions)));
  put(hello.sni.state == SniState::absent ? "i"sv : "d"sv);
  put(count_text(ciphers.count()));
  put(count_text(extensions.count));
  put(alpn_text(hello.alpn));
  put("_"sv);
  put(cipher_hash(ciphers));
  put("_"sv);
  put(extension_hash(extensions.hashed, hello.signature_algorithms));
  return ja4;
}

}  // namespace shirgate
