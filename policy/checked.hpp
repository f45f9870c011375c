// What reading an operator's text yields: the value, or one sentence that says what is wrong and what to write instead.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <utility>

namespace shirgate {

/// Made by complain() only: were it constructible from a string, a Checked<std::string> could not tell value and error.
class Complaint {
 public:
  Complaint() = default;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  friend Complaint complain(std::string text);
  std::string text_;
};

[[nodiscard]] inline Complaint complain(std::string text) {
  Complaint complaint;
  complaint.text_ = std::move(text);
  return complaint;
}

template <class T>
using Checked = boost::system::result<T, Complaint>;

}  // namespace shirgate
