#include "policy/pack.h"

#include "base/text.h"
#include "policy/codes.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace tributary::policy {
namespace {

namespace fs = std::filesystem;

PackInfo read_pack_info(const std::string& folder) {
  const std::string file = folder + "/pack.yaml";
  const YamlNode root = parse_yaml(read_file(file), file);
  YamlMap map(root, "pack.yaml");
  PackInfo out;
  out.folder = folder;
  out.id = map.text("pack");
  out.title = map.bilingual("title");
  out.jurisdiction = map.text_or("jurisdiction");
  out.extends = map.text_or("extends");
  out.version = map.text("version");
  out.note = map.bilingual_or_none("note");
  out.example = map.boolean_or("example", false);
  map.finish();
  if (out.id != fs::path(folder).filename().string())
    throw Error(
        codes::bad_value,
        {fmt::format("政策包的名称“{}”与文件夹“{}”不同", out.id, fs::path(folder).filename().string()),
         fmt::format("the pack is called \"{}\" but its folder \"{}\"", out.id,
                     fs::path(folder).filename().string())},
        root.where, {"两者应相同", "they must be the same"});
  return out;
}

// Names and bytes of every file, so that any change of a pack changes its hash.
std::string hash_of(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), folder).string());
  std::sort(files.begin(), files.end());
  std::string all;
  for (const std::string& file : files)
    all += file + "\n" + sha256_hex(read_file(folder + "/" + file)) + "\n";
  return sha256_hex(all);
}

std::vector<PackInfo> chain_of(const std::string& root, const std::string& pack) {
  std::vector<PackInfo> out;
  std::set<std::string> seen;
  for (std::string id = pack; !id.empty();) {
    if (!seen.insert(id).second)
      throw Error(
          codes::circular,
          {fmt::format("政策包 {} 的上级成环", pack), fmt::format("the packs above {} form a circle", pack)},
          {root + "/" + id + "/pack.yaml", 0, 0, "extends"});
    const std::string folder = root + "/" + id;
    if (!fs::exists(folder + "/pack.yaml")) {
      const auto ids = Policy::pack_ids(root);
      const auto close = near_misses(id, ids);
      throw Error(
          codes::unknown_pack,
          {fmt::format("没有政策包“{}”", id), fmt::format("there is no pack \"{}\"", id)}, {root, 0, 0, {}},
          close.empty()
              ? Text{fmt::format("已有：{}", fmt::join(ids, "、")),
                     fmt::format("there are: {}", fmt::join(ids, ", "))}
              : Text{fmt::format("是否想用“{}”？", close[0]), fmt::format("did you mean \"{}\"?", close[0])});
    }
    PackInfo info = read_pack_info(folder);
    info.hash = hash_of(folder);
    id = info.extends;
    out.push_back(std::move(info));
  }
  std::reverse(out.begin(), out.end());
  return out;
}

// Enters a lower pack's values into a rule above it.
void apply(const ParameterPatch& patch, Rule& rule, std::vector<Override>& overrides) {
  if (patch.objection) {
    if (rule.objection)
      overrides.push_back(
          {fmt::format("objection {}", rule.name), rule.pack, patch.context.pack, patch.where});
    rule.objection = patch.objection;
  }
  for (const auto& [name, values] : patch.values) {
    const auto found = std::find_if(rule.parameters.begin(), rule.parameters.end(),
                                    [&](const Parameter& p) { return p.name == name; });
    if (found == rule.parameters.end()) {
      std::vector<std::string> known;
      for (const Parameter& p : rule.parameters) known.push_back(p.name);
      const auto close = near_misses(name, known);
      throw Error(codes::unknown_name,
                  {fmt::format("规则 {} 没有参数“{}”", rule.name, name),
                   fmt::format("rule {} has no parameter \"{}\"", rule.name, name)},
                  patch.names.at(name),
                  close.empty() ? Text{}
                                : Text{fmt::format("是否想写“{}”？", close[0]),
                                       fmt::format("did you mean \"{}\"?", close[0])});
    }
    for (const ParameterValue& value : values) {
      check_value(rule, *found, value);
      for (const ParameterValue& other : found->values)
        if (other.depth == value.depth && other.in_force == value.in_force && other.known == value.known)
          throw Error(codes::overlapping_dates,
                      {fmt::format("参数 {} 的两个值的生效日（{}）和知悉日（{}）都相同", name,
                                   base::to_string(value.in_force), base::to_string(value.known)),
                       fmt::format("two values of parameter {} share the dates in_force {} and known {}",
                                   name, base::to_string(value.in_force), base::to_string(value.known))},
                      value.where,
                      {"另一个：" + to_string(other.where), "the other: " + to_string(other.where)});
    }
    if (!values.empty() && !found->values.empty())
      overrides.push_back({fmt::format("parameter {}.{}", rule.name, name), found->values.back().pack,
                           values.front().pack, patch.names.at(name)});
    found->values.insert(found->values.end(), values.begin(), values.end());
  }
}

}  // namespace

