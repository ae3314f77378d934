#!/usr/bin/env bash
# A full disk, and a process killed in the midst of an import: told clearly, nothing half-written, and it goes on afterwards.
source "$(dirname "$0")/lib.sh"

tributary init --jurisdiction 341602 --pack demo >/dev/null
mkdir "$scratch/small"
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=3m none "$scratch/small" 2>/dev/null; then
  cp "$scratch/tributary.db" "$scratch/small/t.db"
  refused "full disk" 6 env TRIBUTARY_DB="sqlite:$scratch/small/t.db" "$program" import "$water" --as cnemc-daily -- disk
  mount -o remount,size=200m "$scratch/small"
  TRIBUTARY_DB=sqlite:$scratch/small/t.db tributary import "$water" --as cnemc-daily >/dev/null 2>&1 || fail "import with space"
  TRIBUTARY_DB=sqlite:$scratch/small/t.db tributary doctor >/dev/null || fail "doctor after a full disk"
else
  cp "$scratch/tributary.db" "$scratch/small/t.db"
  status=0
  text=$(ulimit -f 2048; trap '' XFSZ; TRIBUTARY_DB=sqlite:$scratch/small/t.db tributary import "$water" --as cnemc-daily 2>&1) || status=$?
  [ "$status" -ne 0 ] || fail "a file that cannot grow: $text"
  TRIBUTARY_DB=sqlite:$scratch/small/t.db tributary import "$water" --as cnemc-daily >/dev/null 2>&1 || fail "import with space"
fi

# Killed at ten moments spread over the time one import takes here, each time from an empty database.
cp "$scratch/tributary.db" "$scratch/empty.db"
started=$(date +%s%N)
TRIBUTARY_DB=sqlite:$scratch/empty.db "$program" import "$water" --as cnemc-daily >/dev/null 2>&1 || fail "import undisturbed"
took=$(($(date +%s%N) - started))
killed=0
for round in $(seq 10); do
  cp "$scratch/tributary.db" "$scratch/killed.db"
  rm -f "$scratch"/killed.db-*
  TRIBUTARY_DB=sqlite:$scratch/killed.db "$program" import "$water" --as cnemc-daily >/dev/null 2>&1 &
  child=$!
  sleep "$(printf '%d.%09d' $((took * round / 11 / 1000000000)) $((took * round / 11 % 1000000000)))"
  kill -9 "$child" 2>/dev/null || true
  status=0
  wait "$child" 2>/dev/null || status=$?
  [ "$status" -ne 137 ] || killed=$((killed + 1))
  count=$(sqlite3 "$scratch/killed.db" "SELECT COUNT(*) FROM observation")
  [ "$count" -eq 0 ] || [ "$count" -eq 57152 ] || fail "round $round: $count observations, half an import"
  TRIBUTARY_DB=sqlite:$scratch/killed.db tributary doctor >/dev/null || fail "doctor after a kill"
done
[ "$killed" -gt 0 ] || fail "no import was killed in its midst"
TRIBUTARY_DB=sqlite:$scratch/killed.db tributary import "$water" --as cnemc-daily >/dev/null 2>&1 || fail "import after kills"
same "all observations" 57152 "$(sqlite3 "$scratch/killed.db" "SELECT COUNT(*) FROM observation")"
