// How reports stand in answers: their JSON and its schemas.
#pragma once

#include "api/problem.h"
#include "api/routes.h"
#include "reporting/reporting.h"

namespace tributary::api {

reporting::Reporting reporting_of(Call& call);
Json report_set_json(const reporting::DataSet& set);
Json report_set_schema();
Json element_json(const reporting::Element& element);
Json element_schema();
Json report_head_json(const reporting::Book& book, const reporting::ReportHead& head);
Json report_head_schema();
Json report_entry_json(const reporting::Entry& entry);
Json report_json(const reporting::Book& book, const reporting::Report& report);
Json report_schema();
Json total_json(const reporting::Total& total, bool indicator, int places);

// Faults of figures as faults of the body, each by its element; cells of others as faults of a 409.
template <class Work>
auto figures_told(Work&& work) {
  try {
    return work();
  } catch (const reporting::BadFigures& e) {
    std::vector<schema::Fault> faults;
    for (const auto& fault : e.faults()) faults.push_back({fault.element, fault.text});
    throw InvalidInput(e.code(), std::move(faults));
  } catch (const reporting::Conflict& e) {
    std::vector<schema::Fault> faults;
    for (const auto& [element, entry] : e.theirs())
      faults.push_back({element, {entry.user + "：" + entry.value, entry.user + ": " + entry.value}});
    throw InvalidInput(e.code(), std::move(faults));
  }
}

}  // namespace tributary::api
