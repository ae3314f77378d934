// What a step brings about, in its transaction.
#include "base/text.h"
#include "casework/codes.h"
#include "casework/standing.h"
#include "casework/stored.h"
#include "ledger/codes.h"
#include "ledger/ledger.h"
#include "registry/registry.h"
#include "store/jobs.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace tributary::casework {
namespace {

Error failed(const Effect& effect, const Text& why, Text hint = {}) {
  return {codes::effect_failed,
          {fmt::format("这一步的后果（{}）没有办成，什么都没有改动：{}", to_string(effect.kind), why.zh),
           fmt::format("what this step brings about ({}) did not succeed, nothing was changed: {}",
                       to_string(effect.kind), why.en)},
          {},
          std::move(hint)};
}

// What the case published last and stands, or 0.
std::int64_t latest_publication(store::Transaction& t, const std::string& tenant, CaseId id) {
  const auto row = t.first(
      "SELECT id FROM casework_publication WHERE jurisdiction = ? AND case_id = ? AND replaced_by = 0 AND "
      "withdrawn = 0 ORDER BY +id DESC LIMIT 1",  // +: by the case, not through all from the end
      tenant, id.value);
  return row ? row->integer(0) : 0;
}

// What began before there had to be a review must not get round it: it is moved to the type in force first.
void check_reviewed(const CaseType& type) {
  try {
    check_release(type.declared);
  } catch (const Error& e) {
    throw Error(
        codes::not_reviewed,
        {fmt::format("这件事用的是旧版表单，公开前没有规定的审查，现在不能公开：{}", e.message().zh),
         fmt::format("this case stands on an older type that publishes without the review it needs; it "
                     "cannot now: {}",
                     e.message().en)},
        {},
        {"请先“改用新版表单”，再按新版的步骤审查、公开",
         "move the case to the newer type first, then review and publish by its steps"});
  }
}

}  // namespace

