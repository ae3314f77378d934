// The figures of one article, counted or added up where they come from, each with the page that shows it there.
#include "api/case_answers.h"
#include "api/codes.h"
#include "ledger/ledger.h"
#include "observe/observations.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tributary::api {
namespace {

using casework::PlanFigure;
using From = PlanFigure::From;
using schema::both, schema::list, schema::nullable, schema::object, schema::text;

// What a figure came to. Without a value there is nothing yet to count, and the note says so.
struct Found {
  std::optional<std::string> value;
  Text note;
};

Found number(std::int64_t n, const Text& nothing) {
  if (n == 0) return {std::nullopt, nothing};
  return {std::to_string(n), {}};
}

// Units as people read them; others stay as they are written.
Text name_of_unit(const std::string& unit) {
  static const std::map<std::string, std::string> chinese{{"ha", "公顷"},
                                                          {"m2", "平方米"},
                                                          {"m3/a", "立方米/年"},
                                                          {"tCO2e", "吨二氧化碳当量"},
                                                          {"tCO2e/a", "吨二氧化碳当量/年"}};
  const auto found = chinese.find(unit);
  return {found == chinese.end() ? unit : found->second, unit};
}

class FiguresOf {
 public:
  explicit FiguresOf(Call& call) : call_(call), types_(*call.worker.services.case_types) {}

  Json json(const PlanFigure& figure) {
    const Found found = find(figure);
    const auto [unit, kind] = unit_and_kind(figure);
    return {{"label", json_of(figure.label)},
            {"value", found.value ? Json(*found.value) : Json(nullptr)},
            {"kind", kind},
            {"unit", json_of(unit)},
            {"note", json_of(found.note)},
            {"from", json_of(from(figure))},
            {"link", link(figure)}};
  }

 private:
  Found find(const PlanFigure& figure) {
    switch (figure.from) {
      case From::cases:
        return of_cases(figure);
      case From::entries:
        return number(casework_of(call_).entries_in_force(figure.of, figure.type),
                      {"登记册里还没有", "nothing in the register yet"});
      case From::publications:
        return number(casework_of(call_).count_publications({.kind = figure.of}),
                      {"还没有公开过", "nothing made public yet"});
      case From::statements:
        return of_statements(figure);
      case From::transfers:
        return of_transfers(figure);
      case From::readings:
        return of_readings(figure);
    }
    return {};
  }

  Found of_cases(const PlanFigure& figure) {
    const auto sums = casework_of(call_).tally(figure.of, figure.states, figure.sum);
    if (figure.sum.empty()) return number(sums.cases, none_of(figure));
    const std::int64_t all = sums.cases;
    const std::int64_t lacking = sums.lacking;
    if (all == 0) return {std::nullopt, none_of(figure)};
    if (lacking == all)
      return {std::nullopt,
              {fmt::format("{} 件都还没有填这一项", all), fmt::format("{} cases, none says it yet", all)}};
    Text note{fmt::format("{} 件合计", all), fmt::format("of {} cases", all)};
    if (lacking > 0)
      note = {fmt::format("{} 件合计，另有 {} 件没有填", all - lacking, lacking),
              fmt::format("of {} cases; {} more do not say it", all - lacking, lacking)};
    return {sums.sum.to_string(), note};
  }

  // What it would be is said by the label.
  static Text none_of(const PlanFigure& figure) {
    if (figure.open) return {"没有在办的", "none under way"};
    return {"还没有", "none yet"};
  }

  Found of_statements(const PlanFigure& figure) {
    std::int64_t count = 0, amount = 0;
    std::string latest;
    for (const auto& total : compensation_of(call_).totals()) {
      const std::string state(compensate::to_string(total.state));
      if (!figure.states.empty() &&
          std::find(figure.states.begin(), figure.states.end(), state) == figure.states.end())
        continue;
      count += total.count;
      amount += total.amount;
      latest = std::max(latest, total.latest_period);
    }
    if (count == 0) return {std::nullopt, {"还没有结算单", "no statement yet"}};
    const Text note{fmt::format("最近时段 {}", latest), fmt::format("latest period {}", latest)};
    if (figure.sum.empty()) return {std::to_string(count), note};
    return {compensate::yuan(amount).to_fixed(2),
            {fmt::format("{} 份，{}", count, note.zh), fmt::format("{} statements, {}", count, note.en)}};
  }

