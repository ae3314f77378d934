#include "observe/observation_writer.h"

namespace tributary::observe {

ObservationWriter::ObservationWriter(store::Transaction& transaction, std::string jurisdiction,
                                     ImportFileId origin, Instant arrived, std::size_t batch)
    : transaction_(transaction),
      jurisdiction_(std::move(jurisdiction)),
      origin_(origin.value),
      arrived_(arrived.seconds),
      batch_(batch) {
  pending_.reserve(batch);
}

ObservationWriter::~ObservationWriter() = default;

void ObservationWriter::is_new(SeriesId series) {
  extents_.emplace(series.value, std::nullopt);
}

void ObservationWriter::add(NewObservation observation) {
  pending_.push_back(std::move(observation));
  if (pending_.size() >= batch_) flush();
}

const WriteCounts& ObservationWriter::finish() {
  flush();
  return counts_;
}

void ObservationWriter::flush() {
  if (pending_.empty()) return;
  keys_.clear();
  outputs_.clear();
  for (std::uint32_t i = 0; i < pending_.size(); ++i)
    keys_.push_back({pending_[i].series.value, pending_[i].time.seconds, i});
  std::sort(keys_.begin(), keys_.end());
  for (std::size_t from = 0; from < keys_.size();) {
    std::size_t to = from;
    while (to < keys_.size() && keys_[to].series == keys_[from].series) ++to;
    settle_series(from, to);
    from = to;
  }
  write_outputs();
  pending_.clear();
}

// The observations [from, to) of keys_, all of one series.
void ObservationWriter::settle_series(std::size_t from, std::size_t to) {
  const std::int64_t first = keys_[from].time;
  const std::int64_t last = keys_[to - 1].time;
  std::optional<Extent>& extent = extent_of(keys_[from].series);
  std::map<std::int64_t, Stored> stored;
  if (extent && first <= extent->last && last >= extent->first)
    stored = stored_within(keys_[from].series, first, last, from, to);
  if (!stored.empty()) repeated_[keys_[from].series].emplace_back();
  for (std::size_t i = from; i < to;) {
    std::size_t next = i;
    while (next < to && keys_[next].time == keys_[i].time) ++next;
    const auto found = stored.empty() ? stored.end() : stored.find(keys_[i].time);
    settle_time(i, next, found == stored.end() ? nullptr : &found->second);
    i = next;
  }
  extent =
      extent ? Extent{std::min(extent->first, first), std::max(extent->last, last)} : Extent{first, last};
}

bool ObservationWriter::repeated_earlier(std::int64_t series, std::int64_t time) const {
  const auto runs = repeated_.find(series);
  return runs != repeated_.end() &&
         std::any_of(runs->second.begin(), runs->second.end(), [&](const std::vector<std::int64_t>& run) {
           return std::binary_search(run.begin(), run.end(), time);
         });
}

bool ObservationWriter::same_content(const NewObservation& a, const NewObservation& b) const {
  return a.value == b.value && a.detection_limit == b.detection_limit && a.flag == b.flag;
}

// The observations [from, to) of keys_, all of one series and time, in the order of the file.
void ObservationWriter::settle_time(std::size_t from, std::size_t to, const Stored* stored) {
  std::vector<std::uint32_t> distinct{keys_[from].index};
  for (std::size_t i = from + 1; i < to; ++i) {
    const NewObservation& candidate = pending_[keys_[i].index];
    const bool seen = std::any_of(distinct.begin(), distinct.end(), [&](std::uint32_t index) {
      return same_content(pending_[index], candidate);
    });
    if (seen)
      ++counts_.duplicate;
    else
      distinct.push_back(keys_[i].index);
  }
  const NewObservation& final = pending_[distinct.back()];
  if (stored != nullptr && only_add_ && stored->file != origin_) {
    counts_.unchanged += static_cast<std::int64_t>(distinct.size());
    return;
  }
  // What an earlier batch of this very file said: written by it, or found to be stored.
  const bool ours = stored != nullptr &&
                    (stored->file == origin_ || repeated_earlier(final.series.value, final.time.seconds));
  const bool agrees =
      stored != nullptr && stored->value == final.value && stored->detection_limit == final.detection_limit;
  bool conflict = distinct.size() > 1;
  if (agrees && ours && (stored->flag == final.flag || stored->flag == Flag::conflicting)) {
    counts_.duplicate += static_cast<std::int64_t>(distinct.size());
    return;
  }
  if (agrees && stored->flag == (conflict ? Flag::conflicting : final.flag)) {
    counts_.unchanged += static_cast<std::int64_t>(distinct.size());
    repeated_[final.series.value].back().push_back(final.time.seconds);
    return;
  }
  conflict |= ours;
  if (conflict) ++counts_.conflicting;
  std::int64_t revision = stored == nullptr ? 0 : stored->revision + 1;
  for (const std::uint32_t index : distinct) {
    ++(revision == 0 ? counts_.added : counts_.corrected);
    outputs_.push_back({index, revision++, conflict ? Flag::conflicting : pending_[index].flag});
  }
}

std::optional<ObservationWriter::Extent>& ObservationWriter::extent_of(std::int64_t series) {
  const auto [at, fresh] = extents_.try_emplace(series);
  if (fresh) {
    const auto end = [&](std::string_view sql) {
      const auto row = transaction_.first(sql, jurisdiction_, series);
      return row ? std::optional(row->integer(0)) : std::nullopt;
    };
    const auto first =
        end("SELECT time FROM observation WHERE jurisdiction = ? AND series = ? ORDER BY time LIMIT 1");
    const auto last =
        end("SELECT time FROM observation WHERE jurisdiction = ? AND series = ? ORDER BY time DESC LIMIT 1");
    if (first && last) at->second = Extent{*first, *last};
  }
  return at->second;
}

// The latest revisions in the database for the times of keys_[from, to). The query may pass over many other
// times; only those asked for are kept.
std::map<std::int64_t, ObservationWriter::Stored> ObservationWriter::stored_within(
    std::int64_t series, std::int64_t first, std::int64_t last, std::size_t from, std::size_t to) {
  std::map<std::int64_t, Stored> out;
  std::size_t wanted = from;
  transaction_.each(
      [&](const store::Row& row) {
        const std::int64_t time = row.integer(0);
        while (wanted < to && keys_[wanted].time < time) ++wanted;
        if (wanted == to || keys_[wanted].time != time) return;
        const Stored stored{row.integer(1), row.real_or_null(2), row.real_or_null(3),
                            flag_from_number(row.integer(4)), row.integer(5)};
        out.insert_or_assign(out.end(), time, stored);  // revisions ascend: the last one stays
      },
      "SELECT time, revision, value, detection_limit, flag, origin_file FROM observation "
      "WHERE jurisdiction = ? AND series = ? AND time BETWEEN ? AND ? ORDER BY time, revision",
      jurisdiction_, series, first, last);
  return out;
}

void ObservationWriter::write_outputs() {
  if (outputs_.empty()) return;
  static constexpr std::array<std::string_view, 12> columns{
      "jurisdiction",    "series",      "time",       "revision",      "value", "flag",
      "detection_limit", "origin_file", "origin_row", "origin_column", "raw",   "arrived"};
  const auto bulk = transaction_.bulk("observation", columns);
  std::array<store::Value, 12> row;
  row[0] = jurisdiction_;
  row[7] = origin_;
  row[11] = arrived_;
  for (const Output& out : outputs_) {
    NewObservation& o = pending_[out.index];
    row[1] = o.series.value;
    row[2] = o.time.seconds;
    row[3] = out.revision;
    row[4] = store::to_value(o.value);
    row[5] = static_cast<std::int64_t>(out.flag);
    row[6] = store::to_value(o.detection_limit);
    row[8] = o.row;
    row[9] = o.column;
    row[10] = std::move(o.raw);
    bulk->row(row);
  }
  bulk->finish();
}

}  // namespace tributary::observe
