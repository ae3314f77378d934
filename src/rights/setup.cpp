// What there is to hold and who holds it: instruments, accounts, caps, savings, trusted lists.
#include "base/text.h"
#include "rights/change.h"
#include "rights/titles.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::rights {

namespace {

Json json_of(const Instrument& is) {
  return {{"code", is.code},       {"kind", to_string(is.kind)},
          {"zh", is.name.zh},      {"en", is.name.en},
          {"measure", is.measure}, {"subject", is.subject},
          {"zone", is.zone},       {"locks_for_day", is.locks_for_day},
          {"capped", is.capped},   {"from", is.period_from},
          {"to", is.period_to}};
}

Error bad_field(const char* field, std::string zh, std::string en) {
  return {codes::bad_value, {std::move(zh), std::move(en)}, {{}, 0, 0, field}};
}

}  // namespace

void Rights::define(const Instrument& given, const Act& act) {
  require_act(act, true);
  require_code(given.code, "code", 30);
  if (given.code == cash || given.kind == InstrumentKind::money)
    throw bad_field("kind", "资金品种由系统设立", "the instrument of money is always there");
  if (given.period_from < 0 || given.period_from >= given.period_to || given.period_to > 9999 * 12)
    throw bad_field("period_from", "有效范围为空", "the validity is empty");
  for (const std::string* text : {&given.name.zh, &given.name.en, &given.measure})
    if (text->empty() || text->size() > 200 || !is_utf8(*text))
      throw bad_field("name", "名称与计量单位须写明，且不超过 200 字节",
                      "name and measure are needed, of at most 200 bytes");
  Instrument is = given;
  is.capped = is.capped || is.kind == InstrumentKind::flow;
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    try {
      const Instrument& have = book.instrument(is.code).is;
      if (have == is) return;
      Instrument same = is;
      same.name = have.name;
      same.period_from = have.period_from;
      same.period_to = have.period_to;
      const bool narrower = is.period_from > have.period_from || is.period_to < have.period_to;
      if (have != same || narrower)
        throw Error(codes::instrument_conflict,
                    {fmt::format("品种“{}”已登记，只能改名称或延长有效范围", is.code),
                     fmt::format("the instrument “{}” exists; only its name may change and its validity grow",
                                 is.code)},
                    {{}, 0, 0, "instrument"});
    } catch (const Error& error) {
      if (error.code() != codes::unknown_instrument) throw;
    }
    book.put(is);
    book.begin("instrument", "", act);
    book.content() = json_of(is);
  });
}

void Rights::open(std::span<const NewRightAccount> accounts, const Act& act) {
  require_act(act, true);
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    std::set<std::string> codes_wanted;
    for (const NewRightAccount& a : accounts) {
      require_code(a.code, "code", 40);
      require_key(a.owner, "owner");
      codes_wanted.insert(a.code);
    }
    book.load_accounts(codes_wanted);
    Json opened = Json::array();
    for (const NewRightAccount& a : accounts) {
      if (book.has_account(a.code)) {
        const AccountRow& have = book.account(a.code);
        if (have.is.owner == a.owner && have.is.type == a.type) continue;
        throw Error(
            codes::account_conflict,
            {fmt::format("登记账户“{}”已开立，属于 {}（{}）", a.code, have.is.owner, to_string(have.is.type)),
             fmt::format("the account “{}” exists, of {} ({})", a.code, have.is.owner,
                         to_string(have.is.type))},
            {{}, 0, 0, "account"});
      }
      book.new_account(a);
      opened.push_back({a.code, a.owner, to_string(a.type)});
    }
    if (opened.empty()) return;
    book.begin("account", "", act);
    book.content()["opened"] = std::move(opened);
  });
}

