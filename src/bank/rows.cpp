#include "bank/rows.h"

#include "bank/titles.h"
#include "base/csv_write.h"
#include "base/text.h"
#include "ledger/types.h"

#include <charconv>

namespace tributary::bank {

Batch batch_of(const store::Row& row) {
  Batch out;
  out.number = row.integer(0);
  out.account = row.text(1);
  out.layout = row.text(2);
  out.state = row.text(3);
  out.lines = row.integer(4);
  out.fen = row.integer(5);
  out.sha256 = row.text(6);
  out.made_by = row.text(7);
  out.made = {row.integer(8)};
  out.approved_by = row.text_or_null(9).value_or("");
  if (const auto at = row.integer_or_null(10)) out.approved = Instant{*at};
  out.acknowledged = row.text_or_null(11).value_or("");
  return out;
}

Instruction instruction_of(const store::Row& row) {
  return {row.integer(0), row.integer(1), row.text(2),    row.text(3),
          row.text(4),    row.text(5),    row.integer(6), row.text(7)};
}

Proposal proposal_of(const store::Row& row) {
  Proposal out;
  out.id = row.integer(0);
  out.what = row.text(1);
  out.subject = row.text(2);
  if (out.what == "assign") out.target = row.text(3);
  out.reason = row.text(4);
  out.by = row.text(5);
  out.at = {row.integer(6)};
  out.state = row.text(7);
  out.decided_by = row.text_or_null(8).value_or("");
  out.note = row.text(9);
  return out;
}

Batch require_batch(store::Transaction& t, const std::string& tenant, std::int64_t number) {
  const auto row = t.first(
      fmt::format("SELECT {} FROM bank_batch WHERE jurisdiction = ? AND number = ?", batch_columns), tenant, number);
  if (!row)
    throw Error(codes::unknown_batch, {fmt::format("没有第 {} 批支付指令", number),
                                       fmt::format("there is no batch {}", number)},
                {{}, 0, 0, "batch"});
  return batch_of(*row);
}

std::vector<Instruction> lines_of(store::Transaction& t, const std::string& tenant, std::int64_t batch) {
  std::vector<Instruction> out;
  t.each([&](const store::Row& row) { out.push_back(instruction_of(row)); },
         fmt::format("SELECT {} FROM bank_instruction WHERE jurisdiction = ? AND batch = ? ORDER BY line", line_columns),
         tenant, batch);
  return out;
}

Text title_of_difference(std::string_view why) {
  if (why == "opening") return {"首份对账单的期初余额", "balance before the first statement"};
  if (why == "instructed") return {"已发指令，银行未付", "instructed, not yet at the bank"};
  if (why == "booked") return {"账上已记，对账单上没有", "in the ledger, not on the statement"};
  if (why == "later") return {"银行已记，账上后一日记", "at the bank, in the ledger after the day"};
  if (why == "proposed") return {"待复核的流水", "lines that wait for a second person"};
  if (why == "unexplained") return {"未能说明", "not explained"};
  if (why == "not_ours") return {"不属本系统的流水", "lines that are not ours"};
  return {"未匹配的流水", "lines not matched"};
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size() || out <= 0) return std::nullopt;
  return out;
}

std::string yuan(std::int64_t fen) {
  return ledger::format_amount(fen, 2);
}

bool same(std::string_view a, std::string_view b) {
  return fold_width_upper(trim(a)) == fold_width_upper(trim(b));
}

void require_reason(const std::string& reason) {
  if (!trim(reason).empty()) return;
  throw Error(codes::bad_value, {"请写明事由", "give the reason"}, {{}, 0, 0, "reason"});
}

Error wrong_state(const Text& what, const std::string& state) {
  return {codes::wrong_state,
          {fmt::format("{}的状态为“{}”，不能办理", what.zh, title_of_state(state).zh),
           fmt::format("{} is “{}”, so this cannot be done", what.en, title_of_state(state).en)}};
}

std::string instruction_file(const BankLayout& layout, const BankAccount& account,
                             const std::vector<Instruction>& lines, const std::vector<Payee>& payees,
                             const std::vector<Text>& purposes) {
  std::string out;
  const auto cell = [&](bool first, const std::string& text) {
    if (!first) out += ',';
    out += csv_quoted(text);
  };
  for (std::size_t c = 0; c < layout.instruction.size(); ++c) cell(c == 0, layout.instruction[c].head);
  out += "\r\n";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Instruction& line = lines[i];
    const Payee& payee = payees[i];
    for (std::size_t c = 0; c < layout.instruction.size(); ++c) {
      const auto text = [&]() -> std::string {
        switch (layout.instruction[c].fill) {
          case Fill::line:
            return std::to_string(line.line);
          case Fill::reference:
            return line.reference;
          case Fill::payee_name:
            return csv_text(payee.name);
          case Fill::payee_account:
            return payee.number;
          case Fill::payee_bank:
            return csv_text(payee.bank);
          case Fill::payer_account:
            return account.number;
          case Fill::amount:
            return yuan(line.fen);
          case Fill::remark:
            return line.reference + " " + purposes[i].zh;
        }
        return {};
      };
      cell(c == 0, text());
    }
    out += "\r\n";
  }
  return from_utf8(out, layout.encoding);
}

}  // namespace tributary::bank
