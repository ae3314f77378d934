#include "cli/names.h"

#include "base/text.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "registry/registry.h"

#include <fmt/format.h>

namespace tributary::cli {
namespace {

[[noreturn]] void unknown(const Text& what, const std::string& name, const std::vector<std::string>& known) {
  const auto close = near_misses(name, known);
  throw Error(codes::unknown_name,
              {fmt::format("没有{}“{}”", what.zh, name), fmt::format("there is no {} \"{}\"", what.en, name)},
              {},
              close.empty() ? Text{}
                            : Text{fmt::format("是否想用“{}”？", fmt::join(close, "”“")),
                                   fmt::format("did you mean \"{}\"?", fmt::join(close, "\", \""))});
}

}  // namespace

PartyNames::PartyNames(Context& context) {
  const registry::Registry registry(context.database(), context.tenant());
  for (const registry::Party& party : registry.parties(context.clock().today()))
    names_.emplace(party.code, party.name);
}

Text PartyNames::of(const std::string& code) const {
  const auto found = names_.find(code);
  return found == names_.end()
             ? Text{code, code}
             : Text{found->second.zh, found->second.en.empty() ? found->second.zh : found->second.en};
}

void PartyNames::require(const std::string& code) const {
  if (code.empty() || names_.contains(code)) return;
  std::vector<std::string> known;
  for (const auto& [each, name] : names_) known.push_back(each);
  unknown({"当事方", "party"}, code, known);
}

Text purpose_name(std::string_view purpose) {
  if (purpose == "settlement") return {"结算往来", "settlement"};
  if (purpose == "cash") return {"资金", "cash"};
  return {std::string(purpose), std::string(purpose)};
}

Text event_name(const std::string& event) {
  const auto state = compensate::parse_state(event);
  return state ? compensate::title_of(*state) : Text{event, event};
}

void require_rule(Context& context, const std::string& name) {
  if (name.empty()) return;
  std::vector<std::string> known;
  for (const auto& rule : context.policy().rules()) {
    if (rule->rule.name == name) return;
    if (known.empty() || known.back() != rule->rule.name) known.push_back(rule->rule.name);
  }
  unknown({"规则", "rule"}, name, known);
}

}  // namespace tributary::cli
