# For the end-to-end tests: a temporary folder, the program, and checks that say what they wanted. Each test is
# called with the path of the program; it runs in the repository's root.
# shellcheck shell=bash
set -euo pipefail

program=$1
source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$source_folder"
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tributary-e2e.XXXXXX")
failures=0
databases=()

finish() {
  local status=$?
  for name in "${databases[@]}"; do psql -q "$TRIBUTARY_TEST_POSTGRES" -c "DROP DATABASE IF EXISTS $name WITH (FORCE)" || true; done
  ! mountpoint -q "$scratch/small" || umount "$scratch/small"
  rm -rf "$scratch"
  [ $status -eq 0 ] || exit $status
  [ "$failures" -eq 0 ] || { echo "$failures failed"; exit 1; }
}
trap finish EXIT

export TRIBUTARY_PACKS=$source_folder/policies TRIBUTARY_USER=clerk
export TRIBUTARY_DB=sqlite:$scratch/tributary.db
unset TRIBUTARY_LANG
water=data/water/cnemc_daily_huai_xinan.csv

tributary() { "$program" "$@"; }

fail() {
  failures=$((failures + 1))
  echo "FAILED: $*"
}
same() {  # what, wanted, got
  [ "$2" = "$3" ] || fail "$1: wanted «$2», got «$3»"
}
holds() {  # what, text, expected part
  case $2 in *"$3"*) ;; *) fail "$1: no «$3» in: $2" ;; esac
}
# Runs a command that must fail: exit code, then parts that standard output and error together must hold. Chinese and
# English must both be there.
refused() {  # what, exit code, command..., -- parts...
  local what=$1 wanted=$2 command=() got=0 text
  shift 2
  while [ "$1" != -- ]; do command+=("$1"); shift; done
  shift
  text=$("${command[@]}" 2>&1) || got=$?
  same "$what: exit code" "$wanted" "$got"
  for part in "$@"; do holds "$what" "$text" "$part"; done
  LC_ALL=C.UTF-8 grep -qP '\p{Han}' <<<"$text" || fail "$what: no Chinese in: $text"
  grep -q '[a-z][a-z][a-z] [a-z]' <<<"$text" || fail "$what: no English in: $text"
}
demonstration() {  # a database as the README makes it
  tributary init --jurisdiction 341602 --pack demo >/dev/null
  tributary import "$water" --as cnemc-daily >/dev/null 2>&1
}
# All data of the database as text, to see that nothing has changed. The mark of what has been read moves even when a run
# is refused: it says nothing of the data.
contents() { sqlite3 "$scratch/tributary.db" .dump | sha256sum; }
