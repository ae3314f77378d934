#include "rights/setups.h"

#include "rights/book.h"
#include "rights/titles.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tributary::rights {

namespace {

constexpr std::array<std::string_view, 7> kinds{"cap", "permit", "status", "account", "saving", "trust", "distrust"};
constexpr std::string_view columns =
    "key, kind, content, state, initiator, approver, reason, rule, note, proposed, decided";

Json json_of(const Setup& s) {
  Json out{{"kind", to_string(s.kind)}};
  switch (s.kind) {
    case SetupKind::cap:
      out["instrument"] = s.instrument;
      out["cap"] = {s.cap.period, s.cap.count, s.cap.project, s.cap.amount};
      break;
    case SetupKind::permit:
      out["account"] = s.account;
      out["permit"] = s.permit;
      if (s.permit_to) out["to"] = s.permit_to->index;
      break;
    case SetupKind::status:
      out["account"] = s.account;
      out["status"] = static_cast<int>(s.status);
      break;
    case SetupKind::account:
      out["account"] = s.account;
      out["owner"] = s.owner;
      out["type"] = static_cast<int>(s.type);
      break;
    case SetupKind::saving:
      out["instrument"] = s.instrument;
      out["saving"] = s.saving;
      out["account"] = s.account;
      out["volume"] = s.volume;
      break;
    case SetupKind::trust:
      out["working_days"] = s.working_days;
      [[fallthrough]];
    case SetupKind::distrust:
      out["account"] = s.account;
      out["trusted"] = s.trusted;
      break;
  }
  return out;
}

Setup setup_of(const std::string& content) {
  const Json in = Json::parse(content);
  Setup s;
  s.kind = parse_setup_kind(in.at("kind").get<std::string>()).value();
  s.instrument = in.value("instrument", "");
  if (in.contains("cap")) {
    const Json& cap = in.at("cap");
    s.cap = {cap[0].get<int>(), cap[1].get<int>(), cap[2].get<std::string>(), cap[3].get<std::int64_t>()};
  }
  s.account = in.value("account", "");
  s.permit = in.value("permit", "");
  if (in.contains("to")) s.permit_to = Month{in.at("to").get<int>()};
  if (in.contains("status")) s.status = static_cast<AccountStatus>(in.at("status").get<int>());
  s.owner = in.value("owner", "");
  if (in.contains("type")) s.type = static_cast<AccountType>(in.at("type").get<int>());
  s.saving = in.value("saving", "");
  s.volume = in.value("volume", std::int64_t{0});
  s.trusted = in.value("trusted", "");
  s.working_days = in.value("working_days", 0);
  return s;
}

SetupChange change_of(const store::Row& row) {
  SetupChange out;
  out.key = row.text(0);
  out.is = setup_of(row.text(2));
  out.state = static_cast<TransactionState>(row.integer(3));
  out.initiator = row.text(4);
  out.approver = row.text(5);
  out.reason = row.text(6);
  out.rule = row.text(7);
  out.note = row.text(8);
  out.proposed = {row.integer(9)};
  if (const auto at = row.integer_or_null(10)) out.decided = Instant{*at};
  return out;
}

Error bad_field(const char* field, std::string zh, std::string en) {
  return {codes::bad_value, {std::move(zh), std::move(en)}, {{}, 0, 0, field}};
}

}  // namespace

std::string_view to_string(SetupKind kind) {
  return kinds.at(static_cast<std::size_t>(kind) - 1);
}

std::optional<SetupKind> parse_setup_kind(std::string_view name) {
  const auto found = std::ranges::find(kinds, name);
  if (found == kinds.end()) return std::nullopt;
  return static_cast<SetupKind>(found - kinds.begin() + 1);
}

Text title_of(SetupKind kind) {
  static const std::array<Text, 7> titles{Text{"总量控制数", "Cap"}, Text{"许可证", "Permit"},
                                          Text{"账户状态", "Status of an account"}, Text{"开立账户", "New account"},
                                          Text{"核定节约量", "Verified saving"}, Text{"信任账户", "Trusted account"},
                                          Text{"取消信任账户", "Account no longer trusted"}};
  return titles.at(static_cast<std::size_t>(kind) - 1);
}

