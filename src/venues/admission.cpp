// Who may trade: the checks, applying, admitting.
#include "venues/admission.h"
#include "venues/auctions.h"
#include "venues/stored.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::venues {
namespace {

constexpr std::int64_t day = 24 * 60 * 60;
using enum Check::Outcome;

std::string zh(rights::AccountType type) {
  using enum rights::AccountType;
  switch (type) {
    case holding:
      return "持有账户";
    case trading:
      return "交易账户";
    case reserve:
      return "储备账户";
    default:
      return std::string(rights::to_string(type));
  }
}
const char* zh(rights::AccountStatus status) {
  using enum rights::AccountStatus;
  switch (status) {
    case open:
      return "正常";
    case suspended:
      return "暂停使用";
    case blocked:
      return "只进不出";
    case frozen:
      return "冻结";
    case closed:
      return "已注销";
  }
  return "";
}

class Checks {
 public:
  void add(const char* code, bool fine, std::string zh, std::string en, std::string source) {
    out.push_back({code, fine ? passed : failed, {std::move(zh), std::move(en)}, std::move(source)});
  }
  void unknown(const char* code, std::string zh, std::string en) {
    out.push_back({code, not_checked, {std::move(zh), std::move(en)}, ""});
  }
  std::vector<Check> out;
};

}  // namespace

std::string_view to_string(Check::Outcome outcome) {
  switch (outcome) {
    case Check::Outcome::passed:
      return "passed";
    case Check::Outcome::failed:
      return "failed";
    case Check::Outcome::not_checked:
      return "not_checked";
  }
  return "";
}

std::vector<Check> admission_checks(const rights::Rights& registry, const AdmissionTerms& terms,
                                    const Application& application, Date today) {
  const rights::Instrument instrument = registry.instrument(terms.instrument);
  const rights::RightAccount account = registry.account(application.account);
  const std::string& document = terms.document.empty() ? terms.declared : terms.document;
  Checks c;
  const bool holder =
      account.type == rights::AccountType::holding || account.type == rights::AccountType::trading;
  if (terms.other_side.empty())
    c.add("ACCOUNT", holder,
          fmt::format("账户 {}（{}）须为持有账户或交易账户", account.code, zh(account.type)),
          fmt::format("account {} ({}) must be a holding or trading account", account.code, to_string(account.type)),
          terms.declared);
  else
    c.add(
        "ACCOUNT", holder && account.owner != terms.other_side,
        fmt::format("账户 {}（{}）须为与储备方不同的持有账户或交易账户", account.code, zh(account.type)),
        fmt::format(
            "account {} ({}) must be a holding or trading account of somebody else than the reserve's owner",
            account.code, to_string(account.type)),
        terms.declared);
  c.add("ENC", account.status == rights::AccountStatus::open,
        fmt::format("账户 {} 的状态为“{}”", account.code, zh(account.status)),
        fmt::format("account {} is \"{}\"", account.code, to_string(account.status)), document);
  // What is traded is of one instrument, so both sides have its pollutant.
  c.add("POLL", true, fmt::format("标的为 {}", instrument.subject),
        fmt::format("the lot is {}", instrument.subject), document);
  if (!terms.medium.empty()) {
    const char* code = terms.medium == "water" ? "BASIN" : "AIRZONE";
    c.add(code, application.zone == instrument.zone,
          fmt::format("申请人所在“{}”，标的限于“{}”", application.zone, instrument.zone),
          fmt::format("the applicant is in \"{}\", the lot is for \"{}\"", application.zone, instrument.zone),
          document);
  }
  if (terms.term) {
    const rights::Term& term = *terms.term;
    c.add("TERM",
          term.from.index >= instrument.period_from && term.to.index <= instrument.period_to &&
              term.from >= rights::Month::of(today),
          fmt::format("期限 {} 须为整月、在品种有效期内且未过去", to_string(term)),
          fmt::format("the term {} must be whole months of the instrument's validity and not over",
                      to_string(term)),
          document);
    if (terms.lease)
      c.add("LEASE", term.months() <= terms.lease->longest,
            fmt::format("租期 {} 个月，最长 {} 个月；只租已缴费的，期满自动归还，租入的不能再转让", term.months(), terms.lease->longest),
            fmt::format("leased for {} months, at most {}; only what is paid for, it returns by itself, and what is leased is not sold on",
                        term.months(), terms.lease->longest),
            terms.lease->source);
    // Who sells has his months checked with the holding itself, when it is set aside; who lets out is permitted himself.
    if (terms.buys || terms.lease)
      c.add("PERMIT", !account.permit.empty() && (!account.permit_to || *account.permit_to >= term.to),
            account.permit.empty()
                ? fmt::format("账户 {} 没有登记排污许可证", account.code)
                : fmt::format("许可证 {} 有效至 {}（不含），标的期限至 {}（不含）", account.permit,
                              account.permit_to ? to_string(*account.permit_to) : "长期", to_string(term.to)),
            account.permit.empty()
                ? fmt::format("account {} has no permit on record", account.code)
                : fmt::format("permit {} holds until {} (not included), the lot runs until {} (not included)",
                              account.permit,
                              account.permit_to ? to_string(*account.permit_to) : "further notice",
                              to_string(term.to)),
            document);
  }
  if (instrument.capped) {
    bool within = true;
    for (const rights::Rights::Use& use : registry.use_of_cap(terms.instrument)) {
      const bool touches = terms.term ? use.cap.period < terms.term->to.index &&
                                            terms.term->from.index < use.cap.period + use.cap.count
                                      : !terms.vintage || use.cap.period == *terms.vintage;
      if (touches && use.issued > use.cap.amount) within = false;
    }
    c.add("CAP", within, "期限内各期发放总量不超过总量控制指标",
          "what is issued stays within the cap in every period of the lot", document);
  }
  if (terms.sale) {
    if (terms.floor_known)
      c.add("FLOOR", terms.floor_kept, fmt::format("底价不低于有偿使用价格 {} 元", terms.floor),
            fmt::format("the reserve price is not below the paid-use price of {} yuan", terms.floor), document);
    else
      c.unknown("FLOOR", "政策包未写明有偿使用价格", "the pack gives no paid-use price");
  }
  for (const char* code : {"QUALITY", "SECTOR", "RATIO"})
    c.unknown(code, "系统内没有判断所需的数据", "the system holds no data to judge it by");
  return c.out;
}

