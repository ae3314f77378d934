// The command line: options, subcommands, and how errors are told.
#include "base/json.h"
#include "base/text.h"
#include "cli/auction_commands.h"
#include "cli/bank_commands.h"
#include "cli/book_commands.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "cli/settings_file.h"
#include "cli/smart_commands.h"

#include <algorithm>
#include <exception>
#include <iostream>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

void print_error(const Error& e, const Context& context, std::ostream& err) {
  if (context.json()) {
    Json out;
    out["error"] = fmt::format("{}.{}", e.code().module, e.code().name);
    out["number"] = e.code().number;
    out["message"] = json_of(e.message());
    if (const std::string where = to_string(e.where()); !where.empty()) out["where"] = where;
    if (!e.hint().zh.empty()) out["hint"] = json_of(e.hint());
    err << out.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    return;
  }
  const std::string where = to_string(e.where());
  const auto one = [&](const char* head, const std::string& message, const char* do_this,
                       const std::string& hint) {
    err << document::printable(
        fmt::format("{}{}{}{}\n", head, where.empty() ? "" : where + ": ", message, ""));
    if (!hint.empty()) err << document::printable(fmt::format("  {}{}\n", do_this, hint));
  };
  const auto language = context.language();
  if (language != document::Language::en) one("错误：", e.message().zh, "→ ", e.hint().zh);
  if (language != document::Language::zh) one("error: ", e.message().en, "→ ", e.hint().en);
  err << fmt::format("  [{}.{}]\n", e.code().module, e.code().name);
}

// Names of the subcommands below an app, for near misses.
std::vector<std::string> command_names(const CLI::App& app) {
  std::vector<std::string> out;
  for (const CLI::App* sub : app.get_subcommands({})) out.push_back(sub->get_name());
  return out;
}

const Text incomplete{"命令不完整", "the command is incomplete"};

// The subcommand that was reached, and the first word after it that is not one.
Error unknown_command(const CLI::App& app, const std::vector<std::string>& arguments) {
  const CLI::App* at = &app;
  bool is_value = false;  // of the option before it
  for (const std::string& word : arguments) {
    if (std::exchange(is_value, false)) continue;
    if (word.starts_with("-")) {
      const CLI::Option* option = app.get_option_no_throw(word);
      is_value = option != nullptr && option->get_expected_max() > 0;
      continue;
    }
    const auto names = command_names(*at);
    if (names.empty()) break;
    if (std::find(names.begin(), names.end(), word) != names.end()) {
      at = at->get_subcommand(word);
      continue;
    }
    const auto close = near_misses(word, names);
    return {codes::bad_usage,
            {fmt::format("没有命令“{}”", word), fmt::format("there is no command \"{}\"", word)},
            {},
            close.empty() ? Text{fmt::format("可用：{}", fmt::join(names, "、")),
                                 fmt::format("there are: {}", fmt::join(names, ", "))}
                          : Text{fmt::format("是否想用“{}”？", fmt::join(close, "”“")),
                                 fmt::format("did you mean \"{}\"?", fmt::join(close, "\", \""))}};
  }
  return {codes::bad_usage, incomplete, {}, {"加 --help 看用法", "add --help to see how it is used"}};
}

}  // namespace