Json Casework::carry_out(store::Transaction& t, const identity::Caller& caller, Stored& s, const Step& step,
                         const std::string& reason) {
  Json done = Json::array();
  if (step.effects.empty()) return done;
  const Date today = clock_.today();
  const auto figures = Figures(*s.type, s.state.form, tallies(*s.type, s.state), today).computed();
  const auto counter = [&](const Effect& effect) {
    return next(
        t, fmt::format("{} {} {}", to_string(effect.kind),
                       effect.arguments.contains("kind") ? effect.arguments.at("kind") : "", year_of(today)));
  };
  const Json* repeated = nullptr;  // of an effect that is repeated
  std::vector<Field> columns;
  const auto filled = [&](const Effect& effect, const std::string& text, bool labels) {
    const auto column = [&](const std::string& name) -> const Field* {
      const auto found =
          std::find_if(columns.begin(), columns.end(), [&](const Field& one) { return one.name == name; });
      return repeated == nullptr || found == columns.end() ? nullptr : &*found;
    };
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      if (text[at] != '{') {
        out += text[at++];
        continue;
      }
      const std::size_t end = text.find('}', at);
      const std::string name = text.substr(at + 1, end - at - 1);
      at = end + 1;
      // A column of the row stands before a field, and that before what is known otherwise.
      if (const Field* one = column(name); one != nullptr)
        out += value_in_text(*one, *repeated, labels);
      else if (s.type->field(name) != nullptr)
        out += value_in_text(*s.type, s.state.form, name, labels);
      else if (name == "number")
        out += s.number;
      else if (name == "year")
        out += std::to_string(year_of(today));
      else if (name == "today")
        out += base::to_string(today);
      else if (name == "publication")
        out += std::to_string(latest_publication(t, tenant_, s.id));
      else if (name == "id")
        out += std::to_string(s.id.value);
      else if (name == "applicant")
        out += s.state.applicant;
      else if (name == "applicant_party")
        out += s.party;
      else if (name == "n")
        out += std::to_string(counter(effect));
      else if (const auto figure = figures.find(name); figure != figures.end())
        out += figure->second;
    }
    return out;
  };
  const std::int64_t event =
      t.first("SELECT COALESCE(MAX(seq), 0) + 1 FROM casework_event WHERE jurisdiction = ? AND case_id = ?",
              tenant_, s.id.value)
          ->integer(0);
  int posted = 0;
  const auto post = [&](const Effect& effect, ledger::Request request) {
    request.id = fmt::format("case-{:08}-{:04}-{:02}", s.id.value, event, posted++);
    request.cause = {"case", std::to_string(s.id.value)};
    request.legal_date = today;
    ledger::Ledger ledger(database_, tenant_, clock_);
    const auto outcome = ledger.post(t, std::span(&request, 1)).front();
    if (outcome != ledger::Outcome::accepted && outcome != ledger::Outcome::exists)
      throw failed(effect, {fmt::format("账本拒绝（{}）", ledger::to_string(outcome)),
                            fmt::format("the ledger refuses ({})", ledger::to_string(outcome))});
    return request.id;
  };
  const auto content_of = [&](const std::vector<std::string>& fields) {
    Json out = Json::array();
    for (const std::string& name : fields) {
      const Field* field = s.type->field(name);
      const std::string value = value_in_text(*s.type, s.state.form, name, true);
      if (value.empty()) continue;
      out.push_back({{"name", name},
                     {"label", {{"zh", field->label.zh}, {"en", field->label.en}}},
                     {"kind", to_string(field->kind)},
                     {"value", value}});
    }
    return out;
  };
  const auto carry_out_one = [&](const Effect& effect) {
    const auto argument = [&](const char* name, bool labels = false) {
      const auto found = effect.arguments.find(name);
      return found == effect.arguments.end() ? std::string() : filled(effect, found->second, labels);
    };
    Json note{{"do", to_string(effect.kind)}};
    try {
      switch (effect.kind) {
        case Effect::Kind::register_entry: {
          const std::string number = argument("number");
          if (trim(number).empty()) throw failed(effect, {"没有编号", "there is no number"});
          if (const std::string holder = argument("holder"); effect.renews && !may_renew_for(registry::Registry(database_, tenant_), s.party, holder))
            throw failed(effect, not_renewed_for(holder));
          const auto held = t.first(
              "SELECT case_id, ended_by, title, holder, valid_from, valid_to, details FROM casework_entry WHERE jurisdiction = ? "
              "AND kind = ? AND number = ?",
              tenant_, argument("kind"), number);
          // One that this case ended may come to life again (an appeal upheld), one in force be renewed for its holder;
          // every other is taken.
          const bool again = held && held->integer(0) == s.id.value && held->integer(1) != 0;
          const bool renewed = held && effect.renews && held->integer(1) == 0 && held->text(3) == argument("holder");
          if (held && !again && !renewed)
            throw failed(effect, {fmt::format("编号“{}”已登记", number),
                                  fmt::format("\"{}\" is registered already", number)});
          const auto kept = [&](const char* name, std::size_t column) {
            const std::string given = argument(name);
            return given.empty() && renewed ? held->text(column) : given;
          };
          // What a renewal does not speak of stays as it is.
          Json details = content_of(effect.fields);
          if (renewed) {
            Json merged = Json::parse(held->text(6));
            for (const Json& one : details) {
              const auto same = std::find_if(merged.begin(), merged.end(), [&](const Json& old) { return old.at("name") == one.at("name"); });
              if (same == merged.end())
                merged.push_back(one);
              else
                *same = one;
            }
            details = std::move(merged);
          }
          t.execute(
              "INSERT INTO casework_entry (jurisdiction, kind, number, title, holder, valid_from, valid_to, "
              "details, case_id, ended_by) "
              "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (jurisdiction, kind, number) DO UPDATE SET "
              "title = excluded.title, holder = "
              "excluded.holder, valid_from = excluded.valid_from, valid_to = excluded.valid_to, details = "
              "excluded.details, case_id = excluded.case_id, ended_by = 0",
              tenant_, argument("kind"), number, renewed ? held->text(2) : argument("title", true), argument("holder"), kept("from", 4),
              kept("to", 5), details.dump(), s.id.value);
          if (renewed)
            note["renewed"] = {{"case", held->integer(0)}, {"title", held->text(2)}, {"from", held->text(4)}, {"to", held->text(5)}, {"details", Json::parse(held->text(6))}};
          note["kind"] = argument("kind");
          note["number"] = number;
          break;
        }
        case Effect::Kind::end_entry:
          if (t.execute("UPDATE casework_entry SET ended_by = ?, valid_to = ? WHERE jurisdiction = ? AND "
                        "kind = ? AND number = ? AND ended_by = 0",
                        s.id.value, base::to_string(today), tenant_, argument("kind"),
                        argument("number")) != 1)
            throw failed(effect, {fmt::format("没有登记“{}”，或已终止", argument("number")),
                                  fmt::format("\"{}\" is not registered, or has ended", argument("number"))});
          note["number"] = argument("number");
          break;
        case Effect::Kind::register_party: {
          registry::Party party;
          party.code = argument("code");
          party.name = {argument("name"), argument("name")};
          const auto kind = registry::parse_party_kind(argument("kind"));
          if (!kind) throw failed(effect, {"主体类别不对", "the kind of party is not known"});
          party.kind = *kind;
          party.jurisdiction = tenant_;
          party.validity = {today, Date::max()};
          party.source = fmt::format("case/{}", s.id.value);
          registry::RegistryData data;
          data.parties.push_back(std::move(party));
          registry::Registry(database_, tenant_).apply(data);
          note["party"] = argument("code");
          break;
        }
        case Effect::Kind::set_attribute: {
          registry::PlaceAttribute attribute;
          attribute.place = argument("place");
          attribute.name = argument("name");
          attribute.value = argument("value");
          const std::string last_day = argument("last_day");
          if (effect.arguments.contains("operator"))
            if (const auto why = not_its_operator(registry::Registry(database_, tenant_), attribute.place, argument("operator"), last_day, today))
              throw failed(effect, *why);
          attribute.validity = {parse_date(argument("from")),
                                last_day.empty() ? Date::max() : parse_date(last_day) + std::chrono::days{1}};
          attribute.known = today;
          attribute.source = fmt::format("case/{}", s.id.value);
          attribute.verified = true;
          registry::RegistryData data;
          data.attributes.push_back(std::move(attribute));
          registry::Registry(database_, tenant_).apply(data);
          note["place"] = argument("place");
          note["name"] = argument("name");
          note["value"] = argument("value");
          break;
        }
        case Effect::Kind::transfer:
        case Effect::Kind::hold: {
          ledger::Ledger ledger(database_, tenant_, clock_);
          ledger.define_unit({"CNY", 2, {"人民币", "renminbi"}});
          ledger::Request request;
          request.action = effect.kind == Effect::Kind::hold ? ledger::Action::hold : ledger::Action::post;
          const registry::Registry registry(database_, tenant_);
          for (const char* side : {"from", "to"}) registry.party(argument(side));  // throws not_found
          request.debit = ledger.open_account({argument("from"), "CNY", argument("purpose"), std::nullopt});
          request.credit = ledger.open_account({argument("to"), "CNY", argument("purpose"), std::nullopt});
          request.amount = ledger::parse_amount(argument("amount"), 2);
          request.note = fmt::format("{} {}", s.type->name(), step.name);
          note["amount"] = argument("amount");
          note["transfer"] = post(effect, std::move(request));
          break;
        }
        case Effect::Kind::settle:
        case Effect::Kind::release: {
          const auto row = t.first(
              "SELECT effects FROM casework_event WHERE jurisdiction = ? AND case_id = ? AND step = ? ORDER "
              "BY seq DESC LIMIT 1",
              tenant_, s.id.value, effect.arguments.at("of"));
          bool any = false;
          if (row)
            for (const Json& earlier : Json::parse(row->text(0))) {
              if (earlier.value("do", "") != "hold") continue;
              ledger::Request request;
              request.action =
                  effect.kind == Effect::Kind::settle ? ledger::Action::settle : ledger::Action::void_hold;
              request.hold = earlier.at("transfer").get<std::string>();
              note["transfer"] = post(effect, std::move(request));
              any = true;
            }
          if (!any) throw failed(effect, {"没有要结清的预留", "there is no hold to settle"});
          break;
        }
        case Effect::Kind::run: {
          const Json arguments{{"rule", argument("rule")}, {"period", argument("period")}};
          store::Jobs jobs(database_, tenant_, clock_);
          note["job"] = jobs.add({"run", arguments.dump(), caller.user.value, caller.name});
          break;
        }
        case Effect::Kind::publish: {
          if (const auto now = types_->find(s.type->name());
              now == types_->end() || now->second->declared.hash != s.type->declared.hash)
            check_reviewed(*s.type);
          Publication publication;
          publication.of = s.id;
          publication.type = s.type->name();
          publication.kind = argument("kind");
          publication.title = argument("title", true);
          publication.title_en = argument("title_en", true);
          publication.content = content_of(effect.fields);
          publication.articles = s.type->declared.articles;
          publication.organisation = s.state.applicant;
          if (const std::string days = argument("days"); !days.empty())
            publication.until = today + std::chrono::days{Decimal::parse(days).to_int64()};
          if (const std::string until = argument("until"); !until.empty())
            publication.until = parse_date(until);
          if (publication.until && *publication.until < today)
            throw failed(effect, {"公示的截止日已过", "its last day is over already"});
          if (const std::string term = argument("objections"); !term.empty())
            if (const auto found = s.state.terms.find(term); found != s.state.terms.end())
              publication.objections = found->second.due;
          publication.contact = argument("contact", true);
          publication.why = argument("why", true);
          const std::string replaces = argument("replaces");
          if (!replaces.empty()) publication.replaces = Decimal::parse(replaces).to_int64();
          note["publication"] = publish(t, std::move(publication));
          break;
        }
        case Effect::Kind::withdraw: {
          withdraw(t, s.id, reason);
          break;
        }
        case Effect::Kind::allocate:
          note = adopt(caller, s, effect, [&](const char* name) { return argument(name); }, event);
          break;
        case Effect::Kind::set_permit:
          note = set_permit(caller, s, effect);
          break;
        case Effect::Kind::register_saving:
          note = register_saving(caller, s, effect, argument("number"));
          break;
        case Effect::Kind::agree:
          note = agree(effect, [&](const char* name) { return argument(name); });
          break;
        case Effect::Kind::compile: {
          std::map<std::string, std::string> conditions;
          for (const auto& [field, text] : effect.where_is) conditions[field] = filled(effect, text, false);
          note = compile(t, s, effect, conditions);
          break;
        }
        case Effect::Kind::open_case: {
          const auto type = types_->find(effect.arguments.at("case"));
          if (type == types_->end()) throw failed(effect, {"没有这种事项", "there is no such kind of case"});
          Json values = Json::object();
          for (const auto& [field, text] : effect.set)
            if (const std::string value = filled(effect, text, false); !value.empty()) values[field] = value;
          note["case"] = begun(t, caller, type->second, values, s.id, true, argument("for")).id.value;
          break;
        }
      }
    } catch (const Error& e) {
      if (e.code() == codes::effect_failed || e.code() == codes::personal_text ||
          e.code() == codes::not_reviewed || e.kind() == Kind::unavailable || e.kind() == Kind::internal)
        throw;
      throw failed(effect, e.message(), e.hint());
    }
    done.push_back(std::move(note));
  };
  // «only»: what the place has of the kind and no row names has an end where the rows begin.
  const auto end_others = [&](const Effect& effect, std::size_t first) {
    const std::string place = filled(effect, effect.arguments.at("place"), false);
    const std::string since = filled(effect, effect.arguments.at("from"), false);
    if (place.empty() || since.empty()) return;
    const std::string& name = effect.arguments.at("name");
    std::set<std::string> named;
    for (std::size_t i = first; i < done.size(); ++i) named.insert(done[i].at("name").get<std::string>());
    Json ended = end_attributes(s, place, {name.substr(0, name.find('{')), name.substr(name.find('}') + 1)}, named, parse_date(since));
    if (!ended.empty()) done.push_back({{"do", to_string(effect.kind)}, {"place", place}, {"ended", std::move(ended)}});
  };
  for (const Effect& effect : step.effects) {
    if (effect.each.empty()) {
      carry_out_one(effect);
      continue;
    }
    const std::size_t before = done.size();
    const auto rows = s.state.form.find(effect.each);
    if (rows == s.state.form.end() || !rows->is_array()) {
      if (effect.only) end_others(effect, before);
      continue;
    }
    columns = columns_of_each(*s.type->field(effect.each));
    for (std::size_t i = 0; i < rows->size(); ++i) try {
        const Json one = (*rows)[i].is_object() ? (*rows)[i] : Json{{effect.each, (*rows)[i]}};
        repeated = &one;
        carry_out_one(effect);
        done.back()["row"] = i + 1;
      } catch (const Error& e) {
        if (e.code() != codes::effect_failed) throw;
        const Text& why = e.message();
        throw Error(codes::effect_failed,
                    {fmt::format("“{}”第 {} 行：{}", s.type->field(effect.each)->label.zh, i + 1, why.zh),
                     fmt::format("\"{}\", row {}: {}", s.type->field(effect.each)->label.en, i + 1, why.en)});
      }
    repeated = nullptr;
    if (effect.only) end_others(effect, before);
  }
  return done;
}

}  // namespace tributary::casework