void require_admissible(const std::vector<Check>& checks) {
  Text all;
  std::string named;
  for (const Check& check : checks) {
    if (check.outcome != Check::Outcome::failed) continue;
    named += (named.empty() ? "" : ",") + check.code;
    all.zh +=
        fmt::format("{}{}：{}（{}）", all.zh.empty() ? "" : "；", check.code, check.why.zh, check.source);
    all.en +=
        fmt::format("{}{}: {} ({})", all.en.empty() ? "" : "; ", check.code, check.why.en, check.source);
  }
  if (named.empty()) return;
  throw Error(codes::not_admitted, {"不符合交易资格。" + all.zh, "not admitted. " + all.en},
              {{}, 0, 0, named});
}

std::vector<Check> Auctions::checks_of(const Row& row, const Application& application) const {
  const AuctionVenue& venue = row.terms.venue;
  const Announcement& lot = row.terms.announcement;
  const rights::Rights registry = rights();
  AdmissionTerms terms;
  terms.declared = venue.pack + "/venues: " + venue.id;
  terms.document = venue.source.document.empty()
                       ? ""
                       : venue.source.document + venue.source.number + venue.source.article;
  terms.instrument = venue.instrument;
  terms.medium = venue.medium;
  terms.term = lot.term;
  terms.vintage = lot.vintage;
  terms.lease = venue.lease;
  terms.other_side = registry.account(lot.account).owner;
  terms.sale = venue.side == exchange::OneWaySide::sale;
  terms.buys = terms.sale;
  if (venue.floor) {
    terms.floor_known = true;
    terms.floor_kept = venue.reserve_price >= *venue.floor;
    terms.floor = venue.floor->to_string();
  }
  return admission_checks(registry, terms, application, clock_.today());
}

void Auctions::require_fine(const Row& row, const Application& application) const {
  require_admissible(checks_of(row, application));
}

std::vector<Check> Auctions::checks(std::int64_t number, const Application& application) const {
  std::vector<Check> out;
  database_.snapshot([&] {
    out = checks_of(database_.read([&](store::Transaction& t) { return load(t, number); }), application);
  });
  return out;
}

