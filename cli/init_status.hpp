// What Azure Resource Manager says about a self-hosted integration runtime (getStatus), read for what decides the
// allowlist. The text is a stranger's: of its strings only checked host names, addresses, versions and dates are kept.
#pragma once

#include <string_view>

#include "cli/init_answers.hpp"

namespace shirgate {

/// Adds what the status says, where nobody said otherwise before. Understands the answer of the REST interface and what
/// the command line and the SDKs make of it: the same names under properties.typeProperties, under properties or at the
/// top, in any of their spellings (serviceUrls, service_urls, ServiceUrls). Clouds differ in their relay's suffix, so
/// the cloud must have been said before.
void say_status(InitAnswers& answers, std::string_view text, const adf::Catalogue& catalogue);

}  // namespace shirgate
