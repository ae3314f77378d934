#include "cli/settings_file.h"

#include "base/text.h"
#include "cli/codes.h"

#include <filesystem>
#include <optional>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <toml++/toml.h>

namespace tributary::cli {
namespace {

constexpr const char* server = "serve";

Where place_of(const std::string& file, const toml::node& node, std::string_view key) {
  return {file, static_cast<long>(node.source().begin.line), 0, std::string(key)};
}

// Nothing for what no option takes: fractions, dates, tables.
std::optional<std::string> word_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  return std::nullopt;
}

std::optional<std::vector<std::string>> words_of(const toml::node& node, bool many) {
  std::vector<std::string> out;
  if (const auto word = word_of(node)) return std::vector{*word};
  if (!many || !node.is_array()) return std::nullopt;
  for (const toml::node& one : *node.as_array()) {
    const auto word = word_of(one);
    if (!word) return std::nullopt;
    out.push_back(*word);
  }
  return out;
}

std::vector<std::string> names_in(const CLI::App& app, bool top) {
  std::vector<std::string> out;
  for (const CLI::Option* o : app.get_options())
    if (o->get_configurable() && !o->get_lnames().empty()) out.push_back(o->get_lnames().front());
  if (top) out.emplace_back(server);
  return out;
}

void apply_table(CLI::App& app, const toml::table& table, const std::string& file, bool top) {
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const Where where = place_of(file, node, name);
    if (top && name == server && node.is_table()) {
      apply_table(*app.get_subcommand(server), *node.as_table(), file, false);
      continue;
    }
    CLI::Option* option = app.get_option_no_throw("--" + name);
    if (option == nullptr || !option->get_configurable()) {
      const auto names = names_in(app, top);
      const auto close = near_misses(name, names);
      throw Error(
          codes::bad_settings,
          {fmt::format("配置文件中没有“{}”这一项", name), fmt::format("there is no setting \"{}\"", name)},
          where,
          close.empty() ? Text{fmt::format("可用：{}", fmt::join(names, "、")),
                               fmt::format("there are: {}", fmt::join(names, ", "))}
                        : Text{fmt::format("是否想写“{}”？", close.front()),
                               fmt::format("did you mean \"{}\"?", close.front())});
    }
    const auto words = words_of(node, option->get_items_expected_max() > 1);
    if (!words)
      throw Error(
          codes::bad_settings,
          {fmt::format("“{}”不能取这样的值", name), fmt::format("\"{}\" cannot have such a value", name)},
          where,
          {"文字加引号，数字和 true、false 不加；用法见 tributary serve --help",
           "texts stand in quotes, numbers and true, false do not; see tributary serve --help"});
    if (option->count() > 0 || words->empty()) continue;  // named by the command line or the environment
    try {
      option->add_result(*words);
      option->run_callback();
    } catch (const CLI::ParseError& e) {
      throw Error(codes::bad_settings,
                  {fmt::format("“{}”的值不对：{}", name, e.what()),
                   fmt::format("bad value of \"{}\": {}", name, e.what())},
                  where, {"用法见 tributary serve --help", "see tributary serve --help"});
    }
  }
}

}  // namespace

void apply_settings_file(CLI::App& app, const std::string& path) {
  std::error_code ignored;
  if (path.empty() && !std::filesystem::exists(machine_settings, ignored)) return;
  const std::string file = path.empty() ? machine_settings : path;
  const std::string text = read_file(file);
  toml::table table;
  try {
    table = toml::parse(text, file);
  } catch (const toml::parse_error& e) {
    throw Error(
        codes::bad_settings,
        {fmt::format("配置文件不合 TOML 格式：{}", e.description()),
         fmt::format("the configuration file is not well-formed TOML: {}", e.description())},
        {file, static_cast<long>(e.source().begin.line), static_cast<long>(e.source().begin.column), {}},
        {"每行写 名称 = \"值\"；范例见 deploy/tributary.toml",
         "write lines of name = \"value\"; an example is deploy/tributary.toml"});
  }
  apply_table(app, table, file, true);
}

}  // namespace tributary::cli
