#include "rights/purchases.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace tributary::rights {
namespace {

bool holds(AccountType type) {
  return type == AccountType::holding || type == AccountType::trading;
}

// A project is counted part by part; a seller counts with everything.
std::int64_t amount_of(const std::vector<Part>& parts, bool flow, const std::vector<std::string>* projects) {
  std::int64_t out = 0;
  for (const Part& part : parts) {
    if (projects != nullptr && (part.project.empty() || std::ranges::count(*projects, part.project) == 0)) continue;
    out = flow ? std::max(out, part.amount) : out + part.amount;
  }
  return out;
}

}  // namespace

std::vector<Purchases> purchases(const Rights& rights, const std::map<std::string, SellerTag>& tags, int year,
                                 const std::set<std::string>& copied) {
  std::map<std::string, RightAccount> accounts;
  for (RightAccount& one : rights.accounts()) accounts.emplace(one.code, std::move(one));
  std::map<std::string, bool> flow;
  for (const Instrument& is : rights.instruments()) flow.emplace(is.code, is.kind == InstrumentKind::flow);
  std::map<std::tuple<std::string, std::string, std::string>, Purchases> sums;
  constexpr int page = 1000;
  for (std::int64_t before = 0;;) {
    const std::vector<Transaction> some = rights.transactions("", before, page);
    for (const Transaction& x : some) {
      const bool sale = x.kind == TransactionKind::transfer || (x.kind == TransactionKind::trade && !is_lease(x));
      const bool entered = x.kind == TransactionKind::issue && copied.contains(x.instrument);
      // A copy that was entered wrong is cancelled and entered anew.
      const bool undone = x.kind == TransactionKind::cancel && copied.contains(x.instrument);
      if ((!sale && !entered && !undone) || x.state != TransactionState::completed || !x.reversed_by.empty() || !x.decided || year_of(day_of(*x.decided)) != year) continue;
      const auto from = accounts.find(x.from), to = accounts.find(undone ? x.from : x.to);
      if (from == accounts.end() || to == accounts.end() || !holds(to->second.type)) continue;
      if (sale && (!holds(from->second.type) || from->second.owner == to->second.owner)) continue;
      // What has no project was given, not bought.
      std::vector<Part> parts = x.parts;
      if (entered || undone) std::erase_if(parts, [](const Part& part) { return part.project.empty(); });
      if (parts.empty()) continue;
      const bool rate = flow.at(x.instrument);
      for (const auto& [name, tag] : tags) {
        Purchases& sum = sums[{x.instrument, to->second.owner, name}];
        const bool by_seller = sale && std::ranges::count(tag.parties, from->second.owner) > 0;
        const int sign = undone ? -1 : 1;
        sum.quantity += sign * amount_of(parts, rate, nullptr);
        sum.tagged += sign * amount_of(parts, rate, by_seller ? nullptr : &tag.projects);
      }
    }
    if (some.size() < page) break;
    before = some.back().number;
  }
  std::vector<Purchases> out;
  for (auto& [key, sum] : sums) {
    std::tie(sum.instrument, sum.buyer, sum.tag) = key;
    out.push_back(std::move(sum));
  }
  return out;
}

}  // namespace tributary::rights
