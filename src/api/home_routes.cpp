// What is due from the caller, what changed, and the figures of their role.
#include "api/routes.h"
#include "base/text.h"
#include "compensate/duties.h"
#include "observe/observations.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using compensate::Statement;
using compensate::StatementState;
using identity::Permission;
using schema::both, schema::day, schema::instant, schema::list, schema::nullable, schema::object,
    schema::text;

constexpr std::size_t most_due = 50;
constexpr std::size_t most_changes = 20;

class Home {
 public:
  explicit Home(Call& call) : call_(call), names_(call), compensation_(compensation_of(call)) {}

  Json json() {
    if (call_.caller.may(Permission::statements_read)) {
      add_due();
      add_changes();
      add_sums();
    }
    if (call_.caller.may(Permission::readings_read)) add_readings();
    return {{"due", due_}, {"changed", changed_}, {"figures", figures_}};
  }

 private:
  std::vector<Statement> statements(std::vector<StatementState> states, std::size_t limit) {
    compensate::StatementPageRequest page;
    if (const auto parties = call_.caller.parties(Permission::statements_read))
      page.parties.emplace(parties->begin(), parties->end());
    page.states = std::move(states);
    page.limit = limit;
    return compensation_.statements({}, page);
  }

  Text what_is_due(const Statement& s) const {
    const identity::Caller& who = call_.caller;
    const auto another = [&](const char* step) {
      return !compensate::conflicting_step(compensation_.statement(s.id), step, who.by());
    };
    const bool party = who.party == s.payer || who.party == s.payee;
    const bool window_open = s.deadline && call_.clock().today() <= *s.deadline;
    switch (s.state) {
      case StatementState::drafted:
        return who.may_all(Permission::statements_publish) ? Text{"待公示", "to be published"} : Text{};
      case StatementState::published:
        if (party && window_open && who.may(Permission::statements_object, who.party))
          return {"可提出异议", "may be objected to"};
        return !window_open && who.may_all(Permission::statements_confirm) && another("confirmed")
                   ? Text{"待确认", "to be confirmed"}
                   : Text{};
      case StatementState::objected:
        return who.may_all(Permission::statements_decide) && another("confirmed")
                   ? Text{"待处理异议", "objection to be decided"}
                   : Text{};
      case StatementState::confirmed:
        return who.may_all(Permission::statements_post) && another("posted") ? Text{"待入账", "to be posted"}
                                                                             : Text{};
      case StatementState::posted:
        return who.may_all(Permission::statements_pay) && another("paid")
                   ? Text{"待登记付款", "payment to be recorded"}
                   : Text{};
      case StatementState::paid:
        return {};
    }
    return {};
  }

  Text describe(const Statement& s) const {
    const Text payer = names_.party_name(s.payer);
    const Text payee = names_.party_name(s.payee);
    const Text rule = rule_title(call_.policy(), s.rule);
    const std::string amount = compensate::yuan_text(s.amount);
    return {
        fmt::format("{} {}：{} → {} {} 元", rule.zh, s.period.to_string(), payer.zh, payee.zh, amount),
        fmt::format("{} {}: {} → {} CNY {}", rule.en, s.period.to_string(),
                    payer.en.empty() ? payer.zh : payer.en, payee.en.empty() ? payee.zh : payee.en, amount)};
  }

  // The same as data, for a page that sets it in columns.
  Json about(const Statement& s) const {
    return {{"rule_title", json_of(rule_title(call_.policy(), s.rule))},
            {"period", s.period.to_string()},
            {"payer", names_.party(s.payer)},
            {"payee", names_.party(s.payee)},
            {"amount", compensate::yuan(s.amount).to_fixed(2)}};
  }

  void add_due() {
    for (const Statement& s :
         statements({StatementState::drafted, StatementState::published, StatementState::objected,
                     StatementState::confirmed, StatementState::posted},
                    500)) {
      if (due_.size() >= most_due) break;
      const Text due = what_is_due(s);
      if (due.zh.empty()) continue;
      due_.push_back({{"kind", "statement"},
                      {"id", s.id},
                      {"state", compensate::to_string(s.state)},
                      {"title", json_of(due)},
                      {"detail", json_of(describe(s))},
                      {"deadline", json_of(s.deadline)},
                      {"statement", about(s)}});
    }
  }

