#!/usr/bin/env bash
# kill -9 under write load, again and again: what was acknowledged is there, what was repeated with its key is there
# once, the audit chain holds together.
source "$(dirname "$0")/lib.sh"
source "$(dirname "$0")/server_lib.sh"
rounds=${2:-50}

demonstration
start_server
first_sign_in admin "$(jq -r .administrator.one_time_password "$scratch/serve.json")"
: >"$scratch/acknowledged"

write_one() {  # number: the same again for a retry
  ask admin POST /api/v1/organisations "{\"name\":{\"zh\":\"单位$1\",\"en\":\"unit $1\"},\"kind\":\"enterprise\"}" \
    -H "Idempotency-Key: unit-$1" --max-time 5 -o "$scratch/answer" -w '%{http_code}' 2>/dev/null || true
}
load() {  # writes one after the other from a number on until the server is gone
  local n=$1
  while true; do
    echo "$n" >"$scratch/tried"
    [ "$(write_one "$n")" = 201 ] || return 0
    echo "$n" >>"$scratch/acknowledged"
    n=$((n + 1))
  done
}

next=1
for ((round = 1; round <= rounds; ++round)); do
  load $next &
  loader=$!
  sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
  kill -KILL "$server"
  wait "$server" 2>/dev/null || true
  wait "$loader" || true
  start_server
  # The one whose answer did not come is sent again with its key.
  tried=$(cat "$scratch/tried")
  status=$(write_one "$tried")
  same "round $round: the retry" 201 "$status"
  echo "$tried" >>"$scratch/acknowledged"
  next=$((tried + 1))
done

there=$(sqlite3 "$scratch/tributary.db" "SELECT name_zh FROM identity_organisation WHERE name_zh LIKE '单位%'" | sed 's/单位//' | sort -n)
same "nothing acknowledged is lost, nothing is there twice" "$(sort -nu "$scratch/acknowledged")" "$there"
stop_server
"$program" audit verify >/dev/null || fail "audit verify"
same "the database is sound" ok "$(sqlite3 "$scratch/tributary.db" 'PRAGMA integrity_check')"