std::optional<AccountStatus> parse_account_status(std::string_view name) {
  for (const AccountStatus status : {AccountStatus::open, AccountStatus::suspended, AccountStatus::blocked,
                                     AccountStatus::frozen, AccountStatus::closed})
    if (to_string(status) == name) return status;
  return std::nullopt;
}

void Setups::check(const Setup& s) const {
  switch (s.kind) {
    case SetupKind::cap: {
      const Instrument is = rights_.instrument(s.instrument);
      const Part& cap = s.cap;
      if (cap.amount < 0 || cap.count < 1 || cap.period < is.period_from || cap.period + cap.count > is.period_to)
        throw Error(codes::outside_validity,
                    {fmt::format("总量控制数的期间不在{}的有效范围内", is.name.zh),
                     fmt::format("the periods of the cap are outside the validity of {}", is.name.en)},
                    {{}, 0, 0, "start"});
      for (const Rights::Use& use : rights_.use_of_cap(s.instrument))
        if (use.cap.project == cap.project && use.cap.period >= cap.period &&
            use.cap.period < cap.period + cap.count && use.issued > cap.amount)
          throw Error(codes::over_cap,
                      {fmt::format("{} 已发放 {}，总量控制数不能低于它", unit_title(is, use.cap.period, cap.project).zh,
                                   use.issued),
                       fmt::format("{} of {} is issued already; the cap cannot be less", use.issued,
                                   unit_title(is, use.cap.period, cap.project).en)},
                      {{}, 0, 0, "quantity"});
      return;
    }
    case SetupKind::permit:
      if (s.permit.empty()) throw bad_field("permit", "须写明许可证编号", "the permit's number is needed");
      rights_.account(s.account);
      return;
    case SetupKind::status:
      rights_.account(s.account);
      return;
    case SetupKind::account:
      require_code(s.account, "account", 40);
      require_key(s.owner, "owner");
      for (const RightAccount& have : rights_.accounts())
        if (have.code == s.account)
          throw Error(codes::account_conflict,
                      {fmt::format("登记账户“{}”已开立", s.account), fmt::format("the account “{}” exists", s.account)},
                      {{}, 0, 0, "account"});
      return;
    case SetupKind::saving:
      require_key(s.saving, "saving");
      rights_.instrument(s.instrument);
      if (s.account.empty()) throw bad_field("account", "须写明节约量属于哪个账户（W4）", "say which account the saving is of (W4)");
      rights_.account(s.account);
      if (s.volume <= 0) throw bad_field("quantity", "节约量须为正数", "the volume must be positive");
      return;
    case SetupKind::trust:
    case SetupKind::distrust: {
      rights_.account(s.account);
      rights_.account(s.trusted);
      if (s.account == s.trusted) throw bad_field("trusted", "须是另一个账户", "it has to be another account");
      if (s.working_days < 0 || s.working_days > 60)
        throw bad_field("delay_days", "等待的工作日为 0 到 60", "the working days to wait are 0 to 60");
      const std::vector<Rights::Trusted> has = rights_.trusted(s.account);
      const bool there = std::ranges::find(has, s.trusted, &Rights::Trusted::account) != has.end();
      if (there == (s.kind == SetupKind::trust))
        throw bad_field("trusted", there ? "已在信任名单上" : "不在信任名单上",
                        there ? "it is on the list already" : "it is not on the list");
      return;
    }
  }
}

SetupChange Setups::propose(const std::string& key, const Setup& setup, const Act& first) {
  require_act(first, false);
  require_key(key);
  database_.together([&](store::Transaction& t) {
    if (const auto row = t.first("SELECT content FROM right_setup WHERE jurisdiction = ? AND key = ?", jurisdiction_, key)) {
      if (setup_of(row->text(0)) == setup) return;
      throw Error(codes::key_conflict,
                  {fmt::format("编号“{}”已用于内容不同的另一事项", key),
                   fmt::format("the key “{}” stands for another content", key)},
                  {{}, 0, 0, "key"});
    }
    check(setup);
    // It only takes away: one person is enough, and at once.
    const bool at_once = setup.kind == SetupKind::distrust;
    if (at_once) rights_.distrust(setup.account, setup.trusted, first);
    t.execute(
        "INSERT INTO right_setup (jurisdiction, key, kind, content, state, initiator, approver, reason, rule, note, "
        "proposed, decided) VALUES (?, ?, ?, ?, ?, ?, '', ?, ?, '', ?, ?)",
        jurisdiction_, key, to_string(setup.kind), json_of(setup).dump(),
        static_cast<int>(at_once ? TransactionState::completed : TransactionState::proposed), first.actor, first.reason,
        first.rule, clock_.now().seconds, at_once ? std::optional(clock_.now().seconds) : std::nullopt);
  });
  return change(key);
}