  void add_changes() {
    for (const Statement& head : statements({}, most_changes)) {
      const Statement s = compensation_.statement(head.id);
      if (s.events.empty()) continue;
      const auto& last = s.events.back();
      const auto state = compensate::parse_state(last.event);
      const Text step = state ? compensate::title_of(*state) : Text{last.event, last.event};
      const Text said = describe(s);
      changed_.push_back({{"at", to_rfc3339(last.at)},
                          {"title", json_of(Text{step.zh + "：" + said.zh, step.en + ": " + said.en})},
                          {"link", fmt::format("/console/statements/{}", s.id)},
                          {"step", json_of(step)},
                          {"by", last.by},
                          {"statement", about(s)}});
    }
    std::stable_sort(changed_.begin(), changed_.end(), [](const Json& a, const Json& b) {
      return b["at"].get_ref<const std::string&>() < a["at"].get_ref<const std::string&>();
    });
  }

  void figure(const char* key, Text title, std::string value, const char* unit, Text note) {
    figures_.push_back({{"key", key},
                        {"title", json_of(title)},
                        {"value", std::move(value)},
                        {"unit", unit},
                        {"note", json_of(note)}});
  }

  void add_sums() {
    const auto parties = call_.caller.parties(Permission::statements_read);
    std::int64_t count = 0, open = 0, total = 0, settled = 0, pays = 0, receives = 0;
    const auto add = [&](StatementState state, std::int64_t number, std::int64_t amount) {
      const bool done = state == StatementState::paid || state == StatementState::posted;
      count += number;
      total += amount;
      open += done ? 0 : number;
      settled += done ? amount : 0;
    };
    if (!parties) {
      for (const auto& sum : compensation_.totals()) add(sum.state, sum.count, sum.amount);
    } else {
      for (const std::string& party : *parties) {
        compensate::StatementFilter filter;
        filter.party = party;
        for (const Statement& s : compensation_.statements(filter)) {
          add(s.state, 1, s.amount);
          (s.payer == party ? pays : receives) += s.amount;
        }
      }
    }
    figure("statements", {"结算单", "statements"}, std::to_string(count), "",
           {fmt::format("其中 {} 份未入账", open), fmt::format("{} of them not posted", open)});
    if (parties) {
      figure("pays", {"应付", "to pay"}, compensate::yuan(pays).to_fixed(2), "CNY", {});
      figure("receives", {"应收", "to receive"}, compensate::yuan(receives).to_fixed(2), "CNY", {});
      return;
    }
    figure("amount", {"结算金额", "amount stated"}, compensate::yuan(total).to_fixed(2), "CNY", {});
    figure("settled", {"已入账", "posted"}, compensate::yuan(settled).to_fixed(2), "CNY", {});
  }

  void add_readings() {
    const observe::Observations observations(call_.database(), call_.tenant());
    const auto files = observations.files(1);
    figure("series", {"监测序列", "series of readings"}, std::to_string(observations.series().size()), "",
           files.empty()
               ? Text{"还没有导入", "nothing imported yet"}
               : Text{fmt::format("最近导入 {}：{}", to_string(files[0].arrived), files[0].name),
                      fmt::format("last import {}: {}", to_string(files[0].arrived), files[0].name)});
  }

  Call& call_;
  Names names_;
  compensate::Compensation compensation_;
  Json due_ = Json::array();
  Json changed_ = Json::array();
  Json figures_ = Json::array();
};

}  // namespace

void add_home_routes(RouteTable& table) {
  const Json statement = object({{"rule_title", both()},
                                 {"period", schema::period()},
                                 {"payer", schema::named("Named")},
                                 {"payee", schema::named("Named")},
                                 {"amount", schema::money()}});
  table.add({.path = "/api/v1/home",
             .name = "home",
             .tag = "home",
             .summary = {"待办、变化、数字", "what is due, what changed, figures"},
             .access = Access::signed_in(),
             .answer = object({{"due", list(object({{"kind", text()},
                                                    {"id", schema::integer()},
                                                    {"state", text()},
                                                    {"title", both()},
                                                    {"detail", both()},
                                                    {"deadline", nullable(day())},
                                                    {"statement", statement}}))},
                               {"changed", list(object({{"at", instant()},
                                                        {"title", both()},
                                                        {"link", text()},
                                                        {"step", both()},
                                                        {"by", text()},
                                                        {"statement", statement}}))},
                               {"figures", list(object({{"key", text()},
                                                        {"title", both()},
                                                        {"value", text()},
                                                        {"unit", text()},
                                                        {"note", both()}}))}}),
             .handler = [](Call& call) -> Answer { return Home(call).json(); }});
}

}  // namespace tributary::api
