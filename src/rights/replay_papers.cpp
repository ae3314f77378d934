// The second verifier: what follows from a transaction beside the movement: the permits behind both accounts, and the
// certificate.
#include "rights/replay.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::rights {

void Replay::follow_up(const JournalEntry& entry, const Json& content, const Deal& deal) {
  const bool trade = deal.kind == "trade";
  const std::string from = deal.request.value(trade ? "seller" : "from", std::string()),
                    to = deal.request.value(trade ? "buyer" : "to", std::string()),
                    instrument = deal.request.value("instrument", std::string());
  // What this entry brought to the taker; a trade that had no authority to wait for brings it at once, too.
  std::map<Unit, std::int64_t> arrived;
  std::set<Unit> units;
  for (const Moved& m : moves_)
    if (std::get<0>(std::get<1>(m.from)) == instrument) units.insert(std::get<1>(m.from));
  for (const Unit& unit : units)
    if (const auto amount = taken(to, unit); amount > 0) arrived[unit] = amount;

  static const std::set<std::string> gives{"transfer", "lease", "convert", "trade"};
  const auto undone = deals.find(deal.request.value("refers", std::string()));
  const bool gives_back = deal.kind == "lease_return" || (deal.kind == "reverse" && undone != deals.end() && gives.contains(undone->second.kind));
  if (is_flow(instrument) && (gives.contains(deal.kind) || gives_back)) {
    const auto change = [&](const std::string& account, const Unit& unit, std::int64_t quantity) {
      const std::string& permit = accounts[account].permit;
      if (permit.empty() || quantity == 0) return;
      permit_changes[{entry.transaction, account, permit, instrument, std::get<1>(unit)}] += quantity;
    };
    for (const Unit& unit : units) {
      if (gives.contains(deal.kind) && from != to) change(from, unit, -given(from, unit));
      if (gives_back) change(to, unit, given(from, unit));
    }
  }

  if (!content.contains("certificates")) return;
  for (const Json& one : content["certificates"]) {
    const std::string number = one.get<std::string>();
    // Numbers of a prefix run without gaps.
    const std::string prefix = deal.request.value("certificate", std::string());
    const std::int64_t next = ++series_[prefix];
    if (prefix.empty() || number != fmt::format("{}{:06}", prefix, next))
      wrong("certificate", number, fmt::format("证书编号应为 {}{:06}", prefix, next),
            fmt::format("the number should be {}{:06}", prefix, next));
    papers[number] = {entry.transaction, to, accounts[to].owner, instrument, arrived};
  }
}

}  // namespace tributary::rights
