// What came of a scenario.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lab/channel_result.hpp"
#include "lab/expectation.hpp"
#include "lab/strays.hpp"

namespace shirgate::lab {

struct TrickResult {
  Trick trick;
  Reason found = Reason::internal_error;  ///< what the log says; `allowed` where it got through
};

struct ScenarioReport {
  std::string name;
  std::string title;
  std::vector<ChannelResult> channels;
  std::string status;
  std::vector<TrickResult> tricks;
  std::string blob_storage{};      ///< "Azurite 3.35.0" or "built-in"; empty where nothing was to be staged
  std::optional<Strays> strays{};  ///< what tried to get out past the gate; in a locked network only
  std::vector<Expectation> expectations;
  std::chrono::milliseconds took{0};

  [[nodiscard]] std::size_t broken() const;
};

}  // namespace shirgate::lab
