#include "audit/sinks/make_sink.hpp"

#include "audit/sinks/output_sink.hpp"

namespace shirgate {

Checked<std::unique_ptr<Sink>> make_sink(const SinkSettings& settings) {
  switch (settings.kind) {
    case SinkKind::syslog:
    case SinkKind::kafka: return complain("sink " + settings.name + ": not served");
    case SinkKind::standard_output: return std::unique_ptr<Sink>(std::make_unique<OutputSink>(1));
  }
  return complain("sink " + settings.name + ": of an unknown kind");
}

}  // namespace shirgate
