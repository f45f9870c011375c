// Answers that carry bytes: the whole of them, or the range a request asks for.
#pragma once

#include "lab/http_message.hpp"

namespace shirgate::lab {

/// 200 with all bytes, or 206 with those of "range: bytes=FIRST-LAST"; 416 where they do not have it. States the
/// SHA-256 of what it carries.
[[nodiscard]] HttpMessage answer_with(std::string_view bytes, const HttpMessage& request);

}  // namespace shirgate::lab
