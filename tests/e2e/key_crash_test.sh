#!/usr/bin/env bash
# A rotation of keys is killed many times, at moments spread over as long as one takes here. Whenever that is, every
# value is sealed by a key of the file, and none stands open; a further rotation goes through, and in the end each value
# is what it was, as an approved export tells. A key that still seals something is not retired.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/server_lib.sh"

cases=1500
kills=${TRIBUTARY_KILLS:-24}

tributary init --jurisdiction 341602 --pack cn-341602 >/dev/null
tributary user setup >/dev/null
add() {  # name, organisation, roles
  tributary user add "$1" --display "$1" --organisation "$2" --roles "$3" --json | jq -r .one_time_password
}
zhao=$(add zhao div-341602100 township)
wang=$(add wang office office_approver)
start_server
first_sign_in zhao "$zhao"
first_sign_in wang "$wang"
ask zhao GET /api/v1/case-types/fault-tolerance/sheet "" -o "$scratch/template.xlsx"
python3 tests/e2e/fill_sheet.py "$scratch/template.xlsx" "$scratch/rows.xlsx" "事项=第{n}件" "当事人=当事人{n}号" "事实经过=经过" $cases
told=$(ask zhao POST /api/v1/case-types/fault-tolerance/sheet "" -H 'Content-Type: application/octet-stream' --data-binary "@$scratch/rows.xlsx")
same "cases begun" "stored $cases" "$(jq -r '"\(.outcome) \(.rows)"' <<<"$told")"
stop_server

held() { tributary key list --json; }
total=$(held | jq 'map(.sealed) | add')
[ "$total" -ge $((2 * cases)) ] || fail "only $total sealed texts"  # a value and its trace each

# How long one takes when nothing disturbs it.
cp -p "$scratch/tributary.db" "$scratch/copy.db"
cp -p "$scratch/identity.key" "$scratch/copy.key"
begun=$(date +%s%N)
TRIBUTARY_DB=sqlite:$scratch/copy.db tributary --key-file "$scratch/copy.key" key rotate --cipher sm4 >/dev/null
took=$((($(date +%s%N) - begun) / 1000))  # microseconds
rm -f "$scratch"/copy.*

whole=0
half=0
for ((k = 1; k <= kills; ++k)); do
  # One moment in each of so many equal parts of that time, in no order.
  part=$(((k * 7) % kills))
  after=$(((part * took + RANDOM * took / 32768) / kills))
  "$program" key rotate --cipher "$([ $((k % 2)) = 0 ] && echo sm4 || echo aes)" >/dev/null 2>&1 &
  turning=$!
  sleep "$(printf '%d.%06d' $((after / 1000000)) $((after % 1000000)))"
  kill -KILL $turning 2>/dev/null || true
  wait $turning 2>/dev/null || true
  now=$(held)
  same "after kill $k: nothing missing" 0 "$(jq '[.[] | select(.use == "missing")] | length' <<<"$now")"
  same "after kill $k: nothing lost" "$total" "$(jq 'map(.sealed) | add' <<<"$now")"
  used=$(jq '[.[] | select(.sealed > 0)] | length' <<<"$now")
  if [ "$used" -gt 1 ]; then half=$((half + 1)); else whole=$((whole + 1)); fi
  for old in $(jq -r '.[] | select(.sealed > 0 and .use == "opens") | .key' <<<"$now"); do
    refused "after kill $k: the old key in use" 4 tributary key retire "$old" -- identity.keys_in_use
  done
done
echo "$kills kills over $((took / 1000)) ms: $half found it half done, $whole before or after"
[ $half -gt 0 ] || fail "no kill came while values were being sealed anew"

# Nothing stands open, in the database or its log.
for file in "$scratch"/tributary.db*; do
  ! grep -aq '当事人[0-9]*号' "$file" || fail "a value stands open in ${file##*/}"
done
same "the database is sound" ok "$(sqlite3 "$scratch/tributary.db" 'PRAGMA integrity_check')"

# It goes through; then what is old is of no use any more.
tributary key rotate --cipher sm4 >/dev/null
now=$(held)
same "all by one key" "1 $total" "$(jq -r '[.[] | select(.sealed > 0)] | "\(length) \(.[0].sealed)"' <<<"$now")"
for old in $(jq -r '.[] | select(.use == "opens") | .key' <<<"$now"); do tributary key retire "$old" >/dev/null; done
same "one key is left" 32 "$(stat -c %s "$scratch/identity.key")"
tributary audit verify >/dev/null || fail "the trail"

# Every value, as it was.
start_server --cipher sm4
sign_in zhao "$good"
sign_in wang "$good"
today=$(TZ=Asia/Shanghai date +%F)
wish=$(jq -nc --arg d "$today" '{type: "fault-tolerance", fields: ["person"], format: "csv", purpose: "核对", last_day: $d, downloads: 1}')
id=$(ask zhao POST /api/v1/exports "$wish" | jq -r .id)
same "not before it is approved" 409 "$(ask zhao POST "/api/v1/exports/$id/file" '' -o /dev/null -w '%{http_code}')"
same "approved" approved "$(ask wang POST "/api/v1/exports/$id/decision" '{"approve": true}' | jq -r .state)"
same "not for the approver" 404 "$(ask wang POST "/api/v1/exports/$id/file" '' -o /dev/null -w '%{http_code}')"
ask zhao POST "/api/v1/exports/$id/file" '' -o "$scratch/export.csv"
same "every value is what it was" "$(for ((n = 1; n <= cases; ++n)); do echo "当事人$n号"; done | sha256sum)" \
  "$(grep -o '当事人[0-9]*号' "$scratch/export.csv" | sort -V | sha256sum)"
stop_server
holds "whose file it is" "$(tributary privacy trace "$scratch/export.csv")" "zhao"
echo "x" >>"$scratch/export.csv"
refused "another file" 3 tributary privacy trace "$scratch/export.csv" -- identity.not_found
