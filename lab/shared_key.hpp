// How a client of Azure Blob shows that it knows its account's key: Shared Key, from version 2015-02-21 on.
#pragma once

#include <string>
#include <string_view>

#include "lab/http_message.hpp"
#include "policy/rule.hpp"

namespace shirgate::lab {

/// Of the pretend storage account: nobody's secret.
inline constexpr std::string_view pretend_account_key = "the key of a pretend storage account";

/// What the signature is made of. The request has its date and version; the names in its query are in lower case, and
/// nothing there needs decoding.
[[nodiscard]] std::string string_to_sign(const HttpMessage& request, std::string_view account);

/// Gives a request, complete but for that, its date, version and signature. The first label of its host is the account.
[[nodiscard]] HttpMessage signed_by(std::string_view key, HttpMessage request, Time now);

}  // namespace shirgate::lab
