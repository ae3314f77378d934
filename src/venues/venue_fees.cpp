#include "venues/venue_fees.h"

namespace tributary::venues {

using Json = nlohmann::ordered_json;

Json fees_json(const std::vector<VenueFee>& fees) {
  Json out = Json::array();
  for (const VenueFee& fee : fees)
    out.push_back({{"buyer", fee.buyer},
                   {"kind", fee.kind},
                   {"to", fee.to},
                   {"rate", fee.rule.rate.to_string()},
                   {"least", fee.rule.least},
                   {"most", fee.rule.most}});
  return out;
}

std::vector<VenueFee> fees_of(const Json& fees) {
  std::vector<VenueFee> out;
  for (const Json& fee : fees)
    out.push_back({fee.at("buyer"),
                   fee.at("kind"),
                   fee.at("to"),
                   {Decimal::parse(fee.at("rate").get<std::string>()), fee.at("least"), fee.at("most")}});
  return out;
}

std::vector<rights::Charge> charges_of(const std::vector<VenueFee>& fees, std::int64_t fen) {
  std::vector<rights::Charge> out;
  for (const VenueFee& fee : fees)
    if (const std::int64_t amount = exchange::fee_of(fen, fee.rule); amount > 0)
      out.push_back({fee.buyer, fee.to, fee.kind, amount});
  return out;
}

}  // namespace tributary::venues
