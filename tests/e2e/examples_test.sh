#!/usr/bin/env bash
# Worked examples A and C as readings in a file, through import, run, statement and ledger, on SQLite and on PostgreSQL:
# the amounts are those that are worked out by hand. The base limits and target classes are the demonstration's own.
source "$(dirname "$0")/lib.sh"
: "${TRIBUTARY_TEST_POSTGRES:?run by scripts/with-postgres}"

# One section's readings, the same every day of a span.
days() {  # section, published section's province and city, first day, last day, then the values
  local section=$1 province=$2 city=$3 day=$4 last=$5 ph=7 dissolved=8 codmn=$6 nh3n=$7 tp=$8 tn=$9
  until [[ $day > $last ]]; do
    echo "$province,,$city,,$section,river,$day,$day 08:00,,20,$ph,$dissolved,300,5,$codmn,$nh3n,$tp,$tn,*,*,,,,,,,正常,"
    day=$(date -u -d "$day + 1 day" +%F)
  done
}
{
  head -n 1 "$water"
  days '街口(鸠坑口)' 浙江省 杭州市 2019-01-01 2019-12-31 1.80 0.090 0.028 1.20   # A, the better year
  days '街口(鸠坑口)' 浙江省 杭州市 2020-01-01 2020-12-31 2.10 0.14 0.036 1.32    # A, the worse year
  days 小柳巷 安徽省 滁州市 2020-10-01 2020-10-31 7.2 2.3 0.18 0.5                # C, target III, exceeded
  days '许庄(徐庄)' 安徽省 阜阳市 2020-10-01 2020-10-31 3.0 0.3 0.08 0.4                # C, target IV, class II
} >"$scratch/readings.csv"

amounts() { tributary statement list --rule "$1" --period "$2" --json | jq -c '.[] | [.payer, .payee, .amount]'; }
result() { tributary results "$1" --of "$2" --json | jq -r --arg place "$3" --arg period "$4" '.[$place][$period]'; }

examples() {
  tributary init --jurisdiction 341602 --pack demo >/dev/null
  tributary import "$scratch/readings.csv" --as cnemc-daily >/dev/null 2>&1 || fail "$1: import"
  for period in 2019 2020; do tributary run xinan-p-index --period $period >/dev/null; done
  same "$1: A, better year, P" 0.846 "$(result xinan-p-index P '街口(鸠坑口)' 2019)"
  same "$1: A, worse year, P" 1.055 "$(result xinan-p-index P '街口(鸠坑口)' 2020)"
  same "$1: A, the downstream pays" '["gov:330000","gov:340000","200000000.00"]' "$(amounts xinan-p-index 2019)"
  same "$1: A, the version turns the payer" '["gov:340000","gov:330000","100000000.00"]' "$(amounts xinan-p-index 2020)"

  tributary run section-month --period 2020-10 >/dev/null
  holds "$1: C, four steps" "$(amounts section-month 2020-10)" '["gov:341100","fin:34","2000000.00"]'
  holds "$1: C, two classes better" "$(amounts section-month 2020-10)" '["fin:34","gov:341200","1000000.00"]'
  for id in $(tributary statement list --json | jq '.[].id'); do
    tributary statement publish "$id" --working-days 5 --basis 示例 >/dev/null
    tributary statement confirm "$id" --by approver --note 双方书面同意 >/dev/null
    tributary statement post "$id" --by finance >/dev/null
  done
  tributary ledger check >/dev/null || fail "$1: ledger check"
  holds "$1: what Fuyang's account holds" "$(tributary ledger export --format hledger | hledger -f - balance --flat)" 1000000.00
  tributary doctor >/dev/null || fail "$1: doctor, which works out the examples of every pack"
}

examples SQLite
name=e2e_examples_$$
psql -q "$TRIBUTARY_TEST_POSTGRES" -c "CREATE DATABASE $name"
databases+=("$name")
export TRIBUTARY_DB=${TRIBUTARY_TEST_POSTGRES/\/postgres/\/$name}
examples PostgreSQL
