#include "audit/sinks/make_sink.hpp"

#include <fmt/format.h>

#include "audit/sinks/kafka_sink.hpp"
#include "audit/sinks/output_sink.hpp"
#include "audit/sinks/syslog_datagrams.hpp"
#include "audit/sinks/syslog_stream.hpp"
#include "certs/openssl_error.hpp"
#include "config/read_file.hpp"

namespace shirgate {
namespace {

constexpr std::size_t max_file_bytes = std::size_t{1} << 20;

Complaint of(const SinkSettings& settings, std::string_view what) {
  return complain(fmt::format("sink {}: {}", settings.name, what));
}

Checked<TlsClientContext> tls_of(const SinkSettings& settings) try {
  const auto text_of = [&](const std::string& path) -> Checked<std::string> {
    auto text = read_trusted_file(path, max_file_bytes);
    if (text.has_error()) return of(settings, fmt::format("{}: {}", path, text.error().text()));
    return text;
  };
  const auto trusted =
      settings.tls_ca_file.empty() ? Checked<std::string>(std::string()) : text_of(settings.tls_ca_file);
  if (trusted.has_error()) return trusted.error();
  auto context =
      settings.tls_ca_file.empty() ? TlsClientContext::trusting_system() : TlsClientContext::trusting(*trusted);
  if (settings.tls_certificate_file.empty()) return context;
  const auto certificate = text_of(settings.tls_certificate_file);
  if (certificate.has_error()) return certificate.error();
  const auto key = read_secret_file(settings.tls_key_file, max_file_bytes);
  if (key.has_error()) return of(settings, fmt::format("{}: {}", settings.tls_key_file, key.error().text()));
  context.show(*certificate, *key);
  return context;
} catch (const OpensslError& error) {
  return of(settings, fmt::format("{} ({} {} {})", error.what(), settings.tls_ca_file, settings.tls_certificate_file,
                                  settings.tls_key_file));
}

Checked<std::unique_ptr<Sink>> make_syslog(const SinkSettings& settings) {
  if (settings.transport == SyslogTransport::udp)
    return std::unique_ptr<Sink>(std::make_unique<SyslogDatagrams>(settings));
  std::optional<TlsClientContext> context;
  if (settings.transport == SyslogTransport::tls) {
    auto tls = tls_of(settings);
    if (tls.has_error()) return tls.error();
    context = *std::move(tls);
  }
  return std::unique_ptr<Sink>(std::make_unique<SyslogStream>(settings, std::move(context)));
}

Checked<std::unique_ptr<Sink>> make_kafka(const SinkSettings& settings) {
  std::string password;
  if (!settings.password_file.empty()) {
    auto text = read_secret_file(settings.password_file, max_file_bytes);
    if (text.has_error()) return of(settings, fmt::format("{}: {}", settings.password_file, text.error().text()));
    password = *std::move(text);
    password.erase(password.find_last_not_of("\r\n") + 1);
    if (password.empty()) return of(settings, fmt::format("{}: holds no password", settings.password_file));
  }
  auto sink = KafkaSink::create(settings, std::move(password));
  if (sink.has_error()) return sink.error();
  return std::unique_ptr<Sink>(*std::move(sink));
}

}  // namespace

Checked<std::unique_ptr<Sink>> make_sink(const SinkSettings& settings) {
  switch (settings.kind) {
    case SinkKind::syslog: return make_syslog(settings);
    case SinkKind::kafka: return make_kafka(settings);
    case SinkKind::standard_output: return std::unique_ptr<Sink>(std::make_unique<OutputSink>(1));
  }
  return of(settings, "of an unknown kind");
}

}  // namespace shirgate
