// Segments read line by line, whatever is in them.
#include "audit/segment_reader.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "audit/segment.hpp"
#include "segment_writing.hpp"
#include "temporary_directory.hpp"

namespace shirgate::test {
namespace {

class SegmentForms : public testing::TestWithParam<const char*> {
 protected:
  /// A segment of that text, in the form that is tested.
  [[nodiscard]] SegmentReader reader_of(std::string_view text) {
    const auto path = directory_.path() + "/audit-000000000001" + GetParam();
    write_file(path, is_compressed(path) ? compressed(text) : std::string(text));
    auto reader = SegmentReader::open(path);
    if (reader.has_error()) throw std::runtime_error(reader.error().text());
    return *std::move(reader);
  }
  TemporaryDirectory directory_;
};

INSTANTIATE_TEST_SUITE_P(Segment, SegmentForms, testing::Values(".jsonl", ".jsonl.zst"),
                         [](const auto& form) { return std::string(form.param) == ".jsonl" ? "Plain" : "Compressed"; });

TEST_P(SegmentForms, HandsOutLinesWithNumberAndPosition) {
  auto reader = reader_of("one\n\nthree\n");
  const auto one = reader.next();
  ASSERT_TRUE(one);
  EXPECT_EQ(one->text, "one");
  EXPECT_EQ(one->number, 1U);
  EXPECT_EQ(one->position, 0U);
  const auto empty = reader.next();
  ASSERT_TRUE(empty);
  EXPECT_EQ(empty->text, "");
  EXPECT_EQ(empty->position, 4U);
  const auto three = reader.next();
  ASSERT_TRUE(three);
  EXPECT_EQ(three->text, "three");
  EXPECT_EQ(three->number, 3U);
  EXPECT_EQ(three->position, 5U);
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.torn_tail());
  EXPECT_EQ(reader.trouble(), "");
  EXPECT_EQ(reader.bytes_read(), reader.bytes_total());
}

TEST_P(SegmentForms, TellsATornTailFromALine) {
  auto reader = reader_of("whole\ntor");
  ASSERT_TRUE(reader.next());
  EXPECT_FALSE(reader.next());
  const auto tail = reader.torn_tail();
  ASSERT_TRUE(tail);
  EXPECT_EQ(tail->text, "tor");
  EXPECT_EQ(tail->number, 2U);
  EXPECT_EQ(tail->position, 6U);
}

TEST_P(SegmentForms, ReadsAnEmptyOne) {
  auto reader = reader_of("");
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.torn_tail());
  EXPECT_EQ(reader.trouble(), "");
}

