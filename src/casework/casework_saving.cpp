// A saving that was verified, as the registry of rights then knows it: sold out of it is what it says, once,
// and by the account of whoever saved it (W4). In the step's transaction, by the two persons of the case.
#include "base/text.h"
#include "casework/codes.h"
#include "casework/stored.h"
#include "rights/rights.h"

#include <algorithm>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

using rights::RightAccount;

// The account of the party that is named, from which something may be sold; "" names none.
std::optional<Text> against(const std::vector<RightAccount>& own, const std::string& code) {
  if (code.empty()) return std::nullopt;
  const auto found = std::ranges::find(own, code, &RightAccount::code);
  if (found == own.end())
    return Text{fmt::format("申请单位没有登记账户 {}", code),
                fmt::format("the applicant has no account {} in the registry of rights", code)};
  const bool sells =
      found->type == rights::AccountType::holding || found->type == rights::AccountType::trading;
  if (!sells || found->status != rights::AccountStatus::open)
    return Text{fmt::format("登记账户 {} 的类型或状态不能登记节约量", code),
                fmt::format("no saving is registered for account {}: its type or state", code)};
  return std::nullopt;
}

}  // namespace

void Casework::check_saver(const Stored& s, const Effect& effect) const {
  const auto own = s.party.empty() ? std::vector<RightAccount>{}
                                   : rights::Rights(database_, tenant_, clock_, calendar_).accounts(s.party);
  const std::string& field = effect.arguments.at("account");
  if (const auto why = against(own, argument_in(*s.type, s.state.form, effect, "account")))
    throw FormError(codes::bad_form, {{field.substr(1, field.size() - 2), *why}});
}

Json Casework::register_saving(const identity::Caller& caller, const Stored& s, const Effect& effect,
                               const std::string& number) {
  const auto argument = [&](const char* name) { return argument_in(*s.type, s.state.form, effect, name); };
  const auto refuse = [](const Text& why) { throw Error(codes::effect_failed, why); };
  Json note{{"do", to_string(effect.kind)}, {"number", number}};
  const std::string account = argument("account");
  if (account.empty()) return note;  // nobody can sell out of it
  if (trim(number).empty()) refuse({"没有编号", "there is no number"});
  rights::Rights book(database_, tenant_, clock_, calendar_);
  if (const auto why =
          against(s.party.empty() ? std::vector<RightAccount>{} : book.accounts(s.party), account))
    refuse(*why);
  const std::string subject = argument("subject");
  std::vector<std::string> instruments;
  for (const rights::Instrument& is : book.instruments())
    if (is.subject == subject && is.kind == rights::InstrumentKind::stock) instruments.push_back(is.code);
  if (instruments.size() != 1)
    refuse({fmt::format("登记簿里“{}”的权利品种有 {} 个，要恰好一个", subject, instruments.size()),
            fmt::format("the registry has {} instruments of \"{}\", not just one", instruments.size(),
                        subject)});
  const auto volume = Decimal::try_parse(argument("volume"));
  if (!volume || volume->sign() <= 0 || !Rational(*volume).is_integer())
    refuse({"核定量应为正的整数立方米", "the volume must be a positive whole number"});
  book.register_saving(number, instruments.front(), volume->to_int64(), account,
                       {begun_by(s), caller.by(), fmt::format("{} {}", s.title(), s.number),
                        fmt::format("{} {} {}", s.type->name(), s.type->declared.version,
                                    s.type->declared.hash.substr(0, 12))});
  note["account"] = account;
  note["instrument"] = instruments.front();
  note["volume"] = volume->to_int64();
  return note;
}

}  // namespace tributary::casework
