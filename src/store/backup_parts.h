// What backups of both kinds of database share; private to `store`.
#pragma once

#include "store/backend.h"
#include "store/backup.h"

#include <string>

namespace tributary::store {

// A file that gets its name only when it is whole: written under another name in the same folder, removed
// when destroyed unpublished.
class UnfinishedFile {
 public:
  // Makes an empty file that only its owner may read. Throws disk_failure.
  explicit UnfinishedFile(std::string final_path);
  ~UnfinishedFile();
  UnfinishedFile(const UnfinishedFile&) = delete;
  UnfinishedFile& operator=(const UnfinishedFile&) = delete;

  const std::string& path() const { return path_; }
  // To the disk, then to its name. Throws `taken` when something of that name appeared meanwhile.
  void publish(const Error& taken);

 private:
  std::string final_;
  std::string path_;
};

Error file_exists(const std::string& file);
// The file is damaged, or something else; `why` in both languages.
Error not_a_backup(const std::string& file, const Text& why);
// A database without our schema, to be backed up.
Error not_our_database(const std::string& url);
// A failed call of the system on a file: disk_full or disk_failure, by errno.
Error file_failure(const std::string& path, int reason);
bool there_is(const std::string& path);

Backup back_up_sqlite(const std::string& url, const std::string& file, std::span<const Migration> known);
Backup restore_sqlite(const std::string& file, const std::string& url, std::span<const Migration> known);
Backup back_up_postgresql(const std::string& url, const std::string& file, std::span<const Migration> known);
Backup restore_postgresql(const std::string& file, const std::string& url, std::span<const Migration> known);

// What a database has of the schema, checked against what the program knows.
Backup described(const AppliedSteps& have, std::span<const Migration> known);

}  // namespace tributary::store
