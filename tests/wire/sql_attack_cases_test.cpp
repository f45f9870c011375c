// The corpus's SQL rows over the wire, against a server that answers PRELOGIN.
#include <algorithm>

#include "attack_run.hpp"
#include "proxy/first_flight/tds_prelogin.hpp"
#include "proxy/session/bytes.hpp"
#include "sql_bytes.hpp"

namespace shirgate::wire {
namespace {

/// Rows whose PRELOGIN goes up, rebuilt, and the encryption its server answers. All others reach nobody.
struct Dialog {
  std::string_view id;
  std::uint8_t server_encryption;
};

constexpr std::array dialogs{Dialog{"POS-015", required}, Dialog{"TDS-001", off}, Dialog{"TDS-003", required},
                             Dialog{"TDS-004", on},       Dialog{"TDS-015", on},  Dialog{"TDS-019", on},
                             Dialog{"TDS-020", on},       Dialog{"TDS-021", on},  Dialog{"TDS-022", on},
                             Dialog{"TDS-023", required}};

const Dialog* dialog_of(const AttackCase& attack) {
  const auto* found =
      std::find_if(dialogs.begin(), dialogs.end(), [&](const auto& row) { return row.id == attack.id; });
  return found == dialogs.end() ? nullptr : found;
}

/// What a server hears of a client's PRELOGIN.
std::string rebuilt(const std::string& packets) {
  PreloginReader reader(TdsPacketType::prelogin);
  const auto read = reader.feed(as_bytes(packets));
  if (read.has_error() || *read != HelloProgress::done) return {};
  const auto offer = parse_prelogin(reader.payload());
  if (offer.has_error()) return {};
  const auto packet = rebuild(*offer);
  return std::string(as_text(packet));
}

class SqlAttackOverTheWire : public AttackRun {
 protected:
  void run() {
    const auto& attack = GetParam();
    ASSERT_EQ(ask(client_, attack.authority).status, attack.status);
    const auto* dialog = dialog_of(attack);
    if (dialog == nullptr) return is_cut_before_the_server_hears_of_it();
    exchange_prelogin(dialog->server_encryption);
    if (attack.verdict == "allow") return is_allowed();
    if (dialog->server_encryption != off) send_hello();
    is_cut();
  }

  void is_cut_before_the_server_hears_of_it() {
    client_.send(all_bytes(GetParam()));
    do_then();
    const auto heard = client_.read_to_end();
    EXPECT_EQ(heard.bytes, "");
    EXPECT_EQ(to_string(heard.ending), "finished");
    client_.close();
    expect_cut_in_first_flight(0);
  }

  void exchange_prelogin(std::uint8_t server_encryption) {
    const auto& prelogin = GetParam().writes.front();
    client_.send(prelogin);
    server_ = world_.upstream().accept();
    ASSERT_TRUE(server_.connected());
    prelogin_up_ = rebuilt(prelogin);
    ASSERT_FALSE(prelogin_up_.empty());
    EXPECT_EQ(server_.receive(prelogin_up_.size()), prelogin_up_);
    answer_ = answer(server_encryption);
    server_.send(answer_);
  }

  /// What the row sends after the answer; a good hello where it ends with the PRELOGIN.
  void send_hello() {
    ASSERT_EQ(client_.receive(answer_.size()), answer_);
    const auto& writes = GetParam().writes;
    hello_ = all_bytes(GetParam()).substr(writes.front().size());
    if (hello_.empty()) hello_ = wrapped_hello("contoso-sql.database.windows.net");
    client_.send(hello_);
  }

  /// No alert, because the client would have to unwrap it; nothing but the rebuilt PRELOGIN at the server.
  void is_cut() {
    const auto heard = client_.read_to_end();
    EXPECT_EQ(heard.bytes, "");
    EXPECT_NE(to_string(heard.ending), "open");
    client_.close();
    EXPECT_EQ(server_.read_to_end().bytes, "");
    server_.close();
    expect_cut_in_first_flight(prelogin_up_.size());
  }

  void is_allowed() {
    send_hello();
    EXPECT_EQ(server_.receive(hello_.size()), hello_);
    const auto first = answer_to_hello(hello_);
    server_.send(first);
    EXPECT_EQ(client_.receive(first.size()), first);
    client_.half_close();
    EXPECT_EQ(server_.read_to_end().bytes, "") << "bytes came twice";
    server_.close();
    EXPECT_EQ(to_string(client_.read_to_end().ending), "finished");
    client_.close();
    expect_relayed(prelogin_up_.size() + hello_.size(), answer_.size() + first.size());
  }

  Peer server_;
  std::string prelogin_up_;
  std::string answer_;
  std::string hello_;
};

TEST_P(SqlAttackOverTheWire, EndsAsTheCorpusStates) { run(); }

std::vector<AttackCase> sql_cases() {
  auto some = runnable_cases();
  std::erase_if(some, [](const AttackCase& attack) { return !is_sql(attack); });
  return some;
}

INSTANTIATE_TEST_SUITE_P(Corpus, SqlAttackOverTheWire, testing::ValuesIn(sql_cases()),
                         [](const auto& test) { return test_name(test.param.id); });

TEST(SqlDialogs, NameRowsThatAreRun) {
  const auto cases = sql_cases();
  for (const auto& dialog : dialogs)
    EXPECT_EQ(1, std::count_if(cases.begin(), cases.end(), [&](const auto& row) { return row.id == dialog.id; }))
        << dialog.id;
}

}  // namespace
}  // namespace shirgate::wire
