// Open data: the sections and the progress of the plan as lists, and the catalogue of everything public (DCAT
// 3, in the shape DCAT-AP asks for) as JSON-LD. What is not known – a licence that nobody set, a period
// without data – is left out or said to be not stated, never made up.
#include "api/case_answers.h"
#include "api/publicity.h"
#include "observe/observations.h"
#include "venues/bulletins.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tributary::api {
namespace {

using schema::both, schema::integer, schema::list, schema::named, schema::nullable, schema::number,
    schema::object, schema::text;

constexpr const char* ld_type = "application/ld+json";

// ---- lists

std::vector<Json> sections(Call& call) {
  std::vector<Json> out;
  for (const registry::Place& p :
       registry::Registry(call.database(), call.tenant()).places({.kind = "section"}, call.clock().today())) {
    Json one{{"code", p.code},
             {"name", json_of(p.name)},
             {"water_body", p.water_body},
             {"jurisdiction", p.jurisdiction},
             {"longitude", nullptr},
             {"latitude", nullptr},
             {"datum", ""},
             {"source", p.source}};
    if (p.position) {
      one["longitude"] = p.position->longitude;
      one["latitude"] = p.position->latitude;
      one["datum"] = p.position->datum;
    }
    out.push_back(std::move(one));
  }
  return out;
}

std::vector<Json> progress(Call& call) {
  const Names names(call);
  std::map<int, Text> titles;
  for (const auto& article : call.worker.services.plan.articles) titles[article.number] = article.title;
  std::vector<Json> out;
  for (const auto& one : casework_of(call).progress())
    out.push_back({{"article", one.article},
                   {"article_title", json_of(titles[one.article])},
                   {"organisation", names.organisation(one.organisation)},
                   {"of", one.organisation.starts_with("div-") ? "township" : "department"},
                   {"open", one.open},
                   {"closed", one.closed},
                   {"overdue", one.overdue}});
  return out;
}

// ---- the catalogue

struct Format {
  const char* parameter;  // ?format=
  const char* title;
  const char* media_type;
  const char* file_type;  // of the EU's list
};
constexpr std::array formats{
    Format{"json", "JSON", "application/json", "JSON"}, Format{"csv", "CSV", "text/csv", "CSV"},
    Format{"xlsx", "XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"}};

struct Dataset {
  std::string key;
  Text title;
  Text description;
  std::string path;  // of the list; empty: there is none yet
  const char* frequency;
  const char* theme;
  std::string from, to;  // days; empty: not stated
  std::string legal;
  std::vector<Text> keywords{};
  std::optional<Instant> modified{};
};

Json tongues(const Text& words) {
  return Json::array(
      {{{"@value", words.zh}, {"@language", "zh"}}, {{"@value", words.en}, {"@language", "en"}}});
}

Json typed(const std::string& value, const char* type) {
  return {{"@value", value}, {"@type", type}};
}

Json iri(const std::string& address) {
  return {{"@id", address}};
}

std::string authority(const char* list, const char* code) {
  return fmt::format("http://publications.europa.eu/resource/authority/{}/{}", list, code);
}

class Catalogue {
 public:
  explicit Catalogue(Call& call) : call_(call), base_(address_of(call)) {}

