#include "condition.hpp"

#include <cctype>
#include <stdexcept>

namespace shirgate::test {
namespace {

class Evaluator {
 public:
  Evaluator(std::string_view text, const InputValues& inputs) : rest_(text), inputs_(inputs) {}

  bool whole() {
    const bool value = either();
    if (!rest_.empty()) fail("something follows");
    return value;
  }

 private:
  bool either() {
    bool value = both();
    while (take("||")) value = both() || value;  // in this order: the right side must be read
    return value;
  }

  bool both() {
    bool value = one();
    while (take("&&")) value = one() && value;
    return value;
  }

  bool one() {
    if (take("!")) return !one();
    if (take("(")) {
      const bool value = either();
      if (!take(")")) fail("a parenthesis is missing");
      return value;
    }
    const auto name = word();
    if (name == "true" || name == "false") return name == "true";
    const auto found = inputs_.find(name);
    if (found == inputs_.end()) fail("no such input");
    if (take("==")) return found->second == quoted();
    if (take("!=")) return found->second != quoted();
    if (found->second != "true" && found->second != "false") fail("not a flag");
    return found->second == "true";
  }

  std::string word() {
    std::size_t end = 0;
    while (end < rest_.size() && (std::isalnum(static_cast<unsigned char>(rest_[end])) != 0 || rest_[end] == '_'))
      ++end;
    if (end == 0) fail("a name is missing");
    return cut(end);
  }

  std::string quoted() {
    if (!take("'")) fail("a text is missing");
    const auto end = rest_.find('\'');
    if (end == std::string_view::npos) fail("a quote is missing");
    auto text = cut(end);
    take("'");
    return text;
  }

  std::string cut(std::size_t size) {
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    skip_blanks();
    return text;
  }

  bool take(std::string_view mark) {
    skip_blanks();
    // "!" must not bite into "!=".
    if (!rest_.starts_with(mark) || (mark == "!" && rest_.starts_with("!="))) return false;
    rest_.remove_prefix(mark.size());
    if (mark != "'") skip_blanks();
    return true;
  }

  void skip_blanks() {
    while (rest_.starts_with(' ')) rest_.remove_prefix(1);
  }

  [[noreturn]] void fail(std::string_view why) const {
    throw std::runtime_error(std::string(why) + " before '" + std::string(rest_) + "'");
  }

  std::string_view rest_;
  const InputValues& inputs_;
};

}  // namespace

bool holds(std::string_view expression, const InputValues& inputs) { return Evaluator(expression, inputs).whole(); }

}  // namespace shirgate::test
