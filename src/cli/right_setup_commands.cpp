// right set-up|changes|agree|refuse: caps, permits, accounts, their status, verified savings and trusted accounts, proposed by one person
// and agreed to by another, as on the pages.
#include "base/json.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "cli/rights_packs.h"
#include "cli/names.h"
#include "rights/setups.h"
#include "rights/titles.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

using rights::InstrumentKind;
using rights::Month;
using rights::Setup;
using rights::SetupChange;
using rights::SetupKind;

struct Setting {
  std::string key, kind, instrument, start, end, project, account, permit, permit_to, status, owner, type, saving, trusted, reason;
  std::vector<std::string> keys;
  std::int64_t quantity = 0;
  int vintage = 0, delay_days = 0;
  bool waiting = false;
};

struct Desk {
  explicit Desk(Context& c)
      : calendar(c.policy().catalog().calendar()),
        rights(c.database(), c.tenant(), c.clock(), calendar),
        setups(c.database(), c.tenant(), c.clock(), rights),
        act{c.by(), "", "", fmt::format("pack {} {}", c.policy().pack().id, c.policy().pack().version)} {}
  WorkCalendar calendar;
  rights::Rights rights;
  rights::Setups setups;
  rights::Act act;
};

[[noreturn]] void wrong(const char* field, const std::string& given) {
  throw Error(codes::bad_usage,
              {fmt::format("{}：“{}”不对或没有写", field, given), fmt::format("{}: \"{}\" is not understood or missing", field, given)},
              {{}, 0, 0, field});
}

Setup setup_of(Context& c, const Desk& desk, const Setting& a) {
  Setup s;
  const auto kind = rights::parse_setup_kind(a.kind);
  if (!kind) wrong("kind", a.kind);
  s.kind = *kind;
  s.instrument = a.instrument;
  s.account = a.account;
  switch (s.kind) {
    case SetupKind::cap:
      if (desk.rights.instrument(a.instrument).kind == InstrumentKind::flow) {
        const rights::Term term{Month::parse(a.start), Month::parse(a.end)};
        s.cap = {term.from.index, term.months(), "", a.quantity};
      } else {
        if (a.vintage == 0) wrong("vintage", "");
        s.cap = {a.vintage, 1, a.project, a.quantity};
      }
      break;
    case SetupKind::permit:
      s.permit = a.permit;
      if (!a.permit_to.empty()) s.permit_to = Month::parse(a.permit_to);
      break;
    case SetupKind::status: {
      const auto status = rights::parse_account_status(a.status);
      if (!status) wrong("status", a.status);
      s.status = *status;
      break;
    }
    case SetupKind::account: {
      const auto type = rights::parse_account_type(a.type);
      if (!type) wrong("type", a.type);
      if (a.owner.empty()) wrong("owner", a.owner);
      PartyNames(c).require(a.owner);
      s.type = *type;
      s.owner = a.owner;
      break;
    }
    case SetupKind::saving:
      s.saving = a.saving;
      s.volume = a.quantity;
      break;
    case SetupKind::trust:
    case SetupKind::distrust:
      s.trusted = a.trusted;
      if (s.kind == SetupKind::trust)
        s.working_days = std::max(a.delay_days, rights_of_packs(c.policy()).cooling_off.trust);
      break;
  }
  return s;
}

int show(Context& c, const std::vector<SetupChange>& all) {
  Json out = Json::array();
  document::Table table;
  table.caption = {"设立变更", "Changes of caps, permits, accounts and savings"};
  table.columns = {{{"编号", "key"}},    {{"事项", "what"}},        {{"对象", "of"}},
                   {{"状态", "state"}},  {{"经办", "by"}},          {{"复核", "decided by"}},
                   {{"文件和事由", "document"}}};
  for (const SetupChange& change : all) {
    std::string of = change.is.account.empty() ? change.is.instrument : change.is.account;
    if (change.is.kind == SetupKind::saving && !change.is.account.empty()) of += " " + change.is.saving;
    if (!change.is.trusted.empty()) of += " → " + change.is.trusted;
    table.rows.push_back({change.key, document::Cell(title_of(change.is.kind)), of, document::Cell(title_of(change.state)),
                          change.initiator, change.approver, change.reason});
    out.push_back({{"key", change.key},
                   {"kind", to_string(change.is.kind)},
                   {"of", of},
                   {"state", to_string(change.state)},
                   {"initiator", change.initiator},
                   {"approver", change.approver},
                   {"reason", change.reason},
                   {"note", change.note}});
  }
  if (c.json())
    c.print(out);
  else
    c.print(table);
  return 0;
}

