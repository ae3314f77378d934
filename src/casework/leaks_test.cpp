#include "casework/leaks.h"

#include <gtest/gtest.h>

namespace tributary::casework {
namespace {

TEST(Leaks, NumbersOfPeopleAreFoundHoweverTheyAreWritten) {
  for (const char* text :
       {"身份证11010519491231002X", "11010519491231002x。", "１１０１０５１９４９１２３１００２Ｘ",
        "110105 19491231 0021", "联系人13812345678", "138-1234-5678", "+86 138 1234 5678",
        "卡 6222 0200 0000 0000 000", "6222020000000000000", "账号：123456789012", "帐号 1234567890"})
    EXPECT_TRUE(personal_number_in(text)) << text;
}

TEST(Leaks, NumbersOfOfficesAndDocumentsAreNone) {
  for (const char* text :
       {"", "电话 0558-5123456", "谯发改综合〔2020〕241号", "2026-03-02 至 2026-03-16",
        "面积 12345678901 平方米", "信用代码 91350100M000100Y43", "索引号 11341602000000000A/202603-00001",
        "3416022003001", "24 个村 1380 人", "许可证 D341602S2026-00012", "金额 1,234,567.89 元"})
    EXPECT_FALSE(personal_number_in(text)) << text;
}

}  // namespace
}  // namespace tributary::casework
