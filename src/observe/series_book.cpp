#include "observe/series_book.h"

#include "observe/codes.h"

#include <fmt/format.h>

namespace tributary::observe {
namespace {

constexpr std::size_t most_unknown_names = 10000;  // kept; a file full of garbage must not fill the memory

}  // namespace

SeriesBook::SeriesBook(store::Transaction& transaction, std::string jurisdiction,
                       const ImportMapping& mapping, const PlaceLookup& lookup, const NearPlaces& near)
    : transaction_(transaction),
      jurisdiction_(std::move(jurisdiction)),
      mapping_(mapping),
      lookup_(lookup),
      near_(near) {
  last_id_ =
      transaction.query("SELECT COALESCE(MAX(id), 0) FROM series WHERE jurisdiction = ?", jurisdiction_)
          .front()
          .integer(0);
  transaction.each(
      [&](const store::Row& row) {
        for (std::size_t i = 0; i < mapping_.values.size(); ++i) {
          const ValueColumn& value = mapping_.values[i];
          if (value.indicator != row.text(2)) continue;
          if (value.unit != row.text(3))
            throw Error(codes::unit_mismatch,
                        {fmt::format("{} 的 {} 序列单位为“{}”，对照表为“{}”", row.text(1), row.text(2),
                                     row.text(3), value.unit),
                         fmt::format("the series {} of {} is in \"{}\", the mapping says \"{}\"", row.text(2),
                                     row.text(1), row.text(3), value.unit)},
                        {{}, 0, 0, value.column},
                        {"同一来源的单位不能改变；请修正对照表，或另立来源",
                         "the unit of a source cannot change: correct the mapping, or name another source"});
          auto& series = by_place_[row.text(1)];
          series.resize(mapping_.values.size());
          series[i] = {row.integer(0)};
        }
      },
      "SELECT id, place, indicator, unit FROM series WHERE jurisdiction = ? AND source = ?", jurisdiction_,
      mapping_.source);
}

const SeriesBook::Page& SeriesBook::page(std::string_view name_in_file) {
  if (const auto found = pages_.find(name_in_file); found != pages_.end()) return found->second;
  Page page;
  page.place = lookup_(name_in_file);
  if (page.place) {
    page.series = &by_place_[*page.place];  // elements of an unordered_map stay where they are
    page.series->resize(mapping_.values.size());
  } else if (near_) {
    page.near = near_(name_in_file);
  }
  if (!page.place && pages_.size() >= most_unknown_names) return uncached_ = std::move(page);
  return pages_.emplace(std::string(name_in_file), std::move(page)).first->second;
}

SeriesId SeriesBook::series(const Page& page, std::size_t value, ObservationWriter& writer) {
  SeriesId& id = (*page.series)[value];
  if (id.value != 0) return id;
  id = {++last_id_};
  const ValueColumn& column = mapping_.values[value];
  transaction_.execute(
      "INSERT INTO series (jurisdiction, id, place, indicator, source, unit) VALUES (?, ?, ?, ?, ?, ?)",
      jurisdiction_, id.value, *page.place, column.indicator, mapping_.source, column.unit);
  writer.is_new(id);
  ++created_;
  return id;
}

Error SeriesBook::unknown(const Page& page, std::string_view name_in_file, Where where) {
  Text hint{"请先登记该断面或站点，或把这个名称登记为它的别名",
            "register the section or station first, or this name as an alias of it"};
  std::string zh;
  std::string en;
  for (const std::string& name : page.near) {
    zh += fmt::format("{}“{}”", zh.empty() ? "" : "、", name);
    en += fmt::format("{}\"{}\"", en.empty() ? "" : ", ", name);
  }
  if (!zh.empty())
    hint = {fmt::format("是否指{}？否则{}", zh, hint.zh),
            fmt::format("did you mean {}? Else {}", en, hint.en)};
  return Error(
      codes::unknown_place,
      {fmt::format("没有登记过“{}”", name_in_file), fmt::format("\"{}\" is not registered", name_in_file)},
      std::move(where), hint);
}

}  // namespace tributary::observe