int propose(Context& c, const Setting& a) {
  Desk desk(c);
  desk.act.reason = a.reason;
  const SetupChange made = desk.setups.propose(a.key, setup_of(c, desk, a), desk.act);
  c.note("rights.propose", "right-change/" + a.key, a.reason);
  return show(c, {made});
}

// All of them or none.
int decide(Context& c, const Setting& a, bool agrees) {
  Desk desk(c);
  desk.act.reason = a.reason;
  c.database().together([&](store::Transaction&) {
    for (const std::string& key : a.keys) {
      if (agrees)
        desk.setups.approve(std::span(&key, 1), desk.act);
      else
        desk.setups.reject(key, desk.act);
      c.note(agrees ? "rights.approve" : "rights.reject", "right-change/" + key, a.reason);
    }
  });
  std::vector<SetupChange> done;
  for (const std::string& key : a.keys) done.push_back(desk.setups.change(key));
  return show(c, done);
}

}  // namespace

void add_right_setup_commands(CLI::App& group, std::function<int(Context&)>& action) {
  const auto a = std::make_shared<Setting>();
  const auto command = [&](const char* name, const char* text, std::function<int(Context&, const Setting&)> work) {
    auto* made = group.add_subcommand(name, text);
    made->callback([a, work = std::move(work), &action] { action = [a, work](Context& c) { return work(c, *a); }; });
    return made;
  };
  auto* set_up = command("set-up", "提出一项设立变更，由另一人同意 / propose a cap, permit, account, status, saving or trusted account", propose);
  set_up->add_option("key", a->key, "编号 / key")->required();
  set_up->add_option("--kind", a->kind, "cap、permit、status、account、saving、trust、distrust")->required();
  set_up->add_option("--instrument", a->instrument, "品种 / instrument");
  set_up->add_option("--start", a->start, "起月 YYYY-MM / first month");
  set_up->add_option("--end", a->end, "止月，不含 / end month, not included");
  set_up->add_option("--vintage", a->vintage, "年度 / year")->check(CLI::Range(1, 9999));
  set_up->add_option("--project", a->project, "项目 / project");
  set_up->add_option("--quantity", a->quantity, "总量或节约量 / cap or volume")->check(CLI::NonNegativeNumber);
  set_up->add_option("--account", a->account, "账户 / account");
  set_up->add_option("--permit", a->permit, "许可证编号 / number of the permit");
  set_up->add_option("--permit-to", a->permit_to, "许可证失效月 / first month for which it no longer holds");
  set_up->add_option("--status", a->status, "open、suspended、blocked、frozen、closed");
  set_up->add_option("--owner", a->owner, "户主代码 / party code");
  set_up->add_option("--type", a->type, "账户种类 / type of account");
  set_up->add_option("--saving", a->saving, "核定节约量的编号 / id of the verified saving");
  set_up->add_option("--trusted", a->trusted, "信任的账户 / the account it trusts");
  set_up->add_option("--delay-days", a->delay_days, "几个工作日后生效 / working days until it counts")->check(CLI::Range(0, 60));
  set_up->add_option("--reason", a->reason, "文件名称、文号 / the document")->required();
  set_up->footer(
      "例 / example: tributary right set-up C-1 --kind permit --account H-FOOD --permit 示例-P009 --permit-to 2031-01 "
      "--reason 延续决定 --by zhang");
  command("changes", "设立变更 / changes of caps, permits, accounts and savings",
          [](Context& c, const Setting& given) { return show(c, Desk(c).setups.all(given.waiting)); })
      ->add_flag("--waiting", a->waiting, "只列待办的 / only those not decided");
  for (const bool agrees : {true, false}) {
    auto* made = command(agrees ? "agree" : "refuse",
                         agrees ? "同意设立变更，不得是提出人 / agree to changes; not by whoever proposed them"
                                : "驳回设立变更 / refuse changes",
                         [agrees](Context& c, const Setting& given) { return decide(c, given, agrees); });
    made->add_option("keys", a->keys, "编号 / keys")->required();
    made->add_option("--reason", a->reason, "意见 / why")->required();
  }
}

}  // namespace tributary::cli
