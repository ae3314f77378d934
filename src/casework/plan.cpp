#include "casework/plan.h"

#include "base/text.h"
#include "casework/codes.h"
#include "policy/yaml.h"

#include <filesystem>
#include <set>

namespace tributary::casework {

Plan load_plan(const std::vector<std::string>& folders) {
  Plan out;
  for (const std::string& folder : folders) {
    const std::string file = folder + "/plan.yaml";
    if (!std::filesystem::exists(file)) continue;
    out = {};
    const policy::YamlNode root = policy::parse_yaml(read_file(file), file);
    policy::YamlMap top(root, "plan.yaml");
    policy::YamlMap plan(top.require("plan"), "plan");
    out.source = plan.source();
    std::set<int> seen;
    for (const policy::YamlNode& node : plan.require("articles").items) {
      policy::YamlMap map(node, "article");
      PlanArticle article;
      article.number = map.integer("number");
      article.title = map.bilingual("title");
      article.text = map.bilingual("text");
      article.lead = map.texts("lead");
      article.verified = map.boolean_or("verified", true);
      map.finish();
      if (!seen.insert(article.number).second)
        throw Error(codes::bad_case_type, {"条目序号重复", "the number of an article stands twice"},
                    node.where);
      out.articles.push_back(std::move(article));
    }
    plan.finish();
    top.finish();
  }
  return out;
}

}  // namespace tributary::casework