  Json document() {
    const Text region = region_name();
    const Text name = publisher_name(region);
    publisher_ = {{"@id", base_ + "/#publisher"},
                  {"@type", "foaf:Agent"},
                  {"foaf:name", tongues(name)},
                  {"dct:type", iri("http://purl.org/adms/publishertype/LocalAuthority")}};
    // Nobody has named a telephone or a mail: the portal itself is where to turn.
    contact_ = {{"@id", base_ + "/#contact"},
                {"@type", "vcard:Kind"},
                {"vcard:fn", tongues(name)},
                {"vcard:hasURL", iri(base_ + "/")}};
    spatial_ = spatial(region);
    Json datasets = Json::array();
    std::optional<Instant> modified;
    for (const Dataset& one : all(region)) {
      datasets.push_back(dataset(one));
      if (one.modified && (!modified || *modified < *one.modified)) modified = one.modified;
    }
    Json out{{"@context",
              {{"dcat", "http://www.w3.org/ns/dcat#"},
               {"dct", "http://purl.org/dc/terms/"},
               {"foaf", "http://xmlns.com/foaf/0.1/"},
               {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
               {"skos", "http://www.w3.org/2004/02/skos/core#"},
               {"vcard", "http://www.w3.org/2006/vcard/ns#"},
               {"xsd", "http://www.w3.org/2001/XMLSchema#"},
               {"geo", "http://www.opengis.net/ont/geosparql#"}}},
             {"@id", base_ + "/api/v1/public/catalogue"},
             {"@type", "dcat:Catalog"},
             {"dct:title", tongues({region.zh + "生态保护补偿开放数据",
                                    "Open data on ecological compensation, " + region.en})},
             {"dct:description", tongues({"公开的断面、水质类别、结算单、公示公开、规则、行动方案进展、竞价和行情。",
                                          "Sections, water classes, statements, publications, rules, "
                                          "progress of the plan, auctions and prices that are public."})},
             {"dct:publisher", publisher_},
             {"dct:language", {iri(authority("language", "ZHO")), iri(authority("language", "ENG"))}},
             {"foaf:homepage", {{"@id", base_ + "/data"}, {"@type", "foaf:Document"}}},
             {"dct:spatial", spatial_},
             {"dcat:themeTaxonomy",
              {{"@id", "http://publications.europa.eu/resource/authority/data-theme"},
               {"@type", "skos:ConceptScheme"}}},
             {"dcat:dataset", datasets}};
    if (modified) out["dct:modified"] = typed(to_rfc3339(*modified), "xsd:dateTime");
    add_rights(out);
    return out;
  }

 private:
  // A licence only when the office named one.
  void add_rights(Json& out) const {
    const std::string& licence = call_.worker.services.settings.licence;
    if (licence.empty())
      out["dct:rights"] = {{"@type", "dct:RightsStatement"},
                           {"rdfs:label", tongues({"许可未说明", "licence not stated"})}};
    else
      out["dct:license"] = {{"@id", licence}, {"@type", "dct:LicenseDocument"}};
  }

  Text region_name() {
    try {
      return registry::Registry(call_.database(), call_.tenant())
          .jurisdiction(call_.tenant(), call_.clock().today())
          .name;
    } catch (const Error& e) {
      if (e.kind() != Kind::not_found) throw;
      return {call_.tenant(), call_.tenant()};
    }
  }

  Text publisher_name(const Text& region) {
    const auto& organisations = Names(call_).organisations();
    const auto root = organisations.find("root");
    return root == organisations.end() ? region : root->second;
  }

  Json spatial(const Text& region) {
    double west = 180, south = 90, east = -180, north = -90;
    for (const Json& one : sections(call_)) {
      if (one["longitude"].is_null()) continue;
      west = std::min(west, one["longitude"].get<double>());
      east = std::max(east, one["longitude"].get<double>());
      south = std::min(south, one["latitude"].get<double>());
      north = std::max(north, one["latitude"].get<double>());
    }
    Json out{
        {"@type", "dct:Location"}, {"skos:prefLabel", tongues(region)}, {"dct:identifier", call_.tenant()}};
    if (west <= east)
      out["dcat:bbox"] =
          typed(fmt::format("POLYGON(({0} {1},{2} {1},{2} {3},{0} {3},{0} {1}))", west, south, east, north),
                "geo:wktLiteral");
    return out;
  }

  std::vector<Dataset> all(const Text& region) {
    const auto months = months_with_readings(call_);
    const std::string disclosure = "《生态保护补偿条例》第三十条（公开）";
    const auto& source = call_.worker.services.plan.source;
    const std::string plan =
        source.document.empty() ? std::string() : fmt::format("{}（{}）", source.document, source.number);
    std::vector<Dataset> out;
    out.push_back({"sections",
                   {"监测断面", "Monitored sections"},
                   {region.zh + "登记的断面：代码、名称、水体、位置。",
                    "Sections on record: code, name, water body, position."},
                   "/api/v1/public/sections",
                   "IRREG",
                   "ENVI",
                   {},
                   {},
                   plan});
    Dataset classes{
        "classes",
        {"断面月度水质类别", "Monthly water classes of the sections"},
        {"由各月监测均值按标准判定的水质类别；下载地址给出最近一个月，month 参数可换月份。",
         "Water classes from the monthly means, as the standard says; the links give the latest month, "
         "the parameter month another."},
        {},
        "MONTHLY",
        "ENVI",
        {},
        {},
        disclosure};
    if (!months.empty()) {
      const auto [first, last] = std::minmax_element(months.begin(), months.end());
      classes.path = "/api/v1/public/classes?month=" + *last;
      classes.from = base::to_string(Period::parse(*first).from());
      classes.to = base::to_string(Period::parse(*last).last_day());
    }
    out.push_back(std::move(classes));
    out.push_back({"statements",
                   {"已公示的补偿结算单", "Published statements of compensation"},
                   {"付款方、收款方、时段、金额、状态和核验码；个人和农户不列名。",
                    "Payer, payee, period, amount, state and code; persons and households are not named."},
                   "/api/v1/public/statements",
                   "IRREG",
                   "GOVE",
                   {},
                   {},
                   disclosure});
    out.push_back({"notices",
                   {"公示和公开", "Notices and publications"},
                   {"政策、公告、结果、经验和村级公示中现行的各条。",
                    "Policies, notices, results, experience and village notices that stand."},
                   "/api/v1/public/notices",
                   "IRREG",
                   "GOVE",
                   {},
                   {},
                   disclosure});
    out.push_back({"rules",
                   {"补偿规则", "Rules of compensation"},
                   {"规则的各个版本、施行日期和文件依据；未核实的注明。",
                    "Versions of the rules, when they are in force, and the documents behind them; what is "
                    "not verified says so."},
                   "/api/v1/public/rules",
                   "IRREG",
                   "GOVE",
                   {},
                   {},
                   plan});
    out.push_back({"progress",
                   {"行动方案进展", "Progress of the plan"},
                   {"按条目和责任单位统计的在办、办结、逾期件数，不含个人信息。",
                    "Open, closed and overdue cases by article and organisation; no personal data."},
                   "/api/v1/public/progress",
                   "CONT",
                   "GOVE",
                   {},
                   {},
                   plan});
    const std::map<std::string, std::vector<Text>> keywords{
        {"sections", {{"断面", "section"}, {"地表水", "surface water"}}},
        {"classes", {{"水质", "water quality"}, {"断面", "section"}}},
        {"statements", {{"生态保护补偿", "ecological compensation"}, {"结算", "settlement"}}},
        {"notices", {{"公示", "public notice"}, {"政务公开", "open government"}}},
        {"rules", {{"生态保护补偿", "ecological compensation"}, {"规则", "rules"}}},
        {"progress", {{"行动方案", "action plan"}, {"任务", "tasks"}}}};
    for (Dataset& one : out) one.keywords = keywords.at(one.key);
    changes(out);
    out.push_back({"auctions",
                   {"竞价公告与结果", "Auction notices and results"},
                   {"政府储备权利的竞价：品种、数量、期限、时间、成交价。",
                    "Auctions of rights from the reserve: instrument, quantity, term, times, price."},
                   "/api/v1/public/auctions",
                   "IRREG",
                   "ENVI",
                   {},
                   {},
                   {},
                   {{"竞价", "auction"}, {"排污权", "discharge rights"}}});
    out.push_back(prices());
    return out;
  }

  Dataset prices() {
    Dataset out{"prices",
                {"市场行情", "Prices of the markets"},
                {"每个市场每个交易日的开盘、最高、最低、收盘价，成交量、成交额和笔数；大宗协议另列。",
                 "Open, high, low and close of each market and trading day, with quantity, amount and number of deals; bulk "
                 "agreements apart."},
                "/api/v1/public/prices",
                "DAILY",
                "ENVI",
                {},
                {},
                {},
                {{"行情", "prices"}, {"排污权", "discharge rights"}}};
    const venues::Bulletins bulletins(call_.database(), call_.tenant(), call_.clock());
    if (const auto newest = bulletins.prices({.limit = 1}); !newest.empty()) {
      out.from = base::to_string(*bulletins.first_day());
      out.to = base::to_string(newest.front().day.day);
    }
    return out;
  }

  // When each last changed, where that is known.
  void changes(std::vector<Dataset>& all) {
    std::map<std::string, Instant> known;
    if (const auto imported = observe::Observations(call_.database(), call_.tenant()).imported(); imported.latest)
      known["classes"] = *imported.latest;
    if (const auto newest = casework_of(call_).publications({}, 1); !newest.empty())
      known["notices"] = newest.front().published;
    for (const auto& [article, count] : casework_of(call_).counts_by_article())
      known["progress"] = std::max(known["progress"], count.changed);
    for (Dataset& one : all)
      if (const auto found = known.find(one.key); found != known.end()) one.modified = found->second;
  }

  static Json keywords(const Dataset& one) {
    Json out = Json::array();
    for (const Text& word : one.keywords)
      for (const Json& tongue : tongues(word)) out.push_back(tongue);
    return out;
  }

  Json dataset(const Dataset& one) {
    const std::string id = base_ + "/api/v1/public/catalogue#" + one.key;
    Json distributions = Json::array();
    if (!one.path.empty())
      for (const Format& format : formats) {
        const char* joint = one.path.find('?') == std::string::npos ? "?" : "&";
        const std::string address = fmt::format("{}{}{}format={}", base_, one.path, joint, format.parameter);
        distributions.push_back(distribution(id, one.title, format.title, address, format.media_type, format.file_type));
      }
    if (one.key == "sections")
      distributions.push_back(distribution(id, one.title, "GeoJSON", base_ + "/ogc/collections/places/items",
                                           "application/geo+json", "GEOJSON"));
    Json out{{"@id", id},
             {"@type", "dcat:Dataset"},
             {"dct:identifier", call_.tenant() + "-" + one.key},
             {"dct:title", tongues(one.title)},
             {"dct:description", tongues(one.description)},
             {"dct:publisher", iri(publisher_["@id"].get<std::string>())},
             {"dct:accessRights",
              {{"@id", authority("access-right", "PUBLIC")}, {"@type", "dct:RightsStatement"}}},
             {"dct:accrualPeriodicity",
              {{"@id", authority("frequency", one.frequency)}, {"@type", "dct:Frequency"}}},
             {"dcat:theme", {{"@id", authority("data-theme", one.theme)}, {"@type", "skos:Concept"}}},
             {"dct:language", {iri(authority("language", "ZHO")), iri(authority("language", "ENG"))}},
             {"dct:spatial", spatial_},
             {"dcat:landingPage", {{"@id", base_ + "/data"}, {"@type", "foaf:Document"}}},
             {"dcat:contactPoint", contact_},
             {"dcat:keyword", keywords(one)},
             {"dcat:distribution", distributions}};
    if (one.modified) out["dct:modified"] = typed(to_rfc3339(*one.modified), "xsd:dateTime");
    if (!one.from.empty())
      out["dct:temporal"] = {{"@type", "dct:PeriodOfTime"},
                             {"dcat:startDate", typed(one.from, "xsd:date")},
                             {"dcat:endDate", typed(one.to, "xsd:date")}};
    if (!one.legal.empty())
      out["dct:provenance"] = {{"@type", "dct:ProvenanceStatement"},
                               {"rdfs:label", {{"@value", one.legal}, {"@language", "zh"}}}};
    return out;
  }

  Json distribution(const std::string& dataset, const Text& of, const std::string& title, const std::string& address,
                    const char* media_type, const char* file_type) {
    Json out{
        {"@id", fmt::format("{}-{}", dataset, title)},
        {"@type", "dcat:Distribution"},
        {"dct:title", title},
        {"dct:description", tongues({fmt::format("{}，{} 格式", of.zh, title), fmt::format("{}, as {}", of.en, title)})},
        {"dcat:accessURL", {{"@id", address}, {"@type", "rdfs:Resource"}}},
        {"dcat:downloadURL", {{"@id", address}, {"@type", "rdfs:Resource"}}},
        {"dcat:mediaType",
         {{"@id", fmt::format("https://www.iana.org/assignments/media-types/{}", media_type)},
          {"@type", "dct:MediaType"}}},
        {"dct:format", {{"@id", authority("file-type", file_type)}, {"@type", "dct:MediaTypeOrExtent"}}}};
    add_rights(out);
    return out;
  }

  Call& call_;
  std::string base_;
  Json publisher_;
  Json contact_;
  Json spatial_;
};

}  // namespace

void add_open_data_routes(RouteTable& table) {
  table.add({.path = "/api/v1/public/sections",
             .name = "public_sections",
             .tag = "public",
             .summary = {"监测断面", "monitored sections"},
             .access = Access::open(),
             .answer = object({{"code", text()},
                               {"name", both()},
                               {"water_body", text()},
                               {"jurisdiction", text()},
                               {"longitude", nullable(number())},
                               {"latitude", nullable(number())},
                               {"datum", text()},
                               {"source", text()}}),
             .pager = [](Call& call, const PageRequest& page) { return page_of(sections(call), page); }});
  table.add(
      {.path = "/api/v1/public/progress",
       .name = "public_progress",
       .tag = "public",
       .summary = {"行动方案进展，按条目和责任单位", "progress of the plan by article and organisation"},
       .access = Access::open(),
       .answer = object({{"article", integer(1)},
                         {"article_title", both()},
                         {"organisation", named("Named")},
                         {"of", schema::one_of({"department", "township"})},
                         {"open", integer()},
                         {"closed", integer()},
                         {"overdue", integer()}}),
       .pager = [](Call& call, const PageRequest& page) { return page_of(progress(call), page); }});
  table.add({.path = "/api/v1/public/catalogue",
             .name = "catalogue",
             .tag = "public",
             .summary = {"开放数据目录（DCAT，JSON-LD）", "catalogue of open data (DCAT, JSON-LD)"},
             .access = Access::open(),
             .answer_types = {ld_type},
             .handler = [](Call& call) {
               Answer out = Catalogue(call).document();
               out.headers = {{"Content-Type", ld_type}};
               return out;
             }});
}

}  // namespace tributary::api
