#include "proxy/first_flight/cursor.hpp"

#include <gtest/gtest.h>

#include "exact_copy.hpp"

namespace shirgate::test {
namespace {

TEST(Cursor, ReadsNumbersAndVectorsInOrder) {
  const ExactCopy copy(Octets{0x07, 0x12, 0x34, 0x01, 0xaa, 0x00, 0x02, 0xbb, 0xcc});
  Cursor cursor(copy.span());
  EXPECT_EQ(cursor.u8(), 0x07);
  EXPECT_EQ(cursor.u16(), 0x1234);
  EXPECT_EQ(cursor.vector8()->front(), 0xaa);
  EXPECT_EQ(cursor.vector16()->back(), 0xcc);
  EXPECT_TRUE(cursor.at_end());
}

TEST(Cursor, GivesNothingPastTheEnd) {
  Cursor cursor({});
  EXPECT_FALSE(cursor.u8());
  EXPECT_FALSE(cursor.u16());
  EXPECT_FALSE(cursor.vector8());
  EXPECT_FALSE(cursor.vector16());
  EXPECT_TRUE(cursor.bytes(0));
}

TEST(Cursor, DoesNotResumeInTheMiddleOfAFailedRead) {
  const ExactCopy copy(Octets{0x03, 0x01, 0x02});  // a vector of three with two bytes there
  Cursor cursor(copy.span());
  EXPECT_FALSE(cursor.vector8());
  EXPECT_FALSE(cursor.u8());
  EXPECT_TRUE(cursor.at_end());
}

TEST(Cursor, RefusesHalfANumber) {
  const ExactCopy copy(Octets{0x12});
  EXPECT_FALSE(Cursor(copy.span()).u16());
  EXPECT_FALSE(Cursor(copy.span()).vector16());
}

}  // namespace
}  // namespace shirgate::test
