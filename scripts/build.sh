# Shared by ./run and ./test: headings and builds. Sourced, from the top folder.
export LC_ALL=C.UTF-8

step() { printf '\n== %s / %s\n' "$1" "$2"; }

# fail ZH EN [EXIT_CODE]
fail() {
  printf '错误：%s\nerror: %s\n' "$1" "$2" >&2
  exit "${3:-1}"
}

# A build folder that was copied or moved along with the sources knows the old place only.
same_folder() {
  [ "$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "build/$1/CMakeCache.txt" 2>/dev/null)" = "$PWD" ]
}

# quiet LOG COMMAND… : the output goes to LOG and is shown only when the command fails.
quiet() {
  local log=$1
  shift
  if ! "$@" >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    fail "未成功：$*（全部输出在 $log）" "this failed: $* (the whole output is in $log)"
  fi
}

# configure PRESET [CMAKE_ARGUMENT…]
configure() {
  local preset=$1 fresh=()
  shift
  [ ! -e "build/$preset/CMakeCache.txt" ] || same_folder "$preset" || fresh=(--fresh)
  mkdir -p "build/$preset"
  quiet "build/$preset/configure.log" cmake --preset "$preset" "${fresh[@]}" "$@"
}

# build PRESET [TARGET…]: ninja's own progress on a terminal, silence elsewhere.
build() {
  local preset=$1 jobs memory
  shift
  jobs=$(nproc)
  # A compiler may take 1 GB.
  memory=$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo)
  [ "$jobs" -le "${memory:-1}" ] || jobs=$((memory > 1 ? memory : 1))
  local command=(cmake --build --preset "$preset" -j "$jobs" ${1:+--target "$@"})
  if [ -t 1 ]; then "${command[@]}"; else quiet "build/$preset/build.log" "${command[@]}"; fi
}
