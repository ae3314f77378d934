// The calculators from JSON: exact numbers, the steps, and what is said about bad input.
#include "exchange/calculator.h"

#include "base/json.h"
#include "exchange/codes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tributary::exchange {
namespace {

using Json = nlohmann::ordered_json;

std::string call_book(std::string_view price) {
  return fmt::format(R"({{"ref":"50.05","tick":"0.01","buys":[{{"id":"b","qty":10,"price":{}}}],)"
                     R"("sells":[{{"id":"s","qty":10,"price":"50.05"}}]}})",
                     price);
}

// "code field: english"
std::string complaint(std::string_view rule, std::string_view json) {
  try {
    (void)clear(rule, json, "f.json");
  } catch (const Error& e) {
    EXPECT_FALSE(e.message().zh.empty());
    EXPECT_EQ(e.where().file.empty(), e.code() == codes::unknown_rule);
    return fmt::format("{} {}{}: {}", e.code().name, e.where().field,
                       e.where().line > 0 ? fmt::format("{}:{}", e.where().line, e.where().column) : "",
                       e.message().en);
  }
  return "none";
}

}  // namespace

TEST(Calculator, TheAnswerHasTheFixedForm) {
  const std::string book = R"({"ref":99,"tick":1,"buys":[{"id":1,"qty":300,"price":101},{"id":2,"qty":200,"price":100},
    {"id":3,"qty":400,"price":99}],"sells":[{"id":"x","qty":100,"price":98},{"id":"y","qty":250,"price":99},
    {"id":"z","qty":250,"price":100}]})";
  const Json j = json_of(clear("call-auction:four-step", book, "f.json"));
  EXPECT_EQ(j["price"], 100);
  EXPECT_EQ(j["executed"], 500);
  EXPECT_EQ(j["surplus"], -100);
  EXPECT_EQ(j["outcome"], "cleared");
  EXPECT_EQ(j["fills"].dump(),
            R"([{"id":1,"side":"buy","qty":300,"price":100},{"id":2,"side":"buy","qty":200,"price":100},)"
            R"({"id":"x","side":"sell","qty":100,"price":100},{"id":"y","side":"sell","qty":250,"price":100},)"
            R"({"id":"z","side":"sell","qty":150,"price":100}])");
  ASSERT_EQ(j["steps"].size(), 5U);
  EXPECT_EQ(j["steps"][0]["rows"][2].dump(),
            R"({"from":"100","to":"100","buys":500,"sells":600,"executed":500,"surplus":-100})");
  for (const auto& step : j["steps"]) {
    EXPECT_FALSE(step["text"]["zh"].get<std::string>().empty());
    EXPECT_FALSE(step["text"]["en"].get<std::string>().empty());
  }
}

TEST(Calculator, PricesAreExactAndWrittenAsTheyCame) {
  EXPECT_EQ(json_of(clear("call-auction:four-step", call_book("\"50.06\""), "f"))["price"], "50.05");
  EXPECT_EQ(json_of(clear("call-auction:four-step", call_book("\"market\""), "f"))["price"], "50.05");
  const char* numbers = R"({"ref":0.3,"tick":0.1,"buys":[{"id":"b","qty":1,"price":0.30}],"sells":[{"id":"s","qty":1,"price":3e-1}]})";
  EXPECT_EQ(json_of(clear("call-auction:four-step", numbers, "f"))["price"].dump(), "0.3");
  // 0.1 + 0.2 is 0.3 here; a number of 17 digits is kept as well.
  const char* many = R"({"ref":"12345678901.123457","tick":"0.000001","buys":[{"id":"b","qty":1,"price":12345678901.123457}],
    "sells":[{"id":"s","qty":1,"price":12345678901.123457}]})";
  EXPECT_EQ(*clear("call-auction:four-step", many, "f").price, "12345678901.123457");
}

TEST(Calculator, TimeDecidesAmongEquals) {
  const auto first = [](const char* a, const char* b) {
    const auto book = fmt::format(
        R"({{"ref":1,"tick":1,"buys":[{{"id":"a","qty":1,"price":1,"time":{}}},{{"id":"b","qty":1,"price":1,"time":{}}}],)"
        R"("sells":[{{"id":"s","qty":1,"price":1}}]}})",
        a, b);
    return clear("call-auction:four-step", book, "f").fills.front().id;
  };
  EXPECT_EQ(first("1", "2"), "a");
  EXPECT_EQ(first("2", "1"), "b");
  EXPECT_EQ(first("2", "2"), "a");
  EXPECT_EQ(first("0.2", "0.15"), "b");
  EXPECT_EQ(first("\"09:15:01\"", "\"09:15:00.5\""), "b");
  EXPECT_EQ(first("\"2026-11-28T01:15:01Z\"", "\"2026-11-28 09:15:00\""), "b");
  EXPECT_EQ(first("\"2026-11-28T01:15:01.25Z\"", "\"2026-11-28T09:15:01.2+08:00\""), "b");
}