std::vector<std::string> Policy::pack_ids(const std::string& root) {
  std::vector<std::string> out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(root, ignored))
    if (fs::exists(entry.path() / "pack.yaml")) out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::string Policy::pack_for_jurisdiction(const std::string& root, const std::string& code) {
  std::vector<std::string> known;
  for (const std::string& id : pack_ids(root)) {
    const PackInfo info = read_pack_info(root + "/" + id);
    if (!info.example && info.jurisdiction == code) return id;
    if (!info.example && !info.jurisdiction.empty()) known.push_back(info.jurisdiction);
  }
  throw Error(
      codes::unknown_pack,
      {fmt::format("没有区划 {} 的政策包", code), fmt::format("there is no pack for jurisdiction {}", code)},
      {root, 0, 0, {}},
      {fmt::format("已有：{}；或在该文件夹中新建政策包", fmt::join(known, "、")),
       fmt::format("there are: {}; or make a new pack in that folder", fmt::join(known, ", "))});
}

std::vector<std::string> Policy::folders() const {
  std::vector<std::string> out;
  for (const PackInfo& info : packs_) out.push_back(info.folder);
  return out;
}

Policy Policy::load(const std::string& root, const std::string& pack) {
  Policy out;
  out.packs_ = chain_of(root, pack);
  std::vector<Rule> rules;
  std::vector<ParameterPatch> patches;
  for (std::size_t depth = 0; depth < out.packs_.size(); ++depth) {
    const PackInfo& info = out.packs_[depth];
    const PackContext context{info.id, static_cast<int>(depth), info.example};
    out.catalog_.add_folder(info.folder, context);
    for (const std::string& file : files_in(info.folder + "/rules", ".yaml"))
      rules.push_back(read_rule(parse_yaml(read_file(file), file), context));
    for (const std::string& file : files_in(info.folder + "/parameters", ".yaml"))
      patches.push_back(read_parameter_patch(parse_yaml(read_file(file), file), context));
  }
  for (const ParameterPatch& patch : patches) {
    const auto versions = std::ranges::count_if(
        rules, [&](const Rule& rule) { return rule.name == patch.rule && rule.depth < patch.context.depth; });
    if (versions > 1 && !patch.version)
      throw Error(
          codes::missing_key,
          {fmt::format("规则“{}”有 {} 个版本，没有写明是哪一个", patch.rule, versions),
           fmt::format("rule \"{}\" has {} versions; it does not say which", patch.rule, versions)},
          patch.where,
          {"请加上 version: 该版本有效期内的某一天", "add version: a day on which that version is in force"});
    bool used = false;
    for (Rule& rule : rules)
      if (rule.name == patch.rule && (!patch.version || rule.in_force.holds_on(*patch.version)) &&
          rule.depth < patch.context.depth)
        apply(patch, rule, out.overrides_), used = true;
    if (!used) {
      std::vector<std::string> above;
      for (const Rule& rule : rules)
        if (rule.depth < patch.context.depth) above.push_back(rule.name);
      const auto close = near_misses(patch.rule, above);
      throw Error(codes::unknown_rule,
                  {fmt::format("上级政策包中没有规则“{}”的这个版本", patch.rule),
                   fmt::format("no pack above has this version of rule \"{}\"", patch.rule)},
                  patch.where,
                  close.empty() ? Text{}
                                : Text{fmt::format("是否想写“{}”？", close[0]),
                                       fmt::format("did you mean \"{}\"?", close[0])});
    }
  }
  std::stable_sort(rules.begin(), rules.end(), [](const Rule& a, const Rule& b) {
    return std::tuple(a.name, a.in_force.from, a.depth) < std::tuple(b.name, b.in_force.from, b.depth);
  });
  const LimitSource limits = [&](const std::string& standard, const std::string& indicator) {
    return out.catalog_.limit(standard, indicator);
  };
  for (Rule& rule : rules) out.rules_.push_back(compile(std::move(rule), limits));
  out.check_contradictions();
  for (const auto& lower : out.rules_)
    for (const auto& upper : out.rules_)
      if (lower->rule.name == upper->rule.name && lower->rule.depth > upper->rule.depth &&
          lower->rule.in_force.overlaps(upper->rule.in_force))
        out.overrides_.push_back(
            {"rule " + lower->rule.name, upper->rule.pack, lower->rule.pack, lower->rule.where});
  return out;
}

