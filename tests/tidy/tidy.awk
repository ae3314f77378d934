# The line rules of tests/tidy/tidy. Reads source files named on the command line, prints one finding per line:
#   file:line: rule: what is wrong and what to do instead
# Variables: root (prefix cut off the names), deps ("ledger=base store;…": what a module may include).

BEGIN {
  n = split(deps, one, ";")
  for (i = 1; i <= n; ++i)
    if ((at = index(one[i], "="))) allowed[substr(one[i], 1, at - 1)] = substr(one[i], at + 1)
}

function report(rule, message) { printf "%s:%d: %s: %s\n", name, FNR, rule, message }

# Code without comments and without the contents of strings and characters.
function code_of(line,    out, i, c, rest, end) {
  out = ""
  for (i = 1; i <= length(line); ++i) {
    c = substr(line, i, 1)
    rest = substr(line, i)
    if (in_raw != "") {
      end = index(rest, in_raw)
      if (!end) return out
      i += end + length(in_raw) - 2
      in_raw = ""
      out = out "\""
    } else if (in_comment) {
      end = index(rest, "*/")
      if (!end) return out
      i += end
      in_comment = 0
    } else if (substr(rest, 1, 2) == "//") {
      return out
    } else if (substr(rest, 1, 2) == "/*") {
      in_comment = 1
      ++i
    } else if (match(rest, /^R"[A-Za-z_]*\(/)) {
      in_raw = ")" substr(rest, 3, RLENGTH - 3) "\""
      i += RLENGTH - 1
      out = out "\""
    } else if (c == "\"") {
      for (++i; i <= length(line) && substr(line, i, 1) != "\""; ++i)
        if (substr(line, i, 1) == "\\") ++i
      out = out "\"\""
    } else if (match(rest, /^'(\\.[0-7a-fA-F]*|[^\\'])'/)) {
      i += RLENGTH - 1
      out = out "''"
    } else {
      out = out c
    }
  }
  return out
}

# A call of one of `names` (a|b|c), whole words.
function calls(code, names) { return code ~ "(^|[^A-Za-z0-9_.>])(" names ")[ ]*\\(" }

function banned(pattern, instead) { report("banned", pattern " – " instead) }

FNR == 1 {
  name = FILENAME
  sub("^" root "/", "", name)
  split(name, part, "/")
  module = part[1] == "src" ? part[2] : ""
  file = part[3]
  header = name ~ /\.h$/
  test = module == "" || name ~ /(_test\.cpp|testing\.(h|cpp)|random_[a-z_]*\.h|naive_[a-z_]*\.h|samples\.h)$/
  in_comment = 0
  in_raw = ""
  if (header && $0 !~ /^(\/\/|\/\*)[ ]*[^ ]/) report("header-comment", "a header begins with a comment that says what it is for")
}

/\r$/ { report("line-end", "lines end with LF alone") }
/[ \t]\r?$/ { report("trailing-space", "blanks at the end of the line") }
/\t/ { report("tab", "indent with blanks") }
/TODO|FIXME|(^|[^X])XXX([^X]|$)/ { report("leftover", "what is left to do belongs in an issue") }

/^#include "/ && module != "" {
  included = $2
  gsub(/"/, "", included)
  if (included ~ /\.\.\//) {
    report("parent-include", "write \"module/header.h\"")
  } else if (included !~ /\//) {
    report("layers", "write \"" module "/" included "\"")
  } else {
    target = included
    sub(/\/.*/, "", target)
    if (target != module && index(" " allowed[module] " ", " " target " ") == 0)
      report("layers", module " does not declare " target " among its dependencies (src/" module "/CMakeLists.txt)")
  }
}