void Setups::enact(const SetupChange& c, const Act& act) {
  const Setup& s = c.is;
  switch (s.kind) {
    case SetupKind::cap:
      return rights_.set_cap(s.instrument, std::span(&s.cap, 1), act);
    case SetupKind::permit:
      return rights_.set_permit(s.account, s.permit, s.permit_to, act);
    case SetupKind::status:
      return rights_.set_status(s.account, s.status, act);
    case SetupKind::account:
      return rights_.open({s.account, s.owner, s.type}, act);
    case SetupKind::saving:
      return rights_.register_saving(s.saving, s.instrument, s.volume, s.account, act);
    case SetupKind::trust:
      return rights_.trust(s.account, s.trusted, s.working_days, act);
    case SetupKind::distrust:
      return rights_.distrust(s.account, s.trusted, act);
  }
}

void Setups::decide(const std::string& key, TransactionState state, const Act& act) {
  require_act(act, false);
  database_.together([&](store::Transaction& t) {
    const SetupChange c = change(key);
    if (state == TransactionState::completed && c.state == state && c.approver == act.actor) return;  // a retry
    if (c.state != TransactionState::proposed)
      throw Error(codes::wrong_state,
                  {fmt::format("“{}”的状态为“{}”，不能办理", key, title_of(c.state).zh),
                   fmt::format("“{}” is “{}”, so this cannot be done", key, title_of(c.state).en)},
                  {{}, 0, 0, "key"});
    if (state != TransactionState::cancelled && act.actor == c.initiator)
      throw Error(codes::same_person,
                  {fmt::format("“{}”不能复核自己经办的事项“{}”", act.actor, key),
                   fmt::format("“{}” cannot approve “{}”, which he began himself", act.actor, key)},
                  {{}, 0, 0, "approver"}, {"请由另一人复核。", "Another person has to approve it."});
    if (state == TransactionState::completed) enact(c, {c.initiator, act.actor, c.reason, c.rule});
    t.execute("UPDATE right_setup SET state = ?, approver = ?, note = ?, decided = ? WHERE jurisdiction = ? AND key = ?",
              static_cast<int>(state), state == TransactionState::cancelled ? std::string() : act.actor, act.reason,
              clock_.now().seconds, jurisdiction_, key);
  });
}

void Setups::approve(std::span<const std::string> keys, const Act& second) {
  database_.together([&](store::Transaction&) {
    for (const std::string& key : keys) decide(key, TransactionState::completed, second);
  });
}

void Setups::reject(const std::string& key, const Act& second) {
  decide(key, TransactionState::rejected, second);
}

void Setups::cancel(const std::string& key, const Act& act) {
  decide(key, TransactionState::cancelled, act);
}

SetupChange Setups::change(std::string_view key) const {
  return database_.read([&](store::Transaction& t) {
    const auto row = t.first(fmt::format("SELECT {} FROM right_setup WHERE jurisdiction = ? AND key = ?", columns),
                             jurisdiction_, key);
    if (!row)
      throw Error(codes::unknown_change,
                  {fmt::format("没有编号为“{}”的设立变更", key), fmt::format("there is no change “{}”", key)},
                  {{}, 0, 0, "key"});
    return change_of(*row);
  });
}

std::vector<SetupChange> Setups::all(bool waiting) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<SetupChange> out;
    t.each([&](const store::Row& row) { out.push_back(change_of(row)); },
           fmt::format("SELECT {} FROM right_setup WHERE jurisdiction = ? {}", columns,
                       waiting ? "AND state = 1 ORDER BY proposed, key" : "ORDER BY proposed DESC, key"),
           jurisdiction_);
    return out;
  });
}

}  // namespace tributary::rights
