// Errors as the API tells them: problem details (RFC 9457) with our stable code, both languages and a hint.
#pragma once

#include "api/call.h"

#include <string>
#include <vector>

namespace tributary::api {

int status_of(const Error& error);

// What is wrong with a query or a body: every fault, each with its field.
class InvalidInput : public Error {
 public:
  InvalidInput(Code code, std::vector<schema::Fault> faults);
  // The error, where several faults of its kind were found.
  InvalidInput(const Error& error, std::vector<schema::Fault> faults) : Error(error), faults_(std::move(faults)) {}
  const std::vector<schema::Fault>& faults() const { return faults_; }

 private:
  std::vector<schema::Fault> faults_;
};

// Too many requests; `wait` in seconds.
class Limited : public Error {
 public:
  explicit Limited(std::int64_t wait);
  std::int64_t wait() const { return wait_; }

 private:
  std::int64_t wait_;
};

// `packs` and `scratch`: folders whose names are cut from places, since they tell about the machine.
Response problem(const Error& error, const std::string& request_id, Tongue tongue,
                 const ServerSettings* settings);

}  // namespace tributary::api
