// The registry of rights as one request sees it: what the caller may see of it, and its answers.
#pragma once

#include "api/routes.h"
#include "rights/rights_files.h"
#include "rights/setups.h"

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tributary::api {

// What a holder himself begins, of his own accounts (or the office of the government's reserve); all else is the authority's.
inline constexpr std::array of_holder{
    rights::TransactionKind::transfer, rights::TransactionKind::pledge,  rights::TransactionKind::surrender,
    rights::TransactionKind::retire,   rights::TransactionKind::convert, rights::TransactionKind::lease,
    rights::TransactionKind::lease_return, rights::TransactionKind::withdraw};

class RightsDesk {
 public:
  explicit RightsDesk(Call& call);

  const std::map<std::string, rights::Instrument>& instruments() const { return instruments_; }
  const std::map<std::string, rights::RightAccount>& accounts() const { return accounts_; }
  const rights::RightsData& packs() const { return *call_.worker.services.rights; }

  bool sees_all() const { return !parties_; }
  bool sees(const rights::RightAccount& account) const { return !parties_ || parties_->contains(account.owner); }
  // One side of it is the caller's. An order against a holder is not shown to him before it holds: he would be warned.
  bool sees(const rights::Transaction& x) const;
  bool sees(const std::string& account) const;
  // Not found, whether it is another's or is not there.
  const rights::RightAccount& account(const std::string& code) const;
  rights::Transaction transaction(const std::string& key) const;
  std::vector<std::string> own_accounts() const;  // those the caller sees
  // Of the caller's own party, to apply, bid or trade for; throws not_your_party.
  const rights::RightAccount& party_account(const std::string& code) const;
  std::vector<std::string> party_accounts() const;  // that could bid and trade
  // Those of the caller's that the request asks for: one, or all.
  std::vector<rights::Holding> holdings(rights::HoldingFilter filter) const;
  // Whoever began it; of what a holder began also others of the party whose account it would leave.
  bool may_cancel(const rights::Transaction& x) const;
  // The only account of a type, where there is one: a sink or the issuer need not be named.
  std::string only(rights::AccountType type) const;

  // "2026-01", "2026"; nothing for money.
  std::string period(const std::string& instrument, int period) const;
  std::string measure(const std::string& instrument) const;
  Json instrument_json(const std::string& code) const;
  Json party(const std::string& code) const { return names_.party(code); }
  Json side(const std::string& account) const;  // null when there is none
  Json account_json(const rights::RightAccount& account) const;
  Json parts(const std::string& instrument, const std::vector<rights::Part>& parts) const;
  Json certificate_json(const rights::Certificate& certificate) const;
  Json json(const rights::Transaction& x) const;
  Json with_history(const rights::Transaction& x) const;
  Json returnable(const rights::Transaction& x) const;
  Json json(const rights::SetupChange& change) const;
  // What was refused, why, and where that is written.
  Json refusal_json(const Error& error, const std::string& instrument) const;

 private:
  Call& call_;

 public:
  rights::Rights book;
  rights::Setups setups;

 private:
  Names names_;
  std::optional<std::set<std::string>> parties_;
  std::map<std::string, rights::Instrument> instruments_;
  std::map<std::string, rights::RightAccount> accounts_;
};

// The reason from the body, the caller, and the pack's version as the rule.
rights::Act act_of(Call& call);

void add_rights_routes(RouteTable& table);
void add_rights_registry_routes(RouteTable& table);  // caps, their use, orders, certificates, chains, changes
void add_rights_act_routes(RouteTable& table);
void add_public_rights_routes(RouteTable& table);

Json right_account_schema();
Json right_parts_schema();
Json right_certificate_schema();
Json right_transaction_schema();
Json right_detail_schema();  // with its history
Json right_change_schema();
Json right_refusal_schema();

}  // namespace tributary::api