# Each library behind one module, so that it can be replaced.
/^#include </ && module != "" && !test {
  included = $2
  if (included ~ /^<sqlite3|^<libpq/ && module != "store") report("third-party", "databases are spoken to through store/store.h")
  if (included ~ /^<(pango|cairo|xlsxwriter)/ && module != "document") report("third-party", "documents are made through document/document.h")
  if (included ~ /^<yaml-cpp/ && module != "policy") report("third-party", "YAML is read through policy/yaml.h")
  if (included ~ /^<CLI\// && module != "cli") report("third-party", "the command line is read in cli")
  if (included ~ /^<gmp/ && module != "base") report("third-party", "fractions are base/rational.h")
  if (included ~ /^<coin\// && module != "optimise") report("third-party", "linear programmes are solved through optimise/solve.h")
  if (included ~ /^<sodium/ && module != "identity") report("third-party", "passwords, random bytes and ciphers are in identity")
  if (included ~ /^<boost\//) report("third-party", "Boost is an oracle for tests only")
  if (included ~ /^<regex>/) report("banned", "std::regex – slow and recursive; parse with base/text.h")
}

{
  code = code_of($0)
  if (code !~ /[^ ]/) next
  if (calls(code, "(std::)?(s?rand|random_shuffle)")) banned("rand", "a seeded std::mt19937_64 that the caller gives")
  if (calls(code, "(std::)?(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|strtok)")) banned("C strings", "std::string and fmt::format")
  if (code ~ /using namespace std[; ]/) banned("using namespace std", "name what is used")
  if (code ~ /std::endl/) banned("std::endl", "'\\n'; flush where it is meant")
  if (code ~ /(^|[^A-Za-z0-9_])goto [a-z]/) banned("goto", "a function")
  if (code ~ /(^|[^A-Za-z0-9_])delete(\[\])? [A-Za-z_(*]|(^|[^A-Za-z0-9_])delete\[\]/) banned("delete", "std::unique_ptr or a value")
  if (calls(code, "(std::)?(malloc|calloc|realloc|free)")) banned("malloc, free", "std::vector or std::string")
  if (calls(code, "(std::)?(setlocale|setenv|putenv)") && !test) banned("process-wide state", "pass the value")
  if (test) next
  # std::unique_ptr of a class with a private constructor is the one place where `new` may stand.
  if (code ~ /(^|[^A-Za-z0-9_])new [A-Za-z_:(]/ && code !~ /unique_ptr<[A-Za-z_:]*>\(new /) banned("new", "std::make_unique or a value")
  if (calls(code, "(std::)?(system|popen|execl|execv|execvp|fork)")) banned("starting programs", "a library")
  if (calls(code, "(std::)?(atoi|atol|atoll|atof|strtod|stoi|stol|stoll|stoul|stoull|stof|stod|sscanf)")) banned("careless reading of numbers", "Decimal::parse or std::from_chars")
  if (calls(code, "(std::)?(printf|fprintf|puts|fputs|perror)") && name != "src/base/error.cpp") banned("printing", "return a value; cli prints it")
  if (code ~ /std::(cout|cerr|clog)/ && module != "cli") banned("printing", "return a value; cli prints it")
  if ((code ~ /system_clock::now|high_resolution_clock/ || calls(code, "(std::)?(time|localtime|gmtime|gettimeofday|clock_gettime)")) && name != "src/base/time.cpp" && code ~ /system_clock::now|high_resolution_clock|time ?\((nullptr|NULL|0|&)|localtime|gmtime|gettimeofday|clock_gettime/) banned("reading the clock", "tributary::Clock (base/time.h)")
  if (calls(code, "(std::)?getenv") && module != "cli") banned("getenv", "an option that cli reads")
  if (calls(code, "(std::)?(abort|exit|_exit|quick_exit)") && name != "src/base/error.cpp") banned("ending the process", "throw Error, or the check for invariants of base/error.h")
  if (calls(code, "assert")) banned("assert", "the check for invariants of base/error.h, which stays in releases")
  if (code ~ /catch \([^)]*\) *\{ *\}/) banned("swallowed exception", "handle it or let it pass")
  if ((module == "ledger" || module == "compensate") && code ~ /(^|[^A-Za-z0-9_])(float|double)([^A-Za-z0-9_]|$)/) report("money", "no floating point in " module ": Decimal, or integers of the smallest part")
  if (code ~ /(^|[^A-Za-z0-9_])float([^A-Za-z0-9_]|$)/ && module != "ledger" && module != "compensate") banned("float", "double for measured values, Decimal for the rest")
}
