#include "identity/types.h"

#include <array>
#include <utility>

namespace tributary::identity {
namespace {

struct KindName {
  OrganisationKind kind;
  std::string_view name;
  std::string_view zh;
  std::string_view en;
};
constexpr std::array kinds = std::to_array<KindName>({
    {OrganisationKind::government, "government", "人民政府", "government"},
    {OrganisationKind::office, "office", "联席会议办公室", "joint-conference office"},
    {OrganisationKind::department, "department", "部门", "department"},
    {OrganisationKind::township, "township", "乡镇、街道、园区", "township, subdistrict or zone"},
    {OrganisationKind::enterprise, "enterprise", "企业", "enterprise"},
    {OrganisationKind::third_party, "third_party", "第三方机构", "third party"},
    {OrganisationKind::public_body, "public", "社会公众", "the public"},
});

}  // namespace

std::string_view to_string(OrganisationKind kind) {
  return kinds[static_cast<std::size_t>(kind)].name;
}
std::optional<OrganisationKind> parse_organisation_kind(std::string_view name) {
  for (const KindName& k : kinds)
    if (k.name == name) return k.kind;
  return std::nullopt;
}
Text title_of(OrganisationKind kind) {
  const KindName& k = kinds[static_cast<std::size_t>(kind)];
  return {std::string(k.zh), std::string(k.en)};
}

std::string_view to_string(Scope scope) {
  return scope == Scope::tenant ? "tenant" : "own";
}
std::optional<Scope> parse_scope(std::string_view name) {
  if (name == "tenant") return Scope::tenant;
  if (name == "own") return Scope::own;
  return std::nullopt;
}

std::string_view to_string(UserState state) {
  return state == UserState::active ? "active" : "disabled";
}
std::optional<UserState> parse_user_state(std::string_view name) {
  if (name == "active") return UserState::active;
  if (name == "disabled") return UserState::disabled;
  return std::nullopt;
}

}  // namespace tributary::identity