void Policy::check_contradictions() const {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Rule& a = rules_[j]->rule;
      const Rule& b = rules_[i]->rule;
      if (!a.in_force.overlaps(b.in_force)) continue;
      if (a.name == b.name && a.pack == b.pack)
        throw Error(codes::overlapping_dates,
                    {fmt::format("规则 {} 的两个版本生效期重叠", b.name),
                     fmt::format("two versions of rule {} overlap in time", b.name)},
                    b.where,
                    {fmt::format("另一个版本：{}；请写明失效日 to", to_string(a.where)),
                     fmt::format("the other version: {}; state when it ends (to)", to_string(a.where))});
      const bool same_places = a.place_kind == b.place_kind && a.granularity == b.granularity &&
                               (a.group == b.group || a.group.empty() || b.group.empty());
      if (a.name != b.name && !a.claims.empty() && a.claims == b.claims && same_places)
        throw Error(
            codes::contradictory_rules,
            {fmt::format("规则 {} 和 {} 同时决定同一事项“{}”", a.name, b.name, a.claims),
             fmt::format("rules {} and {} both claim the case \"{}\" at the same time", a.name, b.name,
                         a.claims)},
            b.where,
            {fmt::format("另一条：{}；请改生效期、地点组（group），或用相同名称覆盖上级规则",
                         to_string(a.where)),
             fmt::format("the other: {}; change the dates or the group, or give it the same name to override",
                         to_string(a.where))});
    }
  }
}

std::string Policy::hash() const {
  std::string all;
  for (const PackInfo& info : packs_) all += info.id + " " + info.hash + "\n";
  return sha256_hex(all);
}

std::vector<std::string> Policy::rule_names() const {
  std::vector<std::string> out;
  for (const auto& rule : rules_)
    if (out.empty() || out.back() != rule->rule.name) out.push_back(rule->rule.name);
  return out;
}

std::shared_ptr<const CompiledRule> Policy::rule(const std::string& name, Date on, Date known) const {
  std::shared_ptr<const CompiledRule> best;
  std::string versions;
  for (const auto& candidate : rules_) {
    const Rule& rule = candidate->rule;
    if (rule.name != name) continue;
    versions +=
        fmt::format("{}{} – {} ({} {}, {} {})", versions.empty() ? "" : "; ", base::to_string(rule.in_force.from),
                    rule.in_force.to == Date::max() ? "…" : base::to_string(rule.in_force.to), "pack", rule.pack,
                    "known", base::to_string(rule.known));
    if (rule.in_force.holds_on(on) && rule.known <= known && (!best || rule.depth >= best->rule.depth))
      best = candidate;
  }
  if (best) return best;
  if (versions.empty()) {
    const auto names = rule_names();
    const auto close = near_misses(name, names);
    throw Error(codes::unknown_rule,
                {fmt::format("没有规则“{}”", name), fmt::format("there is no rule \"{}\"", name)}, {},
                close.empty() ? Text{fmt::format("已有：{}", fmt::join(names, "、")),
                                     fmt::format("there are: {}", fmt::join(names, ", "))}
                              : Text{fmt::format("是否想用“{}”？", fmt::join(close, "”“")),
                                     fmt::format("did you mean \"{}\"?", fmt::join(close, "\", \""))});
  }
  throw Error(codes::not_in_force,
              {fmt::format("规则 {} 在 {}（按 {} 所知）没有有效版本", name, base::to_string(on), base::to_string(known)),
               fmt::format("rule {} has no version in force on {} as known on {}", name, base::to_string(on),
                           base::to_string(known))},
              {}, {"版本：" + versions, "versions: " + versions});
}

std::vector<Remark> Policy::remarks(Date today) const {
  std::vector<Remark> out;
  for (const auto& compiled : rules_) {
    const Rule& rule = compiled->rule;
    if (!rule.checked)
      out.push_back({Remark::Kind::never_checked,
                     rule.name,
                     {"从未与出处核对", "never compared with its source"},
                     rule.where});
    else if (today - *rule.checked > std::chrono::days{366})
      out.push_back({Remark::Kind::stale,
                     rule.name,
                     {fmt::format("上次核对是 {}，已超过一年", base::to_string(*rule.checked)),
                      fmt::format("last checked on {}, over a year ago", base::to_string(*rule.checked))},
                     rule.where});
    if (!rule.verified)
      out.push_back(
          {Remark::Kind::unverified, rule.name, {"未见文件原文", "the text has not been seen"}, rule.where});
    for (const Parameter& parameter : rule.parameters) {
      const std::string what = rule.name + "." + parameter.name;
      if (parameter.values.empty())
        out.push_back({Remark::Kind::unset, what, parameter.unset, parameter.where});
      for (const ParameterValue& value : parameter.values) {
        if (!value.verified)
          out.push_back({Remark::Kind::unverified,
                         what,
                         {fmt::format("{} 起的值未核实", base::to_string(value.in_force)),
                          fmt::format("the value from {} is not verified", base::to_string(value.in_force))},
                         value.where});
        if (value.known > value.in_force)
          out.push_back(
              {Remark::Kind::retroactive,
               what,
               {fmt::format("{} 起生效，{} 才知悉", base::to_string(value.in_force), base::to_string(value.known)),
                fmt::format("in force from {}, known only since {}", base::to_string(value.in_force),
                            base::to_string(value.known))},
               value.where});
      }
    }
  }
  return out;
}

}  // namespace tributary::policy