std::vector<Check> Auctions::apply(std::int64_t number, const Application& application,
                                   const rights::Act& act) {
  require_act(act);
  std::vector<Check> out;
  database_.together([&](store::Transaction& t) {
    Row row = load(t, number);
    if (row.state != "announced")
      throw Error(codes::wrong_state,
                  {fmt::format("第 {} 场竞价的状态为“{}”，不接受报名", number, row.state),
                   fmt::format("auction {} is \"{}\" and takes no applications", number, row.state)});
    require_other(act.actor, {row.announced_by, row.approved_by});
    out = checks_of(row, application);
    if (const auto had = t.first("SELECT applied_by, zone FROM venue_bidder WHERE jurisdiction = ? AND "
                                 "auction = ? AND account = ?",
                                 jurisdiction_, number, application.account)) {
      if (had->text(0) == act.actor && had->text(1) == application.zone) return;
      throw Error(codes::key_conflict,
                  {fmt::format("账户 {} 已报名，内容不同", application.account),
                   fmt::format("account {} has applied already, with other content", application.account)});
    }
    const Instant last{row.terms.announcement.opens.seconds - row.terms.venue.qualification_days * day};
    if (clock_.now() >= last)
      throw Error(codes::too_late, {fmt::format("报名已于 {} 截止", to_string(last)),
                                    fmt::format("applications ended on {}", to_string(last))});
    require_fine(row, application);
    rights::Rights registry = rights();
    if (row.terms.venue.deposit_fen > 0) {
      const rights::Order deposit{.key = row.deposit_key(application.account),
                                  .account = application.account,
                                  .instrument = std::string(rights::cash),
                                  .quantity = row.terms.venue.deposit_fen};
      registry.reserve(std::span(&deposit, 1), {act.actor, "", act.reason, row.rule()});
    }
    t.execute(
        "INSERT INTO venue_bidder (jurisdiction, auction, account, owner, zone, state, applied_by, "
        "decided_by) VALUES (?, ?, ?, ?, ?, 'applied', ?, '')",
        jurisdiction_, number, application.account, registry.account(application.account).owner,
        application.zone, act.actor);
  });
  return out;
}

void Auctions::admit(std::int64_t number, const std::string& account, bool admitted, const rights::Act& act) {
  require_act(act);
  database_.together([&](store::Transaction& t) {
    Row row = load(t, number);
    const auto had = t.first(
        "SELECT zone, state, applied_by FROM venue_bidder WHERE jurisdiction = ? AND auction = ? AND account "
        "= ?",
        jurisdiction_, number, account);
    if (!had)
      throw Error(codes::unknown_bidder, {fmt::format("账户 {} 没有报名", account),
                                          fmt::format("account {} has not applied", account)});
    require_other(act.actor, {had->text(2)});
    const std::string wanted = admitted ? "admitted" : "refused";
    if (had->text(1) == wanted) return;
    if (had->text(1) != "applied" || row.state != "announced" ||
        clock_.now() >= row.terms.announcement.closes)
      throw Error(
          codes::wrong_state,
          {fmt::format("账户 {} 的报名状态为“{}”，不能再决定", account, had->text(1)),
           fmt::format("the application of {} is \"{}\" and is decided no more", account, had->text(1))});
    if (admitted) {
      require_fine(row, {account, had->text(0)});
    } else if (row.terms.venue.deposit_fen > 0) {
      const std::string key = row.deposit_key(account);
      rights().release(std::span(&key, 1), {act.actor, "", act.reason, row.rule()});
    }
    t.execute(
        "UPDATE venue_bidder SET state = ?, decided_by = ? WHERE jurisdiction = ? AND auction = ? AND "
        "account = ?",
        wanted, act.actor, jurisdiction_, number, account);
    // Who is admitted is nobody's business but how many may be.
    if (admitted && row.terms.venue.admitted_public) {
      const auto count = t.first(
          "SELECT COUNT(*) FROM venue_bidder WHERE jurisdiction = ? AND auction = ? AND state = 'admitted'",
          jurisdiction_, number);
      change_state(t, row, row.state, "admitted", std::to_string(count->integer(0)));
    }
  });
}

std::vector<Bidder> Auctions::bidders(std::int64_t number) const {
  return database_.read([&](store::Transaction& t) {
    std::vector<Bidder> out;
    for (const store::Row& row :
         t.query("SELECT account, owner, zone, state, applied_by, decided_by FROM venue_bidder WHERE "
                 "jurisdiction = ? AND auction = ? ORDER BY account",
                 jurisdiction_, number))
      out.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5)});
    return out;
  });
}

std::map<std::string, std::string> owners_of(const std::vector<Bidder>& bidders) {
  std::map<std::string, std::string> out;
  for (const Bidder& bidder : bidders) out[bidder.account] = bidder.owner;
  return out;
}

}  // namespace tributary::venues
