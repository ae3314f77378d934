// What is measured: code, names, unit and reporting precision of an indicator (policies/cn/indicators.yaml):
//
//   indicators:
//     - {code: nh3n, title: {zh: 氨氮, en: ammonia nitrogen}, unit: mg/L, kind: water, decimals: 3,
//        decimals_verified: false, hj212: w21003, hj212_unit: mg/L}
//
// `decimals`, `hj212` and `hj212_unit` are absent where they are not known.
#pragma once

#include "base/error.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tributary::observe {

enum class IndicatorKind : std::uint8_t { water, air };

struct IndicatorInfo {
  std::string code;
  Text title;
  std::string unit;
  IndicatorKind kind = IndicatorKind::water;
  std::optional<int> decimals;
  bool decimals_verified = false;
  std::string hj212;       // factor code of HJ 212-2017 Annex B
  std::string hj212_unit;  // the unit telemetry comes in; convert to `unit`
};

}  // namespace tributary::observe
