// The JSON of a market. Numbers stand for the decimal that was typed; text is taken as a decimal too.
#include "base/json.h"
#include "base/text.h"
#include "exchange/smart_market.h"
#include "exchange/smart_market_codes.h"
#include "exchange/smart_market_number.h"

#include <algorithm>
#include <functional>
#include <set>

#include <fmt/format.h>

namespace tributary::exchange::smart_market {
namespace {

using Json = nlohmann::json;

// A value with its path, for errors.
class Node {
 public:
  Node(const Json& json, std::string path, const std::string& file)
      : json_(&json), path_(std::move(path)), file_(&file) {}

  [[noreturn]] void fail(const Code& code, Text message, Text hint = {}) const {
    throw Error(code, std::move(message), {*file_, 0, 0, path_}, std::move(hint));
  }
  const Json& json() const { return *json_; }

  // Refuses fields that are not in the list.
  void only(const std::vector<std::string>& known) const {
    if (!json_->is_object()) fail(codes::bad_value, {"应为对象 {…}", "an object {…} is expected here"});
    for (const auto& [key, value] : json_->items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      const auto close = near_misses(key, known);
      Node(value, within(key), *file_)
          .fail(codes::unknown_field,
                {fmt::format("没有字段“{}”", key), fmt::format("there is no field \"{}\"", key)},
                close.empty() ? Text{fmt::format("可用：{}", fmt::join(known, "、")),
                                     fmt::format("there are: {}", fmt::join(known, ", "))}
                              : Text{fmt::format("是否想写“{}”？", close[0]),
                                     fmt::format("did you mean \"{}\"?", close[0])});
    }
  }
  bool has(const char* key) const { return json_->contains(key) && !json_->at(key).is_null(); }
  Node at(const char* key) const {
    if (!has(key))
      fail(codes::missing_field,
           {fmt::format("缺少字段“{}”", key), fmt::format("the field \"{}\" is missing", key)});
    return {json_->at(key), within(key), *file_};
  }
  std::vector<Node> list(const char* key, bool required) const {
    std::vector<Node> out;
    if (!required && !has(key)) return out;
    const Node node = at(key);
    if (!node.json().is_array()) node.fail(codes::bad_value, {"应为列表 […]", "a list […] is expected here"});
    for (std::size_t i = 0; i < node.json().size(); ++i)
      out.emplace_back(node.json()[i], fmt::format("{}[{}]", node.path_, i), *file_);
    return out;
  }
  std::string text() const {
    if (json_->is_string() && !json_->get_ref<const std::string&>().empty()) return json_->get<std::string>();
    if (json_->is_number_integer()) return json_->dump();
    fail(codes::bad_value, {"应为文字", "a text is expected here"});
  }
  Rational number() const {
    if (json_->is_number_unsigned() || json_->is_number_integer()) {
      if (const auto value = Decimal::try_parse(json_->dump())) return Rational(*value);
    } else if (json_->is_number_float()) {
      try {
        return Rational::from_double(json_->get<double>());
      } catch (const Error& e) {
        throw e.at({*file_, 0, 0, path_});
      }
    } else if (json_->is_string()) {
      const std::string& text = json_->get_ref<const std::string&>();
      if (const auto value = Decimal::try_parse(text)) return Rational(*value);
      // As results write what no decimal is, "2/9", and what is longer than one.
      if (const auto value = exact_number(text)) return *value;
    }
    fail(codes::bad_value, {"应为数字", "a number is expected here"});
  }
  Rational not_negative() const {
    Rational out = number();
    if (out.sign() < 0) fail(codes::bad_value, {"不得为负", "this must not be negative"});
    return out;
  }
  std::string within(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

 private:
  const Json* json_;
  std::string path_;
  const std::string* file_;
};

// Names in the order given, to be found again.
class Index {
 public:
  Index(Text kind) : kind_(std::move(kind)) {}
  void add(const Node& node, const std::string& name) {
    if (!places_.emplace(name, names_.size()).second)
      node.fail(codes::duplicate_name, {fmt::format("{}“{}”出现了两次", kind_.zh, name),
                                        fmt::format("the {} \"{}\" is there twice", kind_.en, name)});
    names_.push_back(name);
  }
  std::size_t find(const Node& node) const {
    const std::string name = node.text();
    if (const auto found = places_.find(name); found != places_.end()) return found->second;
    const auto close = near_misses(name, names_);
    node.fail(
        codes::unknown_name,
        {fmt::format("没有{}“{}”", kind_.zh, name), fmt::format("there is no {} \"{}\"", kind_.en, name)},
        close.empty()
            ? Text{}
            : Text{fmt::format("是否想写“{}”？", close[0]), fmt::format("did you mean \"{}\"?", close[0])});
  }
  const std::vector<std::string>& names() const { return names_; }

 private:
  Text kind_;
  std::vector<std::string> names_;
  std::map<std::string, std::size_t> places_;
};

class Reader {
 public:
  Reader(const Json& json, const std::string& file) : root_(json, "", file) {}