int run_program(const std::vector<std::string>& arguments, const Clock& clock, std::ostream& out,
                std::ostream& err) {
  CLI::App app{
      "Tributary 生态保护补偿 / ecological compensation: readings in, statements out, every yuan "
      "explained.\n",
      "tributary"};
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", "tributary 0.1.0");
  Options options;
  app.add_option("--db", options.database, "数据库 / database: sqlite:PATH or postgresql://…")
      ->envname("TRIBUTARY_DB")
      ->capture_default_str();
  app.add_option("--packs", options.packs, "政策包文件夹 / folder of the policy packs")
      ->envname("TRIBUTARY_PACKS");
  app.add_option("--jurisdiction", options.jurisdiction, "地区代码 / jurisdiction code");
  app.add_option("--lang", options.language, "语言 / language: zh, en, both")
      ->envname("TRIBUTARY_LANG")
      ->check(CLI::IsMember({"zh", "en", "both"}))
      ->capture_default_str();
  app.add_option("--public-url", options.public_url,
                 "公众使用的网址，印在结算单上 / address that citizens use, stands on statements");
  app.add_option("--key-file", options.key_file,
                 "个人信息和验证器的密钥文件 / file of the keys of personal values and authenticators (default: "
                 "identity.key beside the database)");
  app.add_option("--by", options.by, "经办人 / who does it")->configurable(false);
  app.add_flag("--json", options.json, "输出 JSON / print JSON")->configurable(false);
  app.add_option("--config", options.settings_file,
                 "配置文件 / configuration file (default: /etc/tributary/tributary.toml if it is there)")
      ->envname("TRIBUTARY_CONFIG")
      ->configurable(false);
  app.footer(
      "例 / examples:\n"
      "  tributary init --jurisdiction 341602 --pack demo\n"
      "  tributary import data/water/cnemc_daily_huai_xinan.csv --as cnemc-daily\n"
      "  tributary run section-month --period 2020-10\n"
      "  tributary statement explain 1\n"
      "退出码 / exit codes: 0 ok, 1 a check failed, 2 bad input, 3 not found, 4 conflict, 5 forbidden, 6 "
      "unavailable, 70 fault\n");
  Action action;
  add_data_commands(app, action);
  add_observe_commands(app, action);
  add_rule_commands(app, action);
  add_statement_commands(app, action);
  add_ledger_commands(app, action);
  add_right_commands(app, action);
  add_compliance_command(app, action);
  add_exchange_commands(app, action);
  add_auction_commands(app, action);
  add_book_commands(app, action);
  add_smart_commands(app, action);
  add_bank_commands(app, action);
  add_serve_command(app, action);
  add_backup_commands(app, action);
  add_pack_commands(app, action);
  add_case_commands(app, action);
  add_key_commands(app, action);
  add_privacy_commands(app, action);
  add_identity_commands(app, action);
  add_allocate_command(app, action);
  add_rank_command(app, action);
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(reversed);
  } catch (const CLI::Success& e) {
    return app.exit(e, out, err);
  } catch (const CLI::RequiredError& e) {
    Context context(options, clock, out);
    if (arguments.empty()) {
      out << app.help();
      return 2;
    }
    const Error unknown = unknown_command(app, arguments);
    const std::string what = e.what();  // "id is required", "A subcommand is required"
    const std::string name = what.substr(0, what.find(" is required"));
    if (unknown.message().en != incomplete.en || name.size() == what.size() || name.starts_with("A "))
      print_error(unknown, context, err);
    else
      print_error({unknown.code(),
                   {fmt::format("命令不完整：缺少 {}", name),
                    fmt::format("the command is incomplete: {} is missing", name)},
                   {},
                   unknown.hint()},
                  context, err);
    return 2;
  } catch (const CLI::ExtrasError& e) {
    Context context(options, clock, out);
    const Error unknown = unknown_command(app, arguments);
    if (unknown.message().en != incomplete.en)
      print_error(unknown, context, err);
    else
      print_error({codes::bad_usage,
                   {fmt::format("多余的参数：{}", e.what()), fmt::format("too much: {}", e.what())},
                   {},
                   {"加 --help 看用法", "add --help to see how it is used"}},
                  context, err);
    return 2;
  } catch (const CLI::ParseError& e) {
    Context context(options, clock, out);
    print_error({codes::bad_usage,
                 {fmt::format("命令行有误：{}", e.what()), fmt::format("bad command line: {}", e.what())},
                 {},
                 {"加 --help 看用法", "add --help to see how it is used"}},
                context, err);
    return 2;
  }
  try {
    apply_settings_file(app, options.settings_file);
  } catch (const Error& e) {
    print_error(e, Context(options, clock, out), err);
    return exit_code(e.kind());
  }
  Context context(options, clock, out);
  try {
    const int code = action(context);
    out.flush();
    return code;
  } catch (const Error& e) {
    out.flush();
    print_error(e, context, err);
    return exit_code(e.kind());
  } catch (const std::exception& e) {
    out.flush();
    err << "tributary: 程序内部故障 / a fault of the program: " << e.what() << '\n';
    return 70;
  }
}

}  // namespace tributary::cli
