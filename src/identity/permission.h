// What may be done: a closed list. Roles, which are data of the packs, are made of these; every route and
// command of the faces names the one it needs.
#pragma once

#include "base/error.h"

#include <array>
#include <bitset>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::identity {

enum class Permission : std::uint8_t {
  places_read,
  readings_read,
  readings_import,
  rules_read,
  whatif_run,
  statements_read,
  statements_run,
  statements_publish,
  statements_object,
  statements_decide,  // on an objection
  statements_confirm,
  statements_post,
  statements_pay,
  ledger_read,
  ledger_export,
  organisations_read,
  organisations_manage,
  users_read,
  users_manage,
  audit_read,
  audit_export,
  jobs_read,
  jobs_cancel,
  system_read,
  cases_read,
  cases_act,
  reports_read,
  reports_act,
  privacy_read,
  privacy_manage,   // holds, proposals to erase, assessments
  privacy_approve,  // exports and erasures that somebody else asked for
  rights_read,
  rights_propose,  // the first person of a transaction of the registry of rights
  rights_approve,  // the second
  surveillance_read,
};

struct PermissionInfo {
  Permission permission;
  std::string_view key;  // "statements.confirm"
  std::string_view zh;
  std::string_view en;
};

inline constexpr std::array permissions = std::to_array<PermissionInfo>({
    {Permission::places_read, "places.read", "查看断面、站点和区划", "see places and divisions"},
    {Permission::readings_read, "readings.read", "查看监测数据", "see readings"},
    {Permission::readings_import, "readings.import", "导入监测数据", "import readings"},
    {Permission::rules_read, "rules.read", "查看规则和参数", "see rules and parameters"},
    {Permission::whatif_run, "whatif.run", "试算", "try other parameters"},
    {Permission::statements_read, "statements.read", "查看结算单", "see statements"},
    {Permission::statements_run, "statements.run", "计算并拟稿结算单", "compute and draft statements"},
    {Permission::statements_publish, "statements.publish", "公示结算单", "publish statements"},
    {Permission::statements_object, "statements.object", "提出异议", "object to statements"},
    {Permission::statements_decide, "statements.decide", "处理异议", "decide on objections"},
    {Permission::statements_confirm, "statements.confirm", "确认结算单", "confirm statements"},
    {Permission::statements_post, "statements.post", "结算单入账", "post statements to the ledger"},
    {Permission::statements_pay, "statements.pay", "登记付款", "record payments"},
    {Permission::ledger_read, "ledger.read", "查看账户和分录", "see accounts and transfers"},
    {Permission::ledger_export, "ledger.export", "导出账簿", "export the ledger"},
    {Permission::organisations_read, "organisations.read", "查看单位", "see organisations"},
    {Permission::organisations_manage, "organisations.manage", "管理单位", "manage organisations"},
    {Permission::users_read, "users.read", "查看用户", "see users"},
    {Permission::users_manage, "users.manage", "管理用户", "manage users"},
    {Permission::audit_read, "audit.read", "查看审计日志", "see the audit trail"},
    {Permission::audit_export, "audit.export", "导出审计日志", "export the audit trail"},
    {Permission::jobs_read, "jobs.read", "查看后台任务", "see background work"},
    {Permission::jobs_cancel, "jobs.cancel", "取消后台任务", "cancel background work"},
    {Permission::system_read, "system.read", "查看系统状态", "see the state of the system"},
    {Permission::cases_read, "cases.read", "查看事项", "see cases"},
    {Permission::cases_act, "cases.act", "办理事项", "deal with cases"},
    {Permission::reports_read, "reports.read", "查看报表", "see reports"},
    {Permission::reports_act, "reports.act", "填报、审核报表", "fill in and approve reports"},
    {Permission::privacy_read, "privacy.read", "查看个人信息登记册", "see the register of personal information"},
    {Permission::privacy_manage, "privacy.manage", "提出删除、保全，登记影响评估",
     "propose erasures, place holds, record assessments"},
    {Permission::privacy_approve, "privacy.approve", "批准个人信息的导出和删除",
     "approve exports and erasures of personal information"},
    {Permission::rights_read, "rights.read", "查看权利登记", "see the registry of rights"},
    {Permission::rights_propose, "rights.propose", "提出权利登记交易", "propose transactions of rights"},
    {Permission::rights_approve, "rights.approve", "审核权利登记交易", "approve transactions of rights"},
    {Permission::surveillance_read, "surveillance.read", "查看交易监测", "see the surveillance of trading"},
});

consteval bool permissions_in_order() {
  for (std::size_t i = 0; i < permissions.size(); ++i)
    if (static_cast<std::size_t>(permissions[i].permission) != i) return false;
  return true;
}
static_assert(permissions_in_order());

constexpr std::string_view key_of(Permission permission) {
  return permissions[static_cast<std::size_t>(permission)].key;
}
Text title_of(Permission permission);
std::optional<Permission> parse_permission(std::string_view key);

// A set of permissions.
class PermissionSet {
 public:
  PermissionSet() = default;
  PermissionSet(std::initializer_list<Permission> list) {
    for (Permission p : list) add(p);
  }
  static PermissionSet all();

  bool has(Permission p) const { return bits_.test(static_cast<std::size_t>(p)); }
  void add(Permission p) { bits_.set(static_cast<std::size_t>(p)); }
  bool empty() const { return bits_.none(); }
  bool within(const PermissionSet& other) const { return (bits_ & ~other.bits_).none(); }
  PermissionSet operator|(const PermissionSet& other) const { return PermissionSet(bits_ | other.bits_); }
  PermissionSet operator&(const PermissionSet& other) const { return PermissionSet(bits_ & other.bits_); }
  bool operator==(const PermissionSet&) const = default;
  std::vector<Permission> list() const;   // in the order of the enumeration
  std::vector<std::string> keys() const;  // the same as keys

 private:
  using Bits = std::bitset<permissions.size()>;
  explicit PermissionSet(const Bits& bits) : bits_(bits) {}
  Bits bits_;
};

// "statements.read statements.run"; throws bad_value naming the first unknown key, with near misses.
PermissionSet parse_permissions(std::string_view keys);
std::string to_string(const PermissionSet& set);

}  // namespace tributary::identity
