// serve: the API and the console over HTTP.
#include "api/server.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/codes.h"
#include "cli/context.h"
#include "identity/identity.h"
#include "identity/key_file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string_view>

#include <CLI/CLI.hpp>
#include <arpa/inet.h>
#include <fmt/format.h>

namespace tributary::cli {
namespace {

struct ServeArguments {
  std::string listen = "127.0.0.1:8080";
  std::string web;
  std::string certificate;
  std::string key;
  std::vector<std::string> proxies;
  std::string licence;
  api::Basemap basemap;
  std::string outlines;
  std::string cipher = "aes";
  std::size_t workers = 4;
  std::size_t connections = 4000;
  bool no_limits = false;
  bool quiet = false;
};

// "127.0.0.1:8080", "[::1]:8080", ":8080" for every address.
std::pair<std::string, std::uint16_t> address_of(const std::string& text) {
  const std::size_t colon = text.find_last_of(':');
  std::uint16_t port = 0;
  bool good = colon != std::string::npos;
  if (good) {
    const auto [end, error] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
    good = error == std::errc{} && end == text.data() + text.size() && colon + 1 < text.size();
  }
  if (!good)
    throw Error(codes::bad_usage,
                {fmt::format("“{}”应写成 地址:端口", text), fmt::format("\"{}\" must be address:port", text)},
                {}, {"例如 127.0.0.1:8080", "for example 127.0.0.1:8080"});
  std::string host = text.substr(0, colon);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return {host.empty() ? "0.0.0.0" : host, port};
}

// The built console: beside the program, or where packages put it.
std::string web_folder(const std::string& given) {
  namespace fs = std::filesystem;
  if (!given.empty()) return given;
  std::vector<std::string> tried{"web/dist"};
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  if (!ignored) tried.push_back((program.parent_path().parent_path().parent_path() / "web/dist").string());
  tried.emplace_back("/usr/share/tributary/web");
  for (const std::string& folder : tried)
    if (fs::exists(folder + "/index.html", ignored)) return folder;
  return tried.front();
}

// As the server sees the address of a connection. A name, a typing error or another spelling here would never
// be believed, and nobody would notice.
std::string address_as_seen(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1)
    return inet_ntop(AF_INET, bytes.data(), out.data(), out.size());
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
    constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::equal(mapped.begin(), mapped.end(), bytes.begin()))
      return inet_ntop(AF_INET, bytes.data() + mapped.size(), out.data(), out.size());
    return inet_ntop(AF_INET6, bytes.data(), out.data(), out.size());
  }
  throw Error(codes::bad_usage,
              {fmt::format("“{}”不是 IP 地址", text), fmt::format("\"{}\" is not an IP address", text)},
              {"", 0, 0, "trusted-proxy"}, {"例如 127.0.0.1 或 ::1", "for example 127.0.0.1 or ::1"});
}

