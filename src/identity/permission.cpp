#include "identity/permission.h"

#include "base/text.h"
#include "identity/codes.h"
#include "identity/words.h"

#include <fmt/format.h>

namespace tributary::identity {

Text title_of(Permission permission) {
  const PermissionInfo& info = permissions[static_cast<std::size_t>(permission)];
  return {std::string(info.zh), std::string(info.en)};
}

std::optional<Permission> parse_permission(std::string_view key) {
  for (const PermissionInfo& info : permissions)
    if (info.key == key) return info.permission;
  return std::nullopt;
}

PermissionSet PermissionSet::all() {
  PermissionSet out;
  for (const PermissionInfo& info : permissions) out.add(info.permission);
  return out;
}

std::vector<Permission> PermissionSet::list() const {
  std::vector<Permission> out;
  for (const PermissionInfo& info : permissions)
    if (has(info.permission)) out.push_back(info.permission);
  return out;
}

std::vector<std::string> PermissionSet::keys() const {
  std::vector<std::string> out;
  for (Permission p : list()) out.emplace_back(key_of(p));
  return out;
}

PermissionSet parse_permissions(std::string_view keys) {
  PermissionSet out;
  for (const std::string& key : words_of(keys)) {
    const auto found = parse_permission(key);
    if (!found) {
      std::vector<std::string> known;
      for (const PermissionInfo& info : permissions) known.emplace_back(info.key);
      const auto close = near_misses(key, known);
      throw Error(codes::bad_value,
                  {fmt::format("没有权限“{}”", key), fmt::format("there is no permission \"{}\"", key)},
                  {"", 0, 0, "permissions"},
                  close.empty() ? Text{fmt::format("可用：{}", fmt::join(known, "、")),
                                       fmt::format("there are: {}", fmt::join(known, ", "))}
                                : Text{fmt::format("是否想写“{}”？", close[0]),
                                       fmt::format("did you mean \"{}\"?", close[0])});
    }
    out.add(*found);
  }
  return out;
}

std::string to_string(const PermissionSet& set) {
  return text_of(set.keys());
}

}  // namespace tributary::identity
