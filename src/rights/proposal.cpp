#include "rights/proposal.h"

namespace tributary::rights {

namespace {

using Json = nlohmann::ordered_json;

// Only what is not empty is written, so that a later field does not change what was hashed before.
void put(Json& out, const char* name, const std::string& value) {
  if (!value.empty()) out[name] = value;
}
void put(Json& out, const char* name, std::int64_t value) {
  if (value != 0) out[name] = value;
}
void put(Json& out, const char* name, const std::optional<Term>& term) {
  if (term) out[name] = {term->from.index, term->to.index};
}
void put(Json& out, const char* name, const std::optional<int>& value) {
  if (value) out[name] = *value;
}
void put(Json& out, const char* name, const std::optional<Instant>& value) {
  if (value) out[name] = value->seconds;
}
void put(Json& out, const char* name, const std::optional<Date>& value) {
  if (value) out[name] = base::to_string(*value);
}
std::string text(const Json& in, const char* name) {
  return in.value(name, std::string());
}
std::int64_t number(const Json& in, const char* name) {
  return in.value(name, std::int64_t{0});
}
std::optional<Term> term(const Json& in) {
  if (!in.contains("term")) return std::nullopt;
  return Term{{in["term"][0].get<int>()}, {in["term"][1].get<int>()}};
}
std::optional<int> year(const Json& in, const char* name) {
  return in.contains(name) ? std::optional(in[name].get<int>()) : std::nullopt;
}
std::optional<Instant> deadline(const Json& in) {
  return in.contains("deadline") ? std::optional(Instant{in["deadline"].get<std::int64_t>()}) : std::nullopt;
}

}  // namespace

Json json_of(const Proposal& p) {
  Json out{{"kind", to_string(p.kind)}};
  put(out, "instrument", p.instrument);
  put(out, "from", p.from);
  put(out, "to", p.to);
  put(out, "quantity", p.quantity);
  put(out, "term", p.term);
  put(out, "vintage", p.vintage);
  put(out, "project", p.project);
  put(out, "refers", p.refers);
  put(out, "unpaid", std::int64_t{p.unpaid});
  put(out, "beneficiary", p.beneficiary);
  put(out, "claim", p.claim);
  put(out, "surrendered_on", p.surrendered_on);
  put(out, "authority", p.authority);
  put(out, "rank", std::int64_t{p.rank});
  if (!(p.ratio == Ratio{})) out["ratio"] = {p.ratio.numerator, p.ratio.denominator};
  put(out, "into", p.into);
  put(out, "retired_to", p.retired_to);
  put(out, "issuer", p.issuer);
  put(out, "carried", p.carried);
  put(out, "carried_to", p.carried_to);
  if (p.basis)
    out["basis"] = {{"sold", p.basis->sold.to_string()}, {"bought", p.basis->bought.to_string()}, {"held", p.basis->held.to_string()}, {"source", p.basis->source}};
  put(out, "copied", std::int64_t{p.copied});
  put(out, "saving", p.saving);
  put(out, "max_months", std::int64_t{p.max_months});
  put(out, "deadline", p.deadline);
  put(out, "delay_days", std::int64_t{p.delay_days});
  put(out, "certificate", p.certificate);
  return out;
}

Proposal proposal_of(const std::string& body) {
  const Json in = Json::parse(body);
  Proposal p;
  p.kind = parse_transaction_kind(text(in, "kind")).value();
  p.instrument = text(in, "instrument");
  p.from = text(in, "from");
  p.to = text(in, "to");
  p.quantity = number(in, "quantity");
  p.term = term(in);
  p.vintage = year(in, "vintage");
  p.project = text(in, "project");
  p.refers = text(in, "refers");
  p.unpaid = number(in, "unpaid") != 0;
  p.beneficiary = text(in, "beneficiary");
  p.claim = text(in, "claim");
  if (in.contains("surrendered_on")) p.surrendered_on = parse_date(text(in, "surrendered_on"));
  p.authority = text(in, "authority");
  p.rank = static_cast<int>(number(in, "rank"));
  if (in.contains("ratio"))
    p.ratio = {in["ratio"][0].get<std::int64_t>(), in["ratio"][1].get<std::int64_t>()};
  p.into = text(in, "into");
  p.retired_to = text(in, "retired_to");
  p.issuer = text(in, "issuer");
  p.carried = number(in, "carried");
  p.carried_to = year(in, "carried_to");
  if (in.contains("basis")) {
    const Json& basis = in["basis"];
    p.basis = {Decimal::parse(text(basis, "sold")), Decimal::parse(text(basis, "bought")), Decimal::parse(text(basis, "held")), text(basis, "source")};
  }
  p.copied = number(in, "copied") != 0;
  p.saving = text(in, "saving");
  p.max_months = static_cast<int>(number(in, "max_months"));
  p.deadline = deadline(in);
  p.delay_days = static_cast<int>(number(in, "delay_days"));
  p.certificate = text(in, "certificate");
  return p;
}

Json json_of(const Order& o) {
  Json out{{"account", o.account}, {"instrument", o.instrument}, {"quantity", o.quantity}};
  put(out, "term", o.term);
  put(out, "vintage", o.vintage);
  put(out, "project", o.project);
  return out;
}

Json json_of(const Trade& t) {
  Json out{{"kind", "trade"}};
  put(out, "sell", t.sell);
  put(out, "buy", t.buy);
  put(out, "seller", t.seller);
  put(out, "buyer", t.buyer);
  put(out, "instrument", t.instrument);
  put(out, "quantity", t.quantity);
  put(out, "term", t.term);
  put(out, "vintage", t.vintage);
  put(out, "project", t.project);
  put(out, "lost", t.lost);
  put(out, "lost_to", t.lost_to);
  put(out, "fen", t.fen);
  for (const Charge& c : t.charges) out["charges"].push_back({c.buyer ? 1 : 0, c.to, c.kind, c.fen});
  put(out, "conditional", std::int64_t{t.conditional});
  put(out, "deadline", t.deadline);
  put(out, "saving", t.saving);
  put(out, "certificate", t.certificate);
  put(out, "lease_months", std::int64_t{t.lease_months});
  return out;
}

bool is_lease(const Transaction& x) {
  return x.kind == TransactionKind::lease ||
         (x.kind == TransactionKind::trade && number(Json::parse(x.body), "lease_months") != 0);
}

Trade trade_of(const std::string& body) {
  const Json in = Json::parse(body);
  Trade t;
  t.sell = text(in, "sell");
  t.buy = text(in, "buy");
  t.seller = text(in, "seller");
  t.buyer = text(in, "buyer");
  t.instrument = text(in, "instrument");
  t.quantity = number(in, "quantity");
  t.term = term(in);
  t.vintage = year(in, "vintage");
  t.project = text(in, "project");
  t.lost = number(in, "lost");
  t.lost_to = text(in, "lost_to");
  t.fen = number(in, "fen");
  if (in.contains("charges"))
    for (const Json& c : in["charges"])
      t.charges.push_back(
          {c[0].get<int>() != 0, c[1].get<std::string>(), c[2].get<std::string>(), c[3].get<std::int64_t>()});
  t.conditional = number(in, "conditional") != 0;
  t.deadline = deadline(in);
  t.saving = text(in, "saving");
  t.certificate = text(in, "certificate");
  t.lease_months = static_cast<int>(number(in, "lease_months"));
  return t;
}

}  // namespace tributary::rights
