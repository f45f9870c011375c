// What the pretend node signs, against what Microsoft documents.
#include "lab/shared_key.hpp"

#include <gtest/gtest.h>

#include "lab/base64.hpp"

namespace shirgate::lab {
namespace {

/// The example of "Authorize with Shared Key": Get Container Metadata.
TEST(SharedKey, SignsTheDocumentedString) {
  const HttpMessage request{"GET /mycontainer?comp=metadata&restype=container&timeout=20 HTTP/1.1",
                            {{"host", "myaccount.blob.core.windows.net"},
                             {"x-ms-version", "2015-02-21"},
                             {"x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT"}}};
  EXPECT_EQ(string_to_sign(request, "myaccount"),
            "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n"
            "/myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20");
}

TEST(SharedKey, SignsLengthTypeAndRange) {
  const HttpMessage request{
      "PUT /c/b?comp=block&blockid=YQ== HTTP/1.1", {{"content-type", "text/plain"}, {"range", "bytes=0-1"}}, "12345"};
  EXPECT_EQ(string_to_sign(request, "a"),
            "PUT\n\n\n5\n\ntext/plain\n\n\n\n\n\nbytes=0-1\n/a/c/b\nblockid:YQ==\ncomp:block");
}

TEST(SharedKey, GivesDateVersionAndSignature) {
  const Time june{std::chrono::seconds(1435361952)};
  const HttpMessage request{"PUT /staging/copy?comp=blocklist HTTP/1.1",
                            {{"host", "contosostage.blob.core.windows.net"}, {"content-type", "application/xml"}},
                            "<a>"};
  const auto with = signed_by(pretend_account_key, request, june);
  EXPECT_EQ(with.field("x-ms-date"), "Fri, 26 Jun 2015 23:39:12 GMT");
  EXPECT_EQ(with.field("x-ms-version"), "2021-12-02");
  EXPECT_EQ(with.field("authorization"), "SharedKey contosostage:ClRHMWtnivOJ30Ypo3Kga0Vi9HPBKr5r9nnPMfUyNvk=");
  EXPECT_EQ(with.body, "<a>");
}

TEST(Base64, GivesTheVectorsOfTheRfc) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

}  // namespace
}  // namespace shirgate::lab
