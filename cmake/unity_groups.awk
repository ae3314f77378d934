# Which files of a module are compiled together: one line "GROUP FILE" for each.
#
#   awk -v lines=1500 -f unity_groups.awk a.cpp b.cpp …
#
# Each file goes into the first group that has room for its lines and none of the names it declares in its unnamed namespace
# (or as static): those are its own, and another file's may differ.

# The name a line declares; of `using a::b;` it is "b=a::b", which two files may share.
function declared(line,  name) {
  if (line ~ /^(TEST|TEST_F|TEST_P|TEST_V|INSTANTIATE|FUZZ|BENCHMARK|return|namespace|template|using namespace|#|\/\/|public|private|protected)/)
    return ""
  if (match(line, /^using [A-Za-z_0-9]+ =/)) return substr(line, 7, RLENGTH - 8)
  if (match(line, /^using [A-Za-z_0-9:]+::[A-Za-z_0-9]+;/)) {
    name = line = substr(line, 7, RLENGTH - 7)
    sub(/.*::/, "", name)
    return name "=" line
  }
  sub(/^\[\[[a-z_ ,]*\]\] */, "", line)
  if (match(line, /^(struct|class|enum class|enum|union|concept) +[A-Za-z_0-9]+/)) {
    name = substr(line, RSTART, RLENGTH)
    sub(/.* /, "", name)
    return name
  }
  # A function or a variable: the word before the first bracket or sign, template arguments left out.
  while (gsub(/<[^<>]*>/, "", line)) continue
  if (!match(line, /[A-Za-z_0-9]+ *[({=;[]/)) return ""
  name = substr(line, RSTART, RLENGTH)
  sub(/ *[({=;[]$/, "", name)
  return name
}

FNR == 1 { order[++files] = FILENAME; unnamed = 0 }
{ length_of[FILENAME]++ }
/^namespace \{/ { unnamed = 1; next }
/^\}  \/\/ namespace$/ { unnamed = 0; next }
(unnamed || /^static /) && /^[A-Za-z[]/ {
  name = declared($0)
  if (name != "") names[FILENAME] = names[FILENAME] " " name
}

END {
  for (i = 1; i <= files; i++) {
    file = order[i]
    count = split(names[file], own, " ")
    for (group = 1; ; group++) {
      fits = room[group] == 0 || room[group] + length_of[file] <= lines
      for (j = 1; fits && j <= count; j++) {
        split(own[j], is, "=")
        fits = !((group, is[1]) in taken) || is[2] != "" && taken[group, is[1]] == is[2]
      }
      if (fits) break
    }
    room[group] += length_of[file]
    for (j = 1; j <= count; j++) {
      split(own[j], is, "=")
      taken[group, is[1]] = is[2]
    }
    print group, file
  }
}
