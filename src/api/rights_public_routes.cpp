// What anybody may look up of the registry: what the packs say is public of an instrument, of organisations only.
// Nobody gets a list of everything: one asks by a name, a credit code, or the number of a certificate.
#include "api/rights_desk.h"

#include "base/text.h"
#include "registry/registry.h"
#include "rights/titles.h"

#include <algorithm>

namespace tributary::api {
namespace {

using rights::Rights;
using schema::boolean, schema::both, schema::integer, schema::line, schema::list, schema::nullable, schema::object,
    schema::text;

constexpr std::size_t fewest_letters = 2, most_parties = 20;

// Organisations that the words name: by name, in part, or by their whole credit code.
std::vector<registry::Party> parties_named(Call& call, const std::string& words) {
  std::vector<registry::Party> out;
  const std::string wanted = fold_width_upper(words);
  std::size_t letters = 0;  // characters, not bytes
  for (const char c : wanted) letters += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  for (const auto& party : registry::Registry(call.database(), call.tenant()).parties(call.clock().today())) {
    if (party.kind == registry::PartyKind::person || party.kind == registry::PartyKind::household) continue;
    const bool by_code = !party.uscc.empty() && fold_width_upper(party.uscc) == wanted;
    const bool by_name = letters >= fewest_letters &&
                         fold_width_upper(party.name.zh + " " + party.name.en).find(wanted) != std::string::npos;
    if ((by_code || by_name) && out.size() < most_parties) out.push_back(party);
  }
  return out;
}

class Shown {
 public:
  explicit Shown(Call& call)
      : data_(*call.worker.services.rights),
        book_(call.database(), call.tenant(), call.clock(), call.policy().catalog().calendar()) {
    for (auto& is : book_.instruments()) instruments_.emplace(is.code, is);
  }
  const Rights& book() const { return book_; }

  // Adds a row where the instrument is public; what of it is not, is left out. `lease`: not the holder's own, but to be used by him.
  void add(std::vector<Json>& rows, const Text& holder, const std::string& instrument, const rights::Part& part, bool lease,
           const std::string& certificate) const {
    const auto found = data_.disclosures.find(instrument);
    const auto is = instruments_.find(instrument);
    if (found == data_.disclosures.end() || is == instruments_.end()) return;
    const rights::Disclosure& shown = found->second;
    const bool flow = is->second.kind == rights::InstrumentKind::flow;
    const auto period = [&](int n) { return flow ? to_string(rights::Month{n}) : std::to_string(n); };
    rows.push_back({{"holder", shown.holder ? json_of(holder) : Json(nullptr)},
                    {"instrument", json_of(is->second.name)},
                    {"measure", is->second.measure},
                    {"quantity", shown.quantity ? Json(part.amount) : Json(nullptr)},
                    {"from", shown.validity ? Json(period(part.period)) : Json(nullptr)},
                    {"to", shown.validity ? Json(period(part.period + part.count)) : Json(nullptr)},
                    {"lease", lease},
                    {"certificate", certificate},
                    {"source", shown.source},
                    {"verified", shown.verified}});
  }

 private:
  const rights::RightsData& data_;
  Rights book_;
  std::map<std::string, rights::Instrument> instruments_;
};

Page look_up(Call& call, const PageRequest& page) {
  const std::string words(trim(call.text("words")));
  const Shown shown(call);
  std::vector<Json> rows;
  if (const auto certificate = shown.book().certificate(words)) {
    const auto parties = registry::Registry(call.database(), call.tenant()).parties(call.clock().today());
    const auto holder = std::ranges::find(parties, certificate->holder, &registry::Party::code);
    if (holder != parties.end() && holder->kind != registry::PartyKind::person &&
        holder->kind != registry::PartyKind::household)
      for (const rights::Part& part : certificate->parts)
        shown.add(rows, holder->name, certificate->instrument, part, is_lease(shown.book().transaction(certificate->transaction)), certificate->number);
    return page_of(std::move(rows), page);
  }
  for (const registry::Party& party : parties_named(call, words))
    for (const rights::RightAccount& account : shown.book().accounts(party.code)) {
      if (account.type != rights::AccountType::holding) continue;
      // Months that differ only in what is pledged, frozen or on order are one here: that is nobody else's business.
      // What is on lease is told apart: it is another's.
      struct Run {
        std::string instrument;
        rights::Part part;
      };
      for (const bool lease : {false, true}) {
        std::vector<Run> runs;
        for (const rights::Holding& h : shown.book().holdings({.account = account.code})) {
          rights::Part part = h.part;
          part.amount = lease ? h.on_lease : h.part.amount - h.on_lease;
          if (part.amount <= 0) continue;
          if (!runs.empty() && runs.back().instrument == h.instrument && runs.back().part.project == part.project &&
              runs.back().part.amount == part.amount && runs.back().part.period + runs.back().part.count == part.period)
            runs.back().part.count += part.count;
          else
            runs.push_back({h.instrument, part});
        }
        for (const auto& [instrument, part] : runs) shown.add(rows, party.name, instrument, part, lease, {});
      }
    }
  return page_of(std::move(rows), page);
}

}  // namespace

void add_public_rights_routes(RouteTable& table) {
  table.add({.path = "/api/v1/public/rights",
             .name = "public_rights",
             .tag = "public",
             .summary = {"查权利登记：按单位名称（至少两个字）、统一社会信用代码或证书编号",
                         "the registry of rights, by an organisation's name (two letters at least), credit code or a certificate's number"},
             .access = Access::open(),
             .query = {{"words", line(100), {"名称、代码或证书编号", "name, code or certificate number"}, true}},
             .answer = object({{"holder", nullable(both())},
                               {"instrument", both()},
                               {"measure", text()},
                               {"quantity", nullable(integer())},
                               {"from", nullable(text())},
                               {"to", nullable(text())},
                               {"lease", boolean()},
                               {"certificate", text()},
                               {"source", text()},
                               {"verified", boolean()}}),
             .pager = look_up});
}

}  // namespace tributary::api
