#!/usr/bin/env bash
# The commands of docs/bank.md: a statement goes out as an instruction, comes back on the bank's file, and the day is reconciled.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

demonstration
tributary run section-month --period 2020-10 >/dev/null
for id in $(tributary statement list --json | jq -r '.[].id'); do
  tributary statement publish "$id" --by drafter >/dev/null
  tributary statement confirm "$id" --by head --note 双方书面同意 >/dev/null
  tributary statement post "$id" --by zhang >/dev/null
done
bank() { tributary bank "$@" --json; }

waiting=$(bank waiting --account DEMO-FISCAL)
count=$(jq length <<<"$waiting")
[ "$count" -gt 0 ] || fail "nothing waits"
refused "no account numbers yet" 4 tributary bank instruct --account DEMO-FISCAL --reason 结算 --by zhang -- bank.nothing_payable
refused "no such account" 3 tributary bank waiting --account NONE -- bank.unknown_account DEMO-FISCAL
proposals=()
for party in $(jq -r '[.[].party] | unique[]' <<<"$waiting"); do
  proposals+=("$(bank payee "$party" --name 户名 --bank 某支行 --number 6222001 --reason 来函 --by zhang | jq .proposal)")
done
refused "nobody decides his own" 5 tributary bank approve "${proposals[@]}" --reason 自批 --by ZHANG -- bank.same_person
tributary bank approve "${proposals[@]}" --reason 已核对 --by li >/dev/null
same "the batch" 1 "$(bank instruct --account DEMO-FISCAL --reason 结算 --by zhang | jq .batch)"
refused "not before a second person" 4 tributary bank file 1 --out "$scratch/batch.csv" -- bank.wrong_state
tributary bank approve "$(bank proposals | jq '.[0].proposal')" --reason 已核对 --by li >/dev/null
tributary bank file 1 --out "$scratch/batch.csv" --by zhang >/dev/null
same "the file is the one that was approved" "$(bank batches | jq -r '.[0].sha256')" "$(sha256sum <"$scratch/batch.csv" | cut -d' ' -f1)"
holds "the file" "$(iconv -f GB18030 -t UTF-8 "$scratch/batch.csv")" 收款户名
! grep -qa 6222001 "$scratch/tributary.db" || fail "an account number stands in the database"

# The bank's answer, made of what it got.
{
  echo 交易日期,流水号,收入金额,支出金额,账户余额,对方账号,对方户名,摘要
  iconv -f GB18030 -t UTF-8 "$scratch/batch.csv" | tr -d '\r' | awk -F, 'NR > 1 {
    balance = 900000000 - (paid += $6)
    split($7, words, " ")
    printf "20261201,S%d,,%s,%.2f,6222001,户名,%s\n", NR, $6, balance, words[1] }
    END { printf "20261201,S99,1.00,,%.2f,6222777,某人,利息\n", balance + 1 }'
} >"$scratch/plain.csv"
# The layout wants thousands as 12,345.67.
LC_ALL=C.UTF-8 perl -pe 'next if $. == 1; my @f = split /,/; for my $i (2, 3, 4) { my $v = $f[$i]; 1 while $v =~ s/^(-?\d+)(\d{3})/$1,$2/; $f[$i] = $v =~ /,/ ? "\"$v\"" : $v } $_ = join(",", @f)' "$scratch/plain.csv" |
  iconv -f UTF-8 -t GB18030 >"$scratch/december.csv"
refused "every fault at once" 2 tributary bank import "$scratch/plain.csv" --account DEMO-FISCAL --by zhang -- bank.
state=$(contents)
import=$(bank import "$scratch/december.csv" --account DEMO-FISCAL --by zhang)
same "matched" "$count" "$(jq .matched <<<"$import")"
same "not matched" 1 "$(jq .unmatched <<<"$import")"
[ "$state" != "$(contents)" ] || fail "nothing was written"
same "again: known" $((count + 1)) "$(bank import "$scratch/december.csv" --account DEMO-FISCAL --by zhang | jq .known)"
for id in $(jq -r '.[].subject | sub("statement:"; "")' <<<"$waiting"); do
  same "statement $id" paid "$(tributary statement list --json | jq -r ".[] | select(.id == $id).state")"
done
same "the line nobody knows" S99 "$(bank unmatched | jq -r '.[0].serial')"
proposal=$(bank assign S99 --account DEMO-FISCAL --to not_ours --reason 利息另账 --by zhang | jq .proposal)
refused "nobody decides his own" 5 tributary bank approve "$proposal" --reason 自批 --by zhang -- bank.same_person
tributary bank approve "$proposal" --reason 已核对 --by li >/dev/null
reconciled=$(bank reconcile --account DEMO-FISCAL --day 2026-12-01)
same "all explained" 0.00 "$(jq -r .unexplained <<<"$reconciled")"
same "the reasons" '["not_ours","opening"]' "$(jq -c '[.differences[].why] | unique' <<<"$reconciled")"
tributary ledger check >/dev/null || fail "the ledger is not sound"

# What the bank's tables seal goes with the keys.
old=$(tributary key list --json | jq -r '.[0].key')
[ "$(tributary key list --json | jq '.[0].sealed')" -gt 0 ] || fail "the key seals nothing"
tributary key rotate --cipher sm4 >/dev/null
tributary key retire "$old" >/dev/null
same "the file opens with the new key" "$(sha256sum <"$scratch/batch.csv")" "$(tributary bank file 1 --out "$scratch/again.csv" --by zhang >/dev/null && sha256sum <"$scratch/again.csv")"