TEST_P(SegmentForms, FindsEveryLineWhereverABufferEnds) {
  std::string text;
  std::vector<std::string> lines;
  // Prime lengths, so that ends of lines and ends of buffers meet in every way.
  for (std::size_t i = 0; text.size() < 3'000'000; ++i)
    text += lines.emplace_back(fmt::format("{:*>{}}", i, 7 + i * 7919 % 40'009)) + '\n';
  auto reader = reader_of(text);
  std::uint64_t position = 0;
  for (const auto& expected : lines) {
    const auto line = reader.next();
    ASSERT_TRUE(line);
    ASSERT_EQ(line->text, expected);
    ASSERT_EQ(line->position, position);
    position += expected.size() + 1;
  }
  EXPECT_FALSE(reader.next());
}

TEST_P(SegmentForms, SkipsALineThatIsTooLongAndGoesOn) {
  constexpr auto limit = SegmentReader::max_line_bytes;
  for (const auto size : {limit + 1, 8 * limit, 40 * limit}) {
    const auto text = "before\n" + std::string(size, 'x') + "\nafter\n" + std::string(limit, 'y') + "\n";
    auto reader = reader_of(text);
    EXPECT_EQ(reader.next()->text, "before");
    const auto long_one = reader.next();
    ASSERT_TRUE(long_one);
    EXPECT_TRUE(long_one->too_long);
    EXPECT_EQ(long_one->text, "");
    EXPECT_EQ(long_one->number, 2U);
    EXPECT_EQ(long_one->position, 7U);
    const auto after = reader.next();
    ASSERT_TRUE(after);
    EXPECT_EQ(after->text, "after");
    EXPECT_EQ(after->number, 3U);
    EXPECT_EQ(after->position, 8 + size);
    const auto just_short_enough = reader.next();
    ASSERT_TRUE(just_short_enough);
    EXPECT_FALSE(just_short_enough->too_long);
    EXPECT_EQ(just_short_enough->text.size(), limit);
    EXPECT_FALSE(reader.next());
  }
}

TEST_P(SegmentForms, SaysThatATornTailIsTooLong) {
  auto reader = reader_of("a\n" + std::string(20 * SegmentReader::max_line_bytes, 'x'));
  ASSERT_TRUE(reader.next());
  EXPECT_FALSE(reader.next());
  ASSERT_TRUE(reader.torn_tail());
  EXPECT_TRUE(reader.torn_tail()->too_long);
  EXPECT_EQ(reader.torn_tail()->position, 2U);
}

TEST_P(SegmentForms, LeavesReadablePaddingBehindEveryLine) {
  auto reader = reader_of(std::string(SegmentReader::max_line_bytes, 'x') + "\n");
  const auto line = reader.next();
  ASSERT_TRUE(line);
  // The address sanitizer objects where there is none.
  const std::string copy(line->text.data(), line->text.size() + 1 + SegmentReader::padding);
  EXPECT_EQ(copy.size(), line->text.size() + 1 + SegmentReader::padding);
}

class SegmentReading : public testing::Test {
 protected:
  TemporaryDirectory directory_;
  std::string plain_ = directory_.path() + "/audit-000000000001.jsonl";
  std::string compressed_ = plain_ + ".zst";
};

TEST_F(SegmentReading, GoesOnWhenThePlainFileGrows) {
  write_file(plain_, "one\ntw");
  auto reader = SegmentReader::open(plain_);
  ASSERT_TRUE(reader.has_value());
  EXPECT_EQ(reader->next()->text, "one");
  EXPECT_FALSE(reader->next());
  EXPECT_EQ(reader->torn_tail()->text, "tw");
  std::ofstream(plain_, std::ios::app) << "o\nthree\n";
  EXPECT_EQ(reader->next()->text, "two");
  const auto three = reader->next();
  ASSERT_TRUE(three);
  EXPECT_EQ(three->text, "three");
  EXPECT_EQ(three->number, 3U);
  EXPECT_FALSE(reader->next());
  EXPECT_FALSE(reader->torn_tail());
}

TEST_F(SegmentReading, ReadsSeveralFramesAsOneText) {
  write_file(compressed_, compressed("one\ntw") + compressed("") + compressed("o\n"));
  auto reader = SegmentReader::open(compressed_);
  ASSERT_TRUE(reader.has_value());
  EXPECT_EQ(reader->next()->text, "one");
  EXPECT_EQ(reader->next()->text, "two");
  EXPECT_FALSE(reader->next());
  EXPECT_EQ(reader->trouble(), "");
}

TEST_F(SegmentReading, SaysThatACompressedOneEndsTooEarly) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += fmt::format("line {}\n", i * 7919 % 100'003);
  const auto frame = compressed(text);
  for (const auto size : {frame.size() - 1, frame.size() / 2, std::size_t{5}}) {
    write_file(compressed_, std::string_view(frame).substr(0, size));
    auto reader = SegmentReader::open(compressed_);
    ASSERT_TRUE(reader.has_value());
    while (reader->next()) continue;
    EXPECT_EQ(reader->trouble(), "is compressed and ends too early") << size;
  }
}

TEST_F(SegmentReading, SaysThatWhatIsCompressedIsDamaged) {
  auto frame = compressed(std::string(10'000, 'x') + "\n");
  frame.back() = static_cast<char>(frame.back() ^ 1);  // of the checksum
  for (const auto& bytes : {frame, std::string("no frame at all\n")}) {
    write_file(compressed_, bytes);
    auto reader = SegmentReader::open(compressed_);
    ASSERT_TRUE(reader.has_value());
    while (reader->next()) continue;
    EXPECT_TRUE(reader->trouble().starts_with("can't be decompressed: ")) << reader->trouble();
  }
}

TEST_F(SegmentReading, NamesTheFileThatIsNotThere) {
  const auto reader = SegmentReader::open(plain_);
  ASSERT_TRUE(reader.has_error());
  EXPECT_EQ(reader.error().text(), plain_ + ": can't be read: No such file or directory");
}

TEST(SegmentNames, SayTheNumberOfTheFirstLine) {
  EXPECT_EQ(first_seq_of("/x/audit-000000000012.jsonl"), 12U);
  EXPECT_EQ(first_seq_of("audit-1000000000000.jsonl.zst"), 1'000'000'000'000U);
  for (const auto* other :
       {"/x/audit-.jsonl", "/x/audit-1.json", "/x/audit-1.jsonl.zst.tmp", "/x/audit-1x.jsonl", "/x/other-1.jsonl",
        "/x/audit--1.jsonl", "/x/lock", "", "/audit-1.jsonl/", "/x/audit-99999999999999999999999.jsonl"})
    EXPECT_FALSE(first_seq_of(other)) << other;
}

TEST(SegmentNames, ListThePlainFormOfASegmentThatHasBothInTheOrderOfTheirLines) {
  const TemporaryDirectory directory;
  for (const auto* name : {"audit-000000000009.jsonl.zst", "audit-000000000001.jsonl", "audit-000000000001.jsonl.zst",
                           "audit-1000000000000.jsonl", "audit-200000000000.jsonl", "audit-000000000005.jsonl.zst",
                           "audit-000000000005.jsonl", "audit-000000000007.jsonl.zst.part", "lock", "state"})
    write_file(directory.path() + '/' + name, "");
  std::vector<std::string> names;
  for (const auto& path : segments_of(directory.path())) names.push_back(path.substr(directory.path().size() + 1));
  EXPECT_EQ(names, (std::vector<std::string>{"audit-000000000001.jsonl", "audit-000000000005.jsonl",
                                             "audit-000000000009.jsonl.zst", "audit-200000000000.jsonl",
                                             "audit-1000000000000.jsonl"}));
}

}  // namespace
}  // namespace shirgate::test
