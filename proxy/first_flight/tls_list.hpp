// The lists inside a hello as views: found sound once, then read again at each pass instead of stored. So a hello costs
// no memory but its own bytes, and the code that checked a list is the code that reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include "policy/tls_version.hpp"
#include "proxy/first_flight/cursor.hpp"

namespace shirgate {

/// 0x0a0a, 0x1a1a ... 0xfafa: sent to be ignored (RFC 8701 section 2).
[[nodiscard]] constexpr bool is_grease(std::uint16_t value) {
  return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

/// One offer of a key_share extension (RFC 8446 section 4.2.8).
struct KeyShare {
  std::uint16_t group = 0;
  Cursor::Bytes key;
};

struct Extension {
  std::uint16_t type = 0;
  Cursor::Bytes data;
};

/// How an element is taken from the front of its list, and whether it is GREASE. `take` gives nothing at the list's end
/// or where the rest is no whole element.
template <class Element>
struct TlsElement;

template <>
struct TlsElement<std::uint16_t> {
  static std::optional<std::uint16_t> take(Cursor& list) { return list.u16(); }
  static bool is_grease(std::uint16_t value) { return shirgate::is_grease(value); }
};

template <>
struct TlsElement<TlsVersion> {
  static std::optional<TlsVersion> take(Cursor& list) {
    const auto version = list.u16();
    if (!version) return std::nullopt;
    return TlsVersion{*version};
  }
  static bool is_grease(TlsVersion version) { return shirgate::is_grease(static_cast<std::uint16_t>(version)); }
};

template <>
struct TlsElement<KeyShare> {
  static std::optional<KeyShare> take(Cursor& list) {
    const auto group = list.u16();
    const auto key = list.vector16();
    if (!group || !key || key->empty()) return std::nullopt;
    return KeyShare{*group, *key};
  }
  static bool is_grease(const KeyShare& share) { return shirgate::is_grease(share.group); }
};

template <>
struct TlsElement<Extension> {
  static std::optional<Extension> take(Cursor& list) {
    const auto type = list.u16();
    const auto data = list.vector16();
    if (!type || !data) return std::nullopt;
    return Extension{*type, *data};
  }
  static bool is_grease(const Extension& extension) { return shirgate::is_grease(extension.type); }
};

/// A protocol name of ALPN: any bytes, at least one (RFC 7301 section 3.1).
template <>
struct TlsElement<std::string_view> {
  static std::optional<std::string_view> take(Cursor& list) {
    const auto name = list.vector8();
    if (!name || name->empty()) return std::nullopt;
    return std::string_view(reinterpret_cast<const char*>(name->data()), name->size());
  }
  static bool is_grease(std::string_view name) {
    if (name.size() != 2) return false;
    const auto first = static_cast<std::uint8_t>(name[0]);
    return shirgate::is_grease(static_cast<std::uint16_t>(first << 8 | static_cast<std::uint8_t>(name[1])));
  }
};

/// Elements in their order, GREASE left out. Valid as long as the bytes it was made of.
template <class Element>
class TlsList {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Element;
    using difference_type = std::ptrdiff_t;
    using pointer = const Element*;
    using reference = const Element&;

    explicit Iterator(Cursor::Bytes bytes) : rest_(bytes) { ++*this; }

    [[nodiscard]] reference operator*() const { return *element_; }
    [[nodiscard]] pointer operator->() const { return &*element_; }
    Iterator& operator++() {
      do {
        element_ = TlsElement<Element>::take(rest_);
      } while (element_ && TlsElement<Element>::is_grease(*element_));
      return *this;
    }
    [[nodiscard]] friend bool operator==(const Iterator& left, std::default_sentinel_t) { return !left.element_; }

   private:
    Cursor rest_;
    std::optional<Element> element_;
  };

  TlsList() = default;

  /// Nothing if the bytes are not whole elements to the last one.
  [[nodiscard]] static std::optional<TlsList> parse(Cursor::Bytes bytes) {
    for (Cursor rest(bytes); !rest.at_end();) {
      if (!TlsElement<Element>::take(rest)) return std::nullopt;
    }
    return TlsList(bytes);
  }

  [[nodiscard]] Iterator begin() const { return Iterator(bytes_); }
  [[nodiscard]] std::default_sentinel_t end() const { return {}; }
  [[nodiscard]] bool empty() const { return begin() == end(); }

 private:
  explicit TlsList(Cursor::Bytes bytes) : bytes_(bytes) {}

  Cursor::Bytes bytes_;
};

}  // namespace shirgate
