#include "rights/transfers.h"

#include "rights/book.h"

namespace tributary::rights {

std::vector<Transferred> transfers(store::Database& database, const std::string& jurisdiction, Instant from, Instant to) {
  return database.read([&](store::Transaction& t) {
    std::vector<Transferred> out;
    t.each(
        [&](const store::Row& row) {
          for (Part& part : parts_of(Json::parse(row.text(4)).at("parts")))
            out.push_back({row.text(0), {row.integer(1)}, row.text(2),
                           static_cast<InstrumentKind>(row.integer(3)) == InstrumentKind::flow, std::move(part), row.text(5),
                           row.text(6)});
        },
        "SELECT x.key, j.at, x.instrument, i.kind, x.moves, a.owner, b.owner FROM right_journal j JOIN right_transaction x ON "
        "x.jurisdiction = j.jurisdiction AND x.key = j.transaction_key JOIN right_instrument i ON i.jurisdiction = "
        "x.jurisdiction AND i.code = x.instrument JOIN right_account a ON a.jurisdiction = x.jurisdiction AND a.code = "
        "x.from_account JOIN right_account b ON b.jurisdiction = x.jurisdiction AND b.code = x.to_account WHERE j.jurisdiction "
        "= ? AND j.at >= ? AND j.at < ? AND j.event = 'completed' AND x.kind = ? AND x.reversed_by = '' AND a.owner <> b.owner "
        "ORDER BY j.number",
        jurisdiction, from.seconds, to.seconds, static_cast<int>(TransactionKind::transfer));
    return out;
  });
}

}  // namespace tributary::rights