int serve(Context& c, const ServeArguments& a) {
  if (const char* staged = std::getenv("TRIBUTARY_DEMONSTRATION_CLOCK"); staged != nullptr && *staged != 0)
    throw Error(codes::bad_usage, {"TRIBUTARY_DEMONSTRATION_CLOCK 只用于单条命令，服务器的时间要走",
                                   "TRIBUTARY_DEMONSTRATION_CLOCK is for single commands: a server's time goes on"},
                {}, {"请取消这个环境变量", "unset this variable"});
  if (a.certificate.empty() != a.key.empty())
    throw Error(codes::bad_usage,
                {"--tls-cert 与 --tls-key 须同时给出", "--tls-cert and --tls-key go together"});
  const auto [host, port] = address_of(a.listen);
  const auto url_at = [&, &listening = host](std::uint16_t at) {
    const bool wide = listening == "0.0.0.0" || listening == "::";
    return fmt::format("{}://{}:{}", a.certificate.empty() ? "http" : "https",
                       wide                                       ? "127.0.0.1"
                       : listening.find(':') == std::string::npos ? listening
                                                                  : "[" + listening + "]",
                       at);
  };
  api::ServerSettings settings;
  settings.public_url = c.public_url();
  settings.licence = a.licence;
  settings.basemap = a.basemap;
  settings.outlines = a.outlines;
  settings.cipher = *identity::parse_cipher(a.cipher);
  settings.database = c.options().database;
  settings.tenant = c.tenant();
  settings.packs = c.packs_folder();
  settings.pack = c.policy().pack().id;
  settings.web = web_folder(a.web);
  settings.version = "0.1.0";
  for (const std::string& proxy : a.proxies) settings.trusted_proxies.push_back(address_as_seen(proxy));
  settings.workers = a.workers;
  settings.log_requests = !a.quiet;
  if (a.no_limits) settings.signed_in = settings.anonymous = settings.sign_in = settings.look_up = {};
  settings.scratch = c.state_folder() + "/scratch";
  std::filesystem::create_directories(settings.scratch);
  std::filesystem::permissions(settings.scratch, std::filesystem::perms::owner_all);
  identity::SystemEntropy entropy;
  // Held while the server runs: keys are not changed under it.
  const identity::KeyFile keys(c.key_file(), entropy, identity::KeyFile::Use::shared);
  settings.identity.key = keys.keys();

  identity::Identity identity(c.database(), c.tenant(), c.clock(), entropy, settings.identity);
  identity::IdentityData data;
  for (const auto& info : c.policy().packs())
    data.append(identity::read_identity_folder(info.folder + "/identity"));
  identity.apply(data);

  api::HttpSettings http;
  http.address = host;
  http.port = port;
  http.max_connections = a.connections;
  http.tls_certificate = a.certificate;
  http.tls_key = a.key;

  // Signals are taken by this thread alone; threads made from here on leave them to it.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const api::Server server(settings, http, c.clock(), entropy,
                           [](const std::string& line) { std::cerr << line + "\n"; });
  // Only now that it runs: the password is shown once, and a start that fails would lose it.
  const auto first = identity.ensure_administrator();
  const std::string url = url_at(server.port()) + "/";
  if (c.json()) {
    Json out{{"url", url}};
    if (first) out["administrator"] = {{"name", first->user.name}, {"one_time_password", first->password}};
    c.print(out);
  } else {
    c.line({"Tributary 已启动：" + url, "Tributary is running: " + url});
    if (first)
      c.line({fmt::format("首次登录：用户 {}，一次性密码 {}（只显示这一次，登录后须修改）", first->user.name,
                          first->password),
              fmt::format("First sign-in: user {}, one-time password {} (shown only now; to be changed after "
                          "signing in)",
                          first->user.name, first->password)});
    c.line({"按 Ctrl+C 停止。", "Ctrl+C stops it."});
  }
  c.out().flush();
  int signal = 0;
  sigwait(&signals, &signal);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);  // a second one ends it at once
  if (!c.json()) c.line({"正在停止……", "Stopping …"});
  c.out().flush();
  return 0;
}

}  // namespace

void add_serve_command(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("serve", "启动服务器：接口和网页 / the server: API and console");
  const auto a = std::make_shared<ServeArguments>();
  command->add_option("--listen", a->listen, "地址:端口 / address:port")->capture_default_str();
  command->add_option(
      "--basemap", a->basemap.url,
      "底图瓦片的网址模板，含 {z}{x}{y}，多层以空格分隔 / addresses of map tiles with {z}{x}{y}, "
      "layers separated by blanks (default: none, nothing is asked of anybody)");
  command
      ->add_option("--cipher", a->cipher,
                   "事项中个人信息的加密算法 / cipher of personal values in cases: aes (AES-256-GCM), sm4 "
                   "(SM4-CTR, HMAC-SM3)")
      ->check(CLI::IsMember({"aes", "sm4"}))
      ->capture_default_str();
  command->add_option("--basemap-attribution", a->basemap.attribution,
                      "底图的版权声明 / what the map's licence asks to be said");
  command->add_option("--outlines", a->outlines,
                      "地图上区划轮廓的 GeoJSON 文件 / GeoJSON file of divisions for the map (default: none)");
  command
      ->add_option("--open-data-licence", a->licence,
                   "开放数据许可的网址，写进数据目录；不设则写“许可未说明” / address of the licence of open "
                   "data; by default not stated")
      ->check([](const std::string& given) {
        const bool address = given.starts_with("https://") || given.starts_with("http://");
        return address && given.find_first_of(" <>\"{}|\\^`") == std::string::npos
                   ? std::string()
                   : "应为网址 / must be an address";
      });
  command->add_option("--web", a->web, "网页文件夹 / folder of the built console (default: web/dist)");
  command->add_option("--tls-cert", a->certificate, "证书（PEM）/ certificate chain (PEM)");
  command->add_option("--tls-key", a->key, "私钥（PEM）/ private key (PEM)");
  command->add_option("--trusted-proxy", a->proxies,
                      "可信反向代理的地址，可多次 / address of a reverse proxy that is believed; repeatable");
  command->add_option("--workers", a->workers, "工作线程 / worker threads")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("--connections", a->connections, "最多连接数 / connections at most")
      ->check(CLI::Range(16, 100000))
      ->capture_default_str();
  command->add_flag("--no-rate-limits", a->no_limits,
                    "不限请求频率（仅供测量）/ no rate limits (for measuring only)");
  command->add_flag("--quiet", a->quiet, "不记录每个请求 / no log line for each request");
  command->footer("例 / example: tributary serve --listen 127.0.0.1:8080");
  command->callback([=, &action] { action = [=](Context& c) { return serve(c, *a); }; });
}

}  // namespace tributary::cli
