#!/usr/bin/env bash
# Whatever is wrong is refused in both languages with its place, and changes nothing.
source "$(dirname "$0")/lib.sh"

refused "no database" 3 tributary statement list -- init
demonstration
tributary run section-month --period 2020-10 >/dev/null 2>&1
before=$(contents)

head -1 "$water" >"$scratch/header"
row='江苏省,淮河流域,徐州市,包河,颜集,river,2020-06-01,2020-06-01 08:00,Ⅲ,21.7,7.26,5.51,456.9,117.7,4.47,0.600,0.103,4.51,*,*,,,,,,,正常,'
one() { { cat "$scratch/header"; sed "$1" <<<"$row"; } >"$scratch/$2.csv"; }
one 's/,7.26,/,7;26,/' comma
one 's/,4.47,/,-4.47,/' negative
one 's/2020-06-01/2099-06-01/g' future
one 's/颜集/颜集子/' place
{ sed -n '1,5p' "$water"; sed -n '6p' "$water" | cut -d, -f1-9 | tr -d '\n'; } >"$scratch/cut.csv"
{ cat "$scratch/header"; printf '%s,"never closed\n' "$row"; } >"$scratch/quote.csv"
sed -n '1,50p' "$water" | iconv -f UTF-8 -t GB18030 >"$scratch/gbk.csv"
sed -n '1s/codmn_mgl/codmn_ugl/; 1,20p' "$water" >"$scratch/column.csv"
: >"$scratch/empty.csv"

strict=(tributary import --as cnemc-daily --strict)
refused "decimal comma" 1 "${strict[@]}" "$scratch/comma.csv" -- "comma.csv:2"
refused "negative concentration" 1 "${strict[@]}" "$scratch/negative.csv" -- "negative.csv:2"
refused "future date" 1 "${strict[@]}" "$scratch/future.csv" -- "future.csv:2"
refused "unknown section" 1 "${strict[@]}" "$scratch/place.csv" -- "place.csv:2" 颜集
refused "cut row" 1 "${strict[@]}" "$scratch/cut.csv" -- "cut.csv:6"
refused "open quote" 2 "${strict[@]}" "$scratch/quote.csv" -- "quote.csv:"
refused "GBK" 2 "${strict[@]}" "$scratch/gbk.csv" -- "gbk.csv" GBK
refused "other column" 2 "${strict[@]}" "$scratch/column.csv" -- "column.csv"
refused "empty file" 2 "${strict[@]}" "$scratch/empty.csv" -- "empty.csv"
refused "no file" 3 tributary import "$scratch/none.csv" --as cnemc-daily -- none.csv
refused "layout" 2 tributary import "$water" --as cnemc-dialy -- cnemc-daily
refused "command" 2 tributary statment list -- statement
refused "subcommand" 2 tributary statement lst -- list
refused "rule" 3 tributary run section-moth --period 2020-10 -- section-month
refused "period" 2 tributary run section-month --period 2020-13 -- 2020-13
refused "granularity" 2 tributary run section-month --period 2020-Q4 -- 2020-Q4
refused "statement" 3 tributary statement show 999 -- 999
refused "order" 4 tributary statement post 1 -- drafted
refused "pack" 3 tributary rule eval section-month --pack cn-35 --on 2020-10-01 -- cn-34
same "the database is unchanged" "$before" "$(contents)"

# Packs that contradict themselves.
cp -r policies "$scratch/packs"
pack=$scratch/packs/cn-341602
rule() {
  cat <<RULE
rule: $1
title: {zh: 试验, en: test}
source: {document: 试验}
in_force: {from: 2020-01-01}
known: 2020-01-01
checked: {on: 2020-01-01, by: test}
verified: true
claims: $1-case
per: section × month
inputs:
  c: {unit: mg/L, from: mean, indicator: codmn, title: {zh: 今, en: now}}
formulas:
$2
RULE
}
check() { tributary --packs "$scratch/packs" pack check "$pack"; }
rule circle '  a: {unit: mg/L, title: {zh: 甲, en: a}, is: b + c}
  b: {unit: mg/L, title: {zh: 乙, en: b}, is: a + c}' >"$pack/rules/circle.yaml"
refused "circular" 2 check -- "circle.yaml:"
rule circle '  a: {unit: CNY, title: {zh: 甲, en: a}, is: c}' >"$pack/rules/circle.yaml"
refused "units" 2 check -- "circle.yaml:13"
rule circle '  a: {unit: mg/L, title: {zh: 甲, en: a}, is: c}' >"$pack/rules/circle.yaml"
cp "$pack/rules/circle.yaml" "$pack/rules/twice.yaml"
refused "twice" 2 check -- ".yaml"
rm "$pack/rules/circle.yaml" "$pack/rules/twice.yaml"

# A damaged file is told as such, not computed with.
size=$(stat -c %s "$scratch/tributary.db")
dd if=/dev/urandom of="$scratch/tributary.db" bs=1 count=65536 seek=$((size / 2)) conv=notrunc status=none
status=0
text=$(tributary doctor 2>&1) || status=$?
[ "$status" -ne 0 ] || fail "doctor does not see the damage: $text"
head -c 4096 /dev/urandom >"$scratch/tributary.db"
refused "no database file" 6 tributary statement list -- tributary.db
