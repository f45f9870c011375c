#include "certs/signing_key.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "certs/digest.hpp"

namespace shirgate {
namespace {

namespace fs = std::filesystem;

RawKey raw(std::string_view hex) {
  RawKey key{};
  EXPECT_TRUE(from_hex(hex, key));
  return key;
}

std::string bytes(std::string_view hex) {
  std::vector<std::uint8_t> data(hex.size() / 2);
  EXPECT_TRUE(from_hex(hex, data));
  return {data.begin(), data.end()};
}

struct Vector {
  const char* name;
  std::string_view seed;
  std::string_view public_key;
  std::string_view message;
  std::string_view signature;
};

class Ed25519 : public testing::TestWithParam<Vector> {};

TEST_P(Ed25519, SignsAsPublished) {
  const auto& vector = GetParam();
  const auto key = SigningKey::from_seed(raw(vector.seed));
  EXPECT_EQ(to_hex(key.public_key().raw()), vector.public_key);
  EXPECT_EQ(to_hex(key.sign(bytes(vector.message))), vector.signature);
}

TEST_P(Ed25519, VerifiesThatAndNothingElse) {
  const auto& vector = GetParam();
  const PublicKey key(raw(vector.public_key));
  const auto message = bytes(vector.message);
  Signature signature{};
  ASSERT_TRUE(from_hex(vector.signature, signature));
  EXPECT_TRUE(key.verifies(message, signature));
  EXPECT_FALSE(key.verifies(message + 'x', signature));
  EXPECT_FALSE(key.verifies(message, std::span(signature).first(63)));
  for (std::size_t bit = 0; bit < signature.size() * 8; bit += 7) {
    auto bent = signature;
    bent[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(key.verifies(message, bent)) << "bit " << bit;
  }
}

// RFC 8032, section 7.1, tests 1 to 3.
INSTANTIATE_TEST_SUITE_P(
    Rfc8032, Ed25519,
    testing::Values(Vector{"Nothing", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                           "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                           "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
                           "f9b46bd25bf5f0595bbe24655141438e7a100b"},
                    Vector{"OneByte", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                           "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                           "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0"
                           "f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
                    Vector{"TwoBytes", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                           "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
                           "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f76098"
                           "4dc6594a7c15e9716ed28dc027beceea1ec40a"}),
    [](const auto& one) { return std::string(one.param.name); });

class KeyFile : public testing::Test {
 protected:
  KeyFile() {
    auto pattern = (fs::temp_directory_path() / "shirgate_key_XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~KeyFile() override { fs::remove_all(directory_); }
  [[nodiscard]] std::string path(const char* name = "key.pem") const { return directory_ / name; }
  [[nodiscard]] std::string why_not_loaded(const char* name = "key.pem") const {
    const auto key = SigningKey::load(path(name));
    return key.has_error() ? key.error().text() : "it was loaded";
  }

  fs::path directory_;
  SigningKey key_ = SigningKey::make();
};

TEST_F(KeyFile, GivesTheSameKeyBack) {
  ASSERT_TRUE(key_.save(path()).has_value());
  const auto again = SigningKey::load(path());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->public_key(), key_.public_key());
  EXPECT_TRUE(key_.public_key().verifies("text", again->sign("text")));
  EXPECT_NE(SigningKey::make().public_key(), key_.public_key()) << "each is made of its own randomness";
}

TEST_F(KeyFile, IsForItsOwnerOnly) {
  ASSERT_TRUE(key_.save(path()).has_value());
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  fs::permissions(path(), fs::perms::group_read, fs::perm_options::add);
  EXPECT_EQ(why_not_loaded(),
            path() + " can be read by others than its owner; chmod 600, and make a new one if in doubt");
}

TEST_F(KeyFile, IsNeverOverwrittenAndNoLinkIsFollowed) {
  ASSERT_TRUE(key_.save(path()).has_value());
  EXPECT_EQ(SigningKey::make().save(path()).error().text(), "can't make " + path() + ": File exists");
  EXPECT_EQ(SigningKey::load(path())->public_key(), key_.public_key());
  fs::create_symlink(path(), path("link"));
  EXPECT_EQ(why_not_loaded("link"), "can't read " + path("link") + ": Too many levels of symbolic links");
  fs::create_symlink(path("nowhere"), path("dangling"));
  EXPECT_TRUE(key_.save(path("dangling")).has_error());
  EXPECT_FALSE(fs::exists(path("nowhere")));
}

TEST_F(KeyFile, MustHoldAnEd25519Key) {
  std::ofstream(path()) << "-----BEGIN PRIVATE KEY-----\nnot a key\n-----END PRIVATE KEY-----\n";
  fs::permissions(path(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(why_not_loaded(), path() + " holds no Ed25519 key in PEM form");
  EXPECT_EQ(why_not_loaded("nowhere"), "can't read " + path("nowhere") + ": No such file or directory");
  EXPECT_EQ(why_not_loaded("."), path(".") + " is not a regular file; name the file itself");
}

TEST_F(KeyFile, HasAPublicHalfOfItsOwn) {
  const auto pem = key_.public_key().pem();
  EXPECT_TRUE(pem.starts_with("-----BEGIN PUBLIC KEY-----\n")) << pem;
  const auto read = PublicKey::from_pem(pem);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, key_.public_key());
  EXPECT_EQ(PublicKey::from_pem("nothing").error().text(), "holds no Ed25519 public key in PEM form");
}

TEST(FromHex, TakesExactlyTheDigitsItNeeds) {
  std::array<std::uint8_t, 2> bytes{};
  EXPECT_TRUE(from_hex("0aff", bytes));
  EXPECT_EQ(to_hex(bytes), "0aff");
  for (const auto* text : {"", "0a", "0afff", "0aFF", "0af ", "0ag0"}) EXPECT_FALSE(from_hex(text, bytes)) << text;
}

}  // namespace
}  // namespace shirgate
