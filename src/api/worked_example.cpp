// A rule's worked example for people: the first case of the pack's tables (tests/*.test, docs/rules.md) in
// which money is due, with the titles of what is given and of what comes out. The program checks itself
// against it.
#include "api/publicity.h"
#include "base/text.h"

#include <algorithm>

namespace tributary::api {
namespace {

using schema::both, schema::list, schema::object, schema::text;

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Worked {
  std::string on;
  Pairs given;
  Pairs results;
  std::string pays;  // "responsible>superior 2000000"
};

std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> out;
  for (const std::string_view part : split(line, '|')) out.emplace_back(trim(part));
  if (!out.empty()) out.erase(out.begin());  // before the first bar
  if (!out.empty()) out.pop_back();
  return out;
}

// The first row in which something is paid, in what the tests say of the rule.
std::optional<Worked> worked_in(const std::string& content, const std::string& rule) {
  Worked now;
  std::vector<std::string> head;
  bool wanted = false;
  for (const std::string_view raw : split(content, '\n')) {
    const std::string line(trim(raw));
    if (line.starts_with("rule ")) {
      wanted = trim(line.substr(5)) == rule;
      now = {};
      head.clear();
    } else if (!wanted) {
      continue;
    } else if (line.starts_with("on ")) {
      now.on = trim(line.substr(3));
    } else if (line.starts_with("set ")) {
      const auto is = line.find('=');
      if (is != std::string::npos)
        now.given.emplace_back(trim(line.substr(4, is - 4)), trim(line.substr(is + 1)));
    } else if (!line.starts_with("|")) {
      head.clear();
    } else if (head.empty()) {
      head = cells_of(line);
    } else {
      const auto cells = cells_of(line);
      if (cells.size() != head.size()) continue;
      Worked out = now;
      bool behind = false;
      for (std::size_t i = 0; i < head.size(); ++i) {
        if (head[i] == "=>")
          behind = true;
        else if (head[i] == "pays")
          out.pays = cells[i];
        else if (cells[i] != "-" && head[i] != "outcome")
          (behind ? out.results : out.given).emplace_back(head[i], cells[i]);
      }
      if (!out.pays.empty() && out.pays != "none") return out;
    }
  }
  return std::nullopt;
}

class Titles {
 public:
  explicit Titles(const policy::Rule& rule) {
    for (const auto& one : rule.inputs) keep(one.name, one.title, one.type.unit.symbol());
    for (const auto& one : rule.parameters) keep(one.name, one.title, one.type.unit.symbol());
    for (const auto& one : rule.formulas) keep(one.name, one.title, one.type.unit.symbol());
  }
  Json json(const Pairs& pairs) const {
    Json out = Json::array();
    for (const auto& [name, value] : pairs) {
      const auto bracket = name.find('[');
      const auto found = titles_.find(name.substr(0, bracket));
      out.push_back(
          {{"name", name},
           {"title", json_of(found == titles_.end() ? Text{} : found->second.first)},
           {"index", bracket == std::string::npos ? std::string()
                                                  : name.substr(bracket + 1, name.size() - bracket - 2)},
           {"value", value},
           {"unit", found == titles_.end() ? std::string() : found->second.second}});
    }
    return out;
  }

 private:
  void keep(const std::string& name, const Text& title, const std::string& unit) {
    titles_[name] = {title, unit};
  }
  std::map<std::string, std::pair<Text, std::string>> titles_;
};

Answer worked_example(Call& call) {
  const std::string& name = call.in_path("name");
  const policy::Policy& policy = call.policy();
  const auto names = policy.rule_names();
  if (std::find(names.begin(), names.end(), name) == names.end()) throw not_found({"这条规则", "rule"});
  std::optional<Worked> found;
  // The lowest pack speaks first.
  for (auto pack = policy.packs().rbegin(); pack != policy.packs().rend() && !found; ++pack)
    for (const std::string& file : policy::files_in(pack->folder + "/tests", ".test"))
      if (!found) found = worked_in(read_file(file), name);
  Json out{{"on", nullptr}, {"given", Json::array()}, {"results", Json::array()}, {"pays", Json::array()}};
  if (!found) return out;
  std::shared_ptr<const policy::CompiledRule> rule;
  const Date on = parse_date(found->on);
  for (const auto& version : policy.rules())
    if (version->rule.name == name && (!rule || version->rule.in_force.holds_on(on))) rule = version;
  const Titles titles(rule->rule);
  out["on"] = found->on;
  out["given"] = titles.json(found->given);
  out["results"] = titles.json(found->results);
  for (const std::string_view part : split(found->pays, ',')) {
    const std::string one(trim(part));
    const auto arrow = one.find('>');
    const auto space = one.find(' ');
    if (arrow == std::string::npos || space == std::string::npos || space < arrow) continue;
    out["pays"].push_back({{"from", one.substr(0, arrow)},
                           {"to", one.substr(arrow + 1, space - arrow - 1)},
                           {"amount", std::string(trim(one.substr(space + 1)))}});
  }
  return out;
}

}  // namespace

void add_worked_example_routes(RouteTable& table) {
  const Json figure =
      object({{"name", text()}, {"title", both()}, {"index", text()}, {"value", text()}, {"unit", text()}});
  table.add(
      {.path = "/api/v1/public/rules/{name}/example",
       .name = "public_rule_example",
       .tag = "public",
       .summary = {"一条规则的算例", "a worked example of a rule"},
       .access = Access::open(),
       .answer = object({{"on", schema::nullable(schema::day())},
                         {"given", list(figure)},
                         {"results", list(figure)},
                         {"pays", list(object({{"from", text()}, {"to", text()}, {"amount", text()}}))}}),
       .handler = worked_example});
}

}  // namespace tributary::api