void Rights::set_status(std::string_view code, AccountStatus status, const Act& act) {
  require_act(act, true);
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    book.load_accounts({std::string(code)});
    AccountRow& row = book.account(code);
    if (row.is.status == status) return;
    if (row.is.status == AccountStatus::closed)
      throw Error(codes::account_not_open,
                  {fmt::format("账户 {} 已销户", code), fmt::format("account {} is closed", code)},
                  {{}, 0, 0, "account"});
    if (status == AccountStatus::closed) {
      ledger::Ledger ledger(database_, jurisdiction_, clock_);
      std::vector<ledger::AccountId> ids;
      book.store().each([&](const store::Row& r) { ids.push_back({r.integer(0)}); },
                        "SELECT ledger_account FROM right_cell WHERE jurisdiction = ? AND account = ?",
                        jurisdiction_, row.id);
      const auto open = book.store().first(
          "SELECT 1 FROM right_freeze WHERE jurisdiction = ? AND account = ? AND "
          "quantity > 0 LIMIT 1",
          jurisdiction_, row.id);
      for (const auto& balance : ledger.balances(book.store(), ids))
        if (open || balance != ledger::Balance{})
          throw Error(
              codes::account_not_empty,
              {fmt::format("账户 {} 尚有余额、在途事项或冻结令，不能销户", code),
               fmt::format("account {} is not empty, or something is under way, so it cannot be closed",
                           code)},
              {{}, 0, 0, "account"});
    }
    row.is.status = status;
    row.dirty = true;
    book.begin("status", "", act);
    book.content() = {{"account", row.is.code}, {"status", to_string(status)}};
  });
}

void Rights::set_permit(std::string_view code, const std::string& permit, std::optional<Month> to,
                        const Act& act) {
  require_act(act, true);
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    book.load_accounts({std::string(code)});
    AccountRow& row = book.account(code);
    if (row.is.permit == permit && row.is.permit_to == to) return;
    if (to) {
      ledger::Ledger ledger(database_, jurisdiction_, clock_);
      std::vector<ledger::AccountId> ids;
      std::vector<std::string> months;
      book.store().each(
          [&](const store::Row& r) {
            ids.push_back({r.integer(0)});
            months.push_back(r.text(2) + " " + to_string(Month{static_cast<int>(r.integer(1))}));
          },
          "SELECT c.ledger_account, c.period, c.instrument FROM right_cell c JOIN right_instrument i ON "
          "i.jurisdiction "
          "= c.jurisdiction AND i.code = c.instrument WHERE c.jurisdiction = ? AND c.account = ? AND i.kind "
          "= 2 AND "
          "c.period >= ? ORDER BY c.period",
          jurisdiction_, row.id, to->index);
      const auto balances = ledger.balances(book.store(), ids);
      for (std::size_t i = 0; i < balances.size(); ++i)
        if (balances[i].posted != 0 || balances[i].pending_in != 0)
          throw Error(codes::beyond_permit,
                      {fmt::format("账户 {} 仍持有 {} 的权利，晚于许可证失效月", code, months[i]),
                       fmt::format("account {} still has rights for {}, when the permit no longer holds",
                                   code, months[i])},
                      {{}, 0, 0, "permit_to"},
                      {"请先将其注销或转出。", "Let them expire or give them away first."});
    }
    row.is.permit = permit;
    row.is.permit_to = to;
    row.dirty = true;
    book.begin("permit", "", act);
    book.content() = {{"account", row.is.code}, {"permit", permit}};
    if (to) book.content()["to"] = to->index;
  });
}

void Rights::set_cap(std::string_view code, std::span<const Part> caps, const Act& act) {
  require_act(act, true);
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    const InstrumentRow& instrument = book.instrument(code);
    book.want_caps(instrument);
    book.load();
    book.begin("cap", "", act);
    book.content()["instrument"] = instrument.is.code;
    book.content()["caps"] = rights::json_of(std::vector<Part>(caps.begin(), caps.end()));
    for (const Part& part : caps) {
      if (part.amount < 0 || part.count < 1 || part.period < instrument.is.period_from ||
          part.period + part.count > instrument.is.period_to)
        throw Error(codes::outside_validity,
                    {fmt::format("总量控制数的期间不在 {} 的有效范围内", code),
                     fmt::format("the periods of the cap are outside the validity of {}", code)},
                    {{}, 0, 0, "cap"});
      for (int i = 0; i < part.count; ++i)
        book.set_cap({instrument.index, part.period + i, part.project}, part.amount);
    }
  });
}