TEST(Calculator, ComplaintsNameThePlace) {
  const auto call = [](std::string_view json) { return complaint("call-auction:four-step", json); };
  EXPECT_EQ(call("{\"ref\":1,\n  \"tick\":}"), "bad_input 2:10: this is not valid JSON");
  EXPECT_EQ(call("[]"), "bad_input /: should be an object, is an array");
  EXPECT_EQ(call(R"({"ref":1,"tick":1,"buys":[]})"), "bad_input /: \"sells\" is missing");
  EXPECT_EQ(call(R"({"ref":1,"tick":1,"buys":[],"sells":[],"limt":1})"), "bad_input /limt: there is no \"limt\" here");
  EXPECT_EQ(call(R"({"ref":1,"ref":1})"), "bad_input /ref: \"ref\" stands there twice");
  EXPECT_EQ(call(call_book("50.055")), "bad_input /buys/0/price: the price is not a multiple of the tick 0.01");
  EXPECT_EQ(call(call_book("-1")), "bad_input /buys/0/price: the price must be above zero");
  EXPECT_EQ(call(call_book("\"cheap\"")), "bad_input /buys/0/price: \"cheap\" is not a decimal that can be kept exactly");
  EXPECT_EQ(call(call_book("true")), "bad_input /buys/0/price: should be a number, is true or false");
  EXPECT_EQ(call(R"({"ref":1,"tick":1,"buys":[{"id":"a","qty":1.5,"price":1}],"sells":[]})"),
            "bad_input /buys/0/qty: \"1.5\" should be a whole number");
  EXPECT_EQ(call(R"({"ref":1,"tick":1,"buys":[{"id":"a","qty":0,"price":1}],"sells":[]})"),
            "bad_input /buys/0/qty: the quantity must be above zero");
  EXPECT_EQ(call(R"({"ref":1,"tick":1,"buys":[{"id":"a","qty":1,"price":1,"time":1},{"id":"b","qty":1,"price":1}],"sells":[]})"),
            "bad_input /buys/1: some orders have a time and some have none");
  EXPECT_EQ(call(R"({"ref":1,"tick":1,"limit":10,"buys":[],"sells":[]})"),
            "bad_input /limit: should be between 0 and 1, with at most nine decimals");
  EXPECT_EQ(call(R"({"ref":1,"tick":0,"buys":[],"sells":[]})"), "bad_input /tick: the tick must be above zero");
  EXPECT_EQ(call(std::string(20, '[')), "bad_input /0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0: nested deeper than 16");
  EXPECT_EQ(complaint("call-auction:fourstep", "{}"), "unknown_rule : there is no rule \"call-auction:fourstep\"");
  const auto one = [](std::string_view json) { return complaint("one-way:uniform", json); };
  EXPECT_EQ(one(R"({"supply":10,"bids":[{"id":"a","qty":1,"price":1},{"id":"a","qty":1,"price":1}]})"),
            "bad_input /bids/1/id: the bid \"a\" stands there twice");
  EXPECT_EQ(one(R"({"supply":10,"tie":"luck","bids":[]})"), "bad_input /tie: there is no \"luck\"");
  EXPECT_EQ(one(R"({"supply":1,"tie":"random","bids":[{"id":"a","qty":1,"price":1},{"id":"b","qty":1,"price":1}]})"),
            "seed_mismatch : bids at one price have to be drawn, but there is no seed");
  EXPECT_EQ(one(R"({"supply":10,"close":1,"bids":[]})"), "bad_input /close: this is for one-way:ascending only");
}

TEST(Calculator, OneWay) {
  const char* auction = R"({"supply":1000,"reserve":95,"tie":"pro-rata","bids":[{"id":"A","qty":300,"price":120},
    {"id":"B","qty":400,"price":110},{"id":"C","qty":300,"price":100},{"id":"D","qty":200,"price":100},
    {"id":"E","qty":100,"price":100},{"id":"F","qty":500,"price":90}]})";
  const Json j = json_of(clear("one-way:uniform", auction, "f"));
  EXPECT_EQ(j["price"], 100);
  EXPECT_EQ(j["executed"], 1000);
  EXPECT_EQ(j["surplus"], 0);
  EXPECT_EQ(j["fills"][2].dump(),
            R"({"id":"C","side":"buy","bidder":"C","qty":150,"price":100,"amount":"15000.00"})");
  EXPECT_EQ(json_of(clear("one-way:pay-as-bid", auction, "f"))["fills"][0]["price"], 120);
}

}  // namespace tributary::exchange
