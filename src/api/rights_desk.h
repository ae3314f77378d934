// The registry of rights as one request sees it: what the caller may see of it, and its answers.
#pragma once

#include "api/routes.h"
#include "rights/rights_files.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace tributary::api {

class RightsDesk {
 public:
  explicit RightsDesk(Call& call);

  const std::map<std::string, rights::Instrument>& instruments() const { return instruments_; }
  const std::map<std::string, rights::RightAccount>& accounts() const { return accounts_; }

  bool sees_all() const { return !parties_; }
  bool sees(const rights::RightAccount& account) const { return !parties_ || parties_->contains(account.owner); }
  bool sees(const rights::Transaction& x) const;  // one side of it is the caller's
  // Not found, whether it is another's or is not there.
  const rights::RightAccount& account(const std::string& code) const;
  rights::Transaction transaction(const std::string& key) const;
  std::vector<std::string> own_accounts() const;  // those the caller sees
  // Whoever began it, and others of the party whose account it would leave.
  bool may_cancel(const rights::Transaction& x) const;

  // "2026-01", "2026"; nothing for money.
  std::string period(const std::string& instrument, int period) const;
  std::string measure(const std::string& instrument) const;
  Json instrument_json(const std::string& code) const;
  Json party(const std::string& code) const { return names_.party(code); }
  Json json(const rights::Transaction& x) const;
  Json with_history(const rights::Transaction& x) const;

 private:
  Call& call_;

 public:
  rights::Rights book;

 private:
  bool sees(const std::string& account) const;
  Json side(const std::string& account) const;
  Json parts(const std::string& instrument, const std::vector<rights::Part>& parts) const;

  Names names_;
  std::optional<std::set<std::string>> parties_;
  std::map<std::string, rights::Instrument> instruments_;
  std::map<std::string, rights::RightAccount> accounts_;
};

void add_rights_routes(RouteTable& table);

Json right_transaction_schema();
Json right_detail_schema();  // with its history

}  // namespace tributary::api