void Rights::register_saving(std::string_view id, std::string_view code, std::int64_t volume, std::string_view account,
                             const Act& act) {
  require_act(act, true);
  require_key(id, "id");
  if (volume <= 0) throw bad_field("volume", "节约量须为正数", "the volume must be positive");
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    const Instrument& is = book.instrument(code).is;
    book.load_accounts({std::string(account)});
    const RightAccount& whose = book.account(account).is;
    if (is_sink(whose.type) || whose.type == AccountType::issue)
      throw Error(codes::kind_not_for_account,
                  {fmt::format("账户 {}（{}）不能有节约量", whose.code, title_of(whose.type).zh),
                   fmt::format("account {} ({}) saves nothing", whose.code, title_of(whose.type).en)},
                  {{}, 0, 0, "account"});
    if (whose.status == AccountStatus::closed)
      throw Error(codes::account_not_open,
                  {fmt::format("账户 {} 已销户", whose.code), fmt::format("account {} is closed", whose.code)},
                  {{}, 0, 0, "account"});
    book.load_savings({std::string(id)});
    if (const SavingRow* have = book.saving(id)) {
      const bool same = have->instrument == is.code && have->volume == volume;
      if (same && have->account == whose.code) return;
      if (!same || !have->account.empty())
        throw Error(codes::key_conflict,
                    {fmt::format("节约量“{}”已登记为 {} {}，{}", id, have->volume, have->instrument,
                                 have->account.empty() ? "未写明账户" : "属于账户 " + have->account),
                     fmt::format("the saving “{}” is registered already as {} of {}, {}", id, have->volume, have->instrument,
                                 have->account.empty() ? "of no account" : "of account " + have->account)},
                    {{}, 0, 0, "id"});
      book.store().execute("UPDATE right_saving SET account = ? WHERE jurisdiction = ? AND id = ?", whose.code, jurisdiction_, id);
    } else {
      book.store().execute(
          "INSERT INTO right_saving (jurisdiction, id, instrument, volume, sold, account) VALUES (?, ?, ?, ?, 0, ?)",
          jurisdiction_, id, is.code, volume, whose.code);
    }
    book.begin("saving", "", act);
    book.content() = {{"id", id}, {"instrument", is.code}, {"volume", volume}, {"account", whose.code}};
  });
}

void Rights::trust(std::string_view account, std::string_view trusted, int working_days, const Act& act) {
  require_act(act, true);
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    book.load_accounts(std::set<std::string>{std::string(account), std::string(trusted)});
    const Date day = working_days > 0 ? calendar_.add_working_days(book.today(), working_days) : book.today();
    const std::int64_t from = working_days > 0 ? start_of(day).seconds + 12 * 3600 : book.now().seconds;
    const std::int64_t a = book.account(account).id, b = book.account(trusted).id;
    if (book.store().first("SELECT 1 FROM right_trust WHERE jurisdiction = ? AND account = ? AND trusted = ?",
                           jurisdiction_, a, b))
      return;
    book.store().execute(
        "INSERT INTO right_trust (jurisdiction, account, trusted, active_from) VALUES (?, ?, ?, ?)",
        jurisdiction_, a, b, from);
    book.begin("trust", "", act);
    book.content() = {{"account", account}, {"trusted", trusted}, {"from", from}};
  });
}

void Rights::distrust(std::string_view account, std::string_view trusted, const Act& act) {
  require_act(act, false);
  change(database_, jurisdiction_, clock_, [&](Book& book) {
    book.load_accounts(std::set<std::string>{std::string(account), std::string(trusted)});
    if (book.store().execute("DELETE FROM right_trust WHERE jurisdiction = ? AND account = ? AND trusted = ?",
                             jurisdiction_, book.account(account).id, book.account(trusted).id) == 0)
      return;
    book.begin("distrust", "", act);
    book.content() = {{"account", account}, {"trusted", trusted}};
  });
}

}  // namespace tributary::rights