  Market read() {
    root_.only({"unit", "step", "zones", "periods", "links", "bids", "asks", "constraints", "mask"});
    if (root_.has("unit")) out_.unit = root_.at("unit").text();
    if (root_.has("step")) out_.step = root_.at("step").number();
    if (out_.step.sign() <= 0)
      root_.at("step").fail(codes::bad_value, {"步长必须大于零", "the step must be above zero"});
    read_periods();
    read_mask();
    read_zones();
    read_links();
    read_orders("bids", true);
    read_orders("asks", false);
    read_constraints();
    check_value();
    return std::move(out_);
  }

 private:
  void read_periods() {
    for (const Node& node : root_.list("periods", false)) periods_.add(node, node.text());
    if (periods_.names().empty()) periods_.add(root_, "1");
    out_.periods = periods_.names();
  }
  // One number for every period, or {period: number}.
  ByPeriod by_period(const Node& parent, const char* key, bool negative_allowed = false) const {
    ByPeriod out(out_.periods.size());
    if (!parent.has(key)) return out;
    const Node node = parent.at(key);
    const auto number = [&](const Node& n) { return negative_allowed ? n.number() : n.not_negative(); };
    if (!node.json().is_object()) {
      std::fill(out.begin(), out.end(), number(node));
      return out;
    }
    node.only(out_.periods);
    for (std::size_t t = 0; t < out.size(); ++t)
      if (node.has(out_.periods[t].c_str())) out[t] = number(node.at(out_.periods[t].c_str()));
    return out;
  }
  void read_mask() {
    if (!root_.has("mask")) return;
    const Node mask = root_.at("mask");
    if (!mask.json().is_object() || mask.json().empty())
      mask.fail(codes::bad_value, {"应为 {卖方用途: [可用于的用途…]}",
                                   "{purpose sold: [purposes it may be used for …]} is expected here"});
    for (const auto& [sold, uses] : mask.json().items()) {
      std::set<std::string> list;
      for (const Node& use : mask.list(sold.c_str(), true)) list.insert(use.text());
      out_.mask[sold] = {list.begin(), list.end()};
    }
  }
  void check_purpose(const Node& parent, std::string& purpose, bool sold) {
    if (out_.mask.empty()) {
      if (parent.has("purpose")) purpose = parent.at("purpose").text();
      return;
    }
    const Node node = parent.at("purpose");
    purpose = node.text();
    const bool known =
        sold ? out_.mask.contains(purpose)
             : std::any_of(out_.mask.begin(), out_.mask.end(), [&](const auto& entry) {
                 return std::find(entry.second.begin(), entry.second.end(), purpose) != entry.second.end();
               });
    if (!known)
      node.fail(codes::unknown_name, {fmt::format("用途“{}”不在 mask 中{}", purpose, sold ? "可售" : "可用"),
                                      fmt::format("mask does not let water {} the purpose \"{}\"",
                                                  sold ? "be sold from" : "be used for", purpose)});
  }
  void read_zones() {
    for (const Node& node : root_.list("zones", true)) {
      Zone zone;
      zone.supply.resize(out_.periods.size());
      if (node.json().is_object()) {
        node.only({"id", "supply", "purpose"});
        zone.id = node.at("id").text();
        zone.supply = by_period(node, "supply");
        if (node.has("supply")) check_purpose(node, zone.purpose, true);
      } else {
        zone.id = node.text();
      }
      zones_.add(node, zone.id);
      out_.zones.push_back(std::move(zone));
    }
    if (out_.zones.empty())
      root_.at("zones").fail(codes::bad_value, {"至少要有一个分区", "at least one zone is needed"});
  }
  void read_links() {
    const std::vector<Node> nodes = root_.list("links", false);
    for (const Node& node : nodes) {
      node.only({"id", "from", "to", "loss", "capacity", "balance", "back_of"});
      Link link;
      link.from = zones_.find(node.at("from"));
      link.to = zones_.find(node.at("to"));
      link.id = node.has("id") ? node.at("id").text()
                               : fmt::format("{}-{}", out_.zones[link.from].id, out_.zones[link.to].id);
      if (link.from == link.to)
        node.at("to").fail(codes::bad_value, {"起点与终点相同", "a link must lead to another zone"});
      if (node.has("loss")) link.loss = node.at("loss").not_negative();
      if (link.loss >= Rational(1))
        node.at("loss").fail(codes::bad_value, {"损失率须小于 1（10% 写 0.1）",
                                                "the loss must be below 1 (write 0.1 for 10 %)"});
      link.capacity = by_period(node, "capacity");
      if (node.has("balance")) {
        const Node balance = node.at("balance");
        balance.only({"start", "lo", "hi", "calls"});
        link.balance = Balance{balance.at("start").number(), balance.at("lo").number(),
                               balance.at("hi").number(), by_period(balance, "calls")};
        if (link.balance->lo > link.balance->hi)
          balance.fail(codes::bad_value, {"下限 lo 大于上限 hi", "lo is above hi"});
      }
      links_.add(node, link.id);
      out_.links.push_back(std::move(link));
    }
    for (std::size_t l = 0; l < nodes.size(); ++l) {
      if (!nodes[l].has("back_of")) continue;
      const Node back = nodes[l].at("back_of");
      out_.links[l].back_of = links_.find(back);
      if (!out_.links[*out_.links[l].back_of].balance)
        back.fail(codes::bad_value, {"该通道没有 balance", "that link has no balance"});
    }
  }
  void read_orders(const char* key, bool buy) {
    for (const Node& node : root_.list(key, true)) {
      node.only({"id", "zone", "period", "quantity", "price", "purpose"});
      Order order;
      order.buy = buy;
      order.id = node.at("id").text();
      orders_.add(node, order.id);
      order.zone = zones_.find(node.at("zone"));
      if (node.has("period"))
        order.period = periods_.find(node.at("period"));
      else if (out_.periods.size() > 1)
        node.at("period");
      const Node quantity = node.at("quantity");
      const Rational steps = quantity.number() / out_.step;
      if (steps.sign() <= 0 || !steps.is_integer() || steps > Rational::power_of_ten(15))
        quantity.fail(
            codes::bad_value,
            {fmt::format("数量须大于零、不超过 10^15 步，且为步长 {} 的整数倍", out_.step.to_string()),
             fmt::format("a quantity is above zero, at most 10^15 steps, and a multiple of the step {}",
                         out_.step.to_string())});
      order.steps = steps.to_int64();
      order.price = node.at("price").not_negative();
      check_purpose(node, order.purpose, !buy);
      out_.orders.push_back(std::move(order));
    }
  }
  // So that every sum of payments fits into 64 bits of fen.
  void check_value() const {
    Rational highest, total;
    for (const Order& order : out_.orders) {
      highest = std::max(highest, order.price);
      total += Rational::from_int(order.steps) * out_.step;
    }
    if (highest * total > Rational(9) * Rational::power_of_ten(16))
      root_.fail(codes::bad_value, {"最高报价乘以总量超过 9×10^16 元", "the highest price times all quantities is above 9·10^16 yuan"});
  }
  void read_constraints() {
    for (const Node& node : root_.list("constraints", false)) {
      node.only({"id", "kind", "terms", "periods", "over", "base", "min", "max"});
      Constraint constraint;
      constraint.id = node.at("id").text();
      constraints_.add(node, constraint.id);
      if (node.has("kind")) constraint.kind = node.at("kind").text();
      for (const Node& term : node.list("terms", true)) constraint.terms.push_back(read_term(term));
      for (const Node& period : node.list("periods", false))
        constraint.periods.push_back(periods_.find(period));
      if (constraint.periods.empty())
        for (std::size_t t = 0; t < out_.periods.size(); ++t) constraint.periods.push_back(t);
      if (node.has("over")) {
        const std::string over = node.at("over").text();
        if (over != "each" && over != "all")
          node.at("over").fail(codes::bad_value, {"应为 each 或 all", "each or all is expected here"});
        constraint.over_all = over == "all";
      }
      if (node.has("base")) constraint.base = node.at("base").number();
      if (node.has("min")) constraint.min = node.at("min").number();
      if (node.has("max")) constraint.max = node.at("max").number();
      if (!constraint.min && !constraint.max)
        node.fail(codes::missing_field, {"须有 min 或 max", "min or max is needed"});
      out_.constraints.push_back(std::move(constraint));
    }
  }
  ConstraintTerm read_term(const Node& node) {
    node.only({"zone", "link", "side", "coefficient"});
    ConstraintTerm term;
    term.is_link = node.has("link");
    if (term.is_link == node.has("zone"))
      node.fail(codes::missing_field, {"须有 zone 或 link 之一", "one of zone and link is needed"});
    term.index = term.is_link ? links_.find(node.at("link")) : zones_.find(node.at("zone"));
    if (node.has("side")) {
      const std::string side = node.at("side").text();
      if (term.is_link || (side != "net" && side != "buy" && side != "sell"))
        node.at("side").fail(codes::bad_value, {"分区可写 net、buy 或 sell", "for a zone: net, buy or sell"});
      term.side = side == "net" ? Side::net : side == "buy" ? Side::buy : Side::sell;
    }
    term.coefficient = node.has("coefficient") ? node.at("coefficient").number() : Rational(1);
    return term;
  }

  Node root_;
  Market out_;
  Index zones_{{"分区", "zone"}};
  Index periods_{{"时段", "period"}};
  Index links_{{"通道", "link"}};
  Index orders_{{"报单", "order"}};
  Index constraints_{{"约束", "constraint"}};
};

}  // namespace

Market read_market(const std::string& json, const std::string& file) {
  Json parsed;
  try {
    parsed = Json::parse(json);
  } catch (const Json::parse_error& e) {
    const auto before = std::string_view(json).substr(0, e.byte > 0 ? e.byte - 1 : 0);
    const long line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto last = before.rfind('\n');
    const long column =
        static_cast<long>(before.size() - (last == std::string_view::npos ? 0 : last + 1)) + 1;
    throw Error(codes::bad_json, {"不是有效的 JSON", "this is not valid JSON"}, {file, line, column, {}});
  }
  Market out = Reader(parsed, file).read();
  out.digest = sha256_hex(json);
  return out;
}

}  // namespace tributary::exchange::smart_market
