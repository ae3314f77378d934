#!/usr/bin/env bash
# The fixed interface: commands, their JSON, their figures.
source "$(dirname "$0")/lib.sh"

demonstration

# Classes against those that were published.
classes=$scratch/classes.jsonl
tributary observe class --csv "$water" --as cnemc-daily --json >"$classes"
same "a line per row and a summary" "$(wc -l <"$water")" "$(wc -l <"$classes")"
same "fields of a row" '["section","time","class","published","agrees","deciding","reason"]' "$(head -1 "$classes" | jq -c keys_unsorted)"
same "fields of the summary" '["rows","classified","agreeing"]' "$(tail -1 "$classes" | jq -c keys_unsorted)"
same "99.9 % agree" true "$(tail -1 "$classes" | jq '.classified > 4000 and .agreeing / .classified >= 0.999')"
same "the summary counts its rows" "$(tail -1 "$classes" | jq .agreeing)" "$(head -n -1 "$classes" | jq -c 'select(.agrees == true)' | wc -l)"

values="so2=9 no2=38 pm10=118.5 pm25=52.5 co=0.85 o3_8h=150.4"
# shellcheck disable=SC2086
new=$(tributary observe aqi --json --standard HJ633-2026 $values)
same "AQI 2026" '[99,9,48,99,84,20,92,["pm10"]]' "$(jq -c '[.aqi, .iaqi.so2, .iaqi.no2, .iaqi.pm10, .iaqi.pm25, .iaqi.co, .iaqi.o3_8h, .primary]' <<<"$new")"
# shellcheck disable=SC2086
same "AQI 2012" '[92,["o3_8h"]]' "$(tributary observe aqi --json --standard HJ633-2012 $values | jq -c '[.aqi, .primary]')"

# Worked example C, by a pack's path; and by what was known before the rule was: nothing.
example=(--on 2020-10-01 --set 'C[codmn]=7.2' --set 'C[nh3n]=2.3' --set 'C[tp]=0.18' --set target=III --set actual=worse_V --set water=river
  --set status=assessed --set closed=upper --set cap=unlimited)
same "rule eval" '["2000000.00","responsible","superior"]' "$(tributary rule eval section-month --pack policies/cn-34 "${example[@]}" --json | jq -c '.pays[0] | [.amount, .from, .to]')"
refused "a rule not yet known" 3 tributary rule eval section-month --pack policies/cn-34 "${example[@]}" --known 2017-12-30 -- section-month

run=$(tributary run section-month --period 2020-10 --json)
same "fields of a run" true "$(jq 'has("rule") and has("period") and has("pack_hash") and has("places") and has("statements")' <<<"$run")"
same "statements of the run are listed" "$(jq -c .statements <<<"$run")" "$(tributary statement list --json | jq -c 'map(.id) | sort')"
same "the same again" true "$(tributary run section-month --period 2020-10 --json | jq .unchanged)"

for id in $(jq '.statements[]' <<<"$run"); do
  whole=$(tributary statement explain "$id" --json)
  same "lines of $id add up" true "$(jq '([.lines[].amount | tonumber] | add) == (.amount | tonumber)' <<<"$whole")"
  # Every observation's text is the cell of the file it names.
  jq -r '.. | objects | select(.kind == "observation") | [.where.line, .where.column, .formula] | @tsv' <<<"$whole" >"$scratch/cells"
  [ -s "$scratch/cells" ] || fail "no observations behind statement $id"
  wrong=$(awk -F'\t' 'NR == FNR { want[$1 "," $2] = $3; next } { n = split($0, f, ","); for (i = 1; i <= n; ++i) if ((FNR "," i) in want && want[FNR "," i] != f[i]) ++bad } END { print bad + 0 }' "$scratch/cells" "$water")
  same "cells of $id" 0 "$wrong"
  tributary statement publish "$id" --working-days 5 --basis 试验 >/dev/null
  refused "the drafter confirms $id" 5 tributary statement confirm "$id" --note 双方书面同意 -- compensate.same_person
  tributary statement confirm "$id" --by head --note 双方书面同意 >/dev/null
  refused "the confirmer posts $id" 5 tributary statement post "$id" --by head -- compensate.same_person
  tributary statement post "$id" >/dev/null
  same "verify $id" true "$(tributary statement verify "$id" --json | jq .same)"
done

tributary ledger check >/dev/null || fail "ledger check"
tributary ledger export --format hledger >"$scratch/journal"
hledger -f "$scratch/journal" check --strict || fail "hledger check --strict"
ours=$(tributary ledger accounts --json | jq -r '.[] | select(.balance | tonumber != 0) | .balance | tonumber' | sort -n)
theirs=$(hledger -f "$scratch/journal" balance --flat --no-total -O csv | tail -n +2 | sed 's/.*,"\([^"]*\)"$/\1/' | tr -d ', CNY¥' | awk '$1 != 0 { print $1 + 0 }' | sort -n)
same "balances by hledger" "$ours" "$theirs"
same "nothing is lost" 0 "$(tributary ledger accounts --json | jq '[.[].balance | tonumber] | add')"

same "a right's value" '{"fen":4625000,"yuan":"46250.00","months":37}' \
  "$(tributary right value --rate 2500 --from 2026-01 --to 2029-02 --price 6000 --json)"
refused "a term without a month" 2 tributary right value --rate 1 --from 2026-02 --to 2026-02 --price 1 -- rights.bad_term
same "an empty registry is sound" true "$(tributary right check --json | jq .sound)"
same "nobody holds anything yet" '[]' "$(tributary right holdings --json)"

check_code() { same "code $1" "$2" "$(tributary code check "$1" --json | jq -r .result || true)"; }
check_code 91350100M000100Y43 OK
check_code 91350100M000100Y4 BAD_LEN
check_code 91350100M000100Y44 BAD_CHECK
check_code 91350100M000100I43 BAD_CHAR
check_code 91350100M000100Y0N BAD_ORG_CHECK

# Papers.
id=$(tributary statement list --json | jq '.[0].id')
tributary statement print "$id" --pdf "$scratch/s.pdf" --xlsx "$scratch/s.xlsx" --public-url https://bc.example.gov.cn/ >/dev/null
pdftoppm -r 200 -png -singlefile "$scratch/s.pdf" "$scratch/s"
holds "the code to scan" "$(zbarimg --quiet --raw --nodbus "$scratch/s.png" 2>/dev/null)" https://bc.example.gov.cn/verify/341602-
qpdf --check "$scratch/s.pdf" >/dev/null || fail "qpdf --check"
holds "the amount in the PDF" "$(pdftotext "$scratch/s.pdf" - | tr -d ' ')" "500,000.00"
holds "the amount in the XLSX" "$(unzip -p "$scratch/s.xlsx" 'xl/worksheets/sheet*.xml' xl/sharedStrings.xml)" "500000"