  Found of_transfers(const PlanFigure& figure) {
    const auto posted =
        ledger::Ledger(call_.database(), call_.tenant(), call_.clock()).posted_by_cause("case", "CNY");
    std::int64_t sum = 0, cases = 0;
    for (const std::int64_t id : casework_of(call_).ids_of(figure.of))
      if (const auto found = posted.find(std::to_string(id)); found != posted.end()) {
        sum += found->second;
        ++cases;
      }
    if (cases == 0) return {std::nullopt, {"账本里还没有", "nothing in the ledger yet"}};
    return {compensate::yuan(sum).to_fixed(2),
            {fmt::format("{} 件合计", cases), fmt::format("of {} cases", cases)}};
  }

  Found of_readings(const PlanFigure& figure) {
    const Text nothing{"还没有导入监测数据", "no readings imported yet"};
    const observe::Observations observations(call_.database(), call_.tenant());
    if (figure.of == "series") return number(static_cast<std::int64_t>(observations.series().size()), nothing);
    const auto imported = observations.imported();
    if (!imported.latest) return {std::nullopt, nothing};
    if (figure.of == "latest") return {to_string(day_of(*imported.latest)), {}};
    return number(figure.of == "files" ? imported.files : imported.readings, nothing);
  }

  std::pair<Text, const char*> unit_and_kind(const PlanFigure& figure) const {
    const std::string unit = casework::unit_of(figure, types_);
    if (unit == "CNY") return {{"元", "yuan"}, "money"};
    if (unit == "1") return {{}, "number"};
    if (!unit.empty()) return {name_of_unit(unit), "number"};
    switch (figure.from) {
      case From::statements:
        return {{"份", "statements"}, "number"};
      case From::readings:
        if (figure.of == "latest") return {{}, "day"};
        if (figure.of == "files") return {{"个文件", "files"}, "number"};
        if (figure.of == "series") return {{"个序列", "series"}, "number"};
        return {{"条", "readings"}, "number"};
      case From::publications:
        return {{"条", "publications"}, "number"};
      case From::entries:
        return {{"项", "entries"}, "number"};
      case From::cases:
      case From::transfers:
        break;
    }
    return {{"件", "cases"}, "number"};
  }

  Text from(const PlanFigure& figure) const {
    switch (figure.from) {
      case From::cases: {
        const Text& title = types_.at(figure.of)->declared.title;
        return {"事项：" + title.zh, "Cases: " + title.en};
      }
      case From::entries:
        return {"登记册", "Register"};
      case From::publications:
        return {"公示公开", "Publications"};
      case From::statements:
        return {"结算单", "Statements"};
      case From::transfers:
        return {"账本", "Ledger"};
      case From::readings:
        return {"监测数据", "Readings"};
    }
    return {};
  }

  // A page of the console.
  static std::string link(const PlanFigure& figure) {
    switch (figure.from) {
      case From::cases:
        return fmt::format("/console/cases?type={}{}{}", figure.of, figure.open ? "" : "&open=all",
                           figure.states.size() == 1 ? "&state=" + figure.states.front() : "");
      case From::entries:
        return "/console/register?kind=" + figure.of;
      case From::publications:
        return "/console/publications?kind=" + figure.of;
      case From::statements:
        return "/console/statements";
      case From::transfers:
        return "/console/ledger";
      case From::readings:
        return figure.of == "series" ? "/console/readings" : "/console/readings/imports";
    }
    return {};
  }

  Call& call_;
  const casework::CaseTypes& types_;
};

Answer figures(Call& call) {
  const casework::Plan& plan = call.worker.services.plan;
  const auto article =
      std::find_if(plan.articles.begin(), plan.articles.end(),
                   [&](const auto& one) { return one.number == call.id_in_path("number"); });
  if (article == plan.articles.end())
    throw Error(codes::not_found, {"行动方案没有这一条", "the plan has no such article"});
  FiguresOf of(call);
  Json all = Json::array();
  for (const PlanFigure& figure : article->figures) all.push_back(of.json(figure));
  Json missing = Json::array();
  for (const Text& one : article->missing) missing.push_back(json_of(one));
  return Json{{"figures", all}, {"missing", missing}, {"tasks", plan.tasks}};
}

}  // namespace

void add_plan_figure_routes(RouteTable& table) {
  table.add({.path = "/api/v1/plan/{number}",
             .name = "plan_figures",
             .tag = "casework",
             .summary = {"一条的数字和还缺的", "figures of an article, and what is not told yet"},
             .access = Access::signed_in(),
             .answer = object({{"figures",
                                list(object({{"label", both()},
                                             {"value", nullable(text())},
                                             {"kind", schema::one_of({"number", "money", "day"})},
                                             {"unit", both()},
                                             {"note", both()},
                                             {"from", both()},
                                             {"link", text()}}))},
                               {"missing", list(both())},
                               {"tasks", text()}}),
             .handler = figures});
}

}  // namespace tributary::api
