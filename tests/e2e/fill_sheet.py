#!/usr/bin/env python3
"""Fills a template of many cases: fill_sheet.py TEMPLATE OUT HEAD=VALUE… ROWS; «{n}» in a value is the row's number."""
import re
import sys
import zipfile

template, out, *pairs, rows = sys.argv[1:]
wanted = dict(pair.split('=', 1) for pair in pairs)
with zipfile.ZipFile(template) as book:
    parts = {name: book.read(name) for name in book.namelist()}
name = 'xl/worksheets/sheet1.xml'
sheet = parts[name].decode()
shared = re.findall(r'<si>(.*?)</si>', parts.get('xl/sharedStrings.xml', b'').decode(), re.S)
heads = {}
for column, kind, inner in re.findall(r'<c r="([A-Z]+)1"[^>]*?t="(\w+)"[^>]*>(.*?)</c>', sheet, re.S):
    text = shared[int(re.sub(r'<.*?>', '', inner))] if kind == 's' else inner
    heads[re.sub(r'<.*?>', '', text).strip()] = column
missing = [head for head in wanted if head not in heads]
if missing:
    sys.exit(f'no column {missing} among {sorted(heads)}')
order = sorted(wanted, key=lambda head: (len(heads[head]), heads[head]))
lines = []
for n in range(1, int(rows) + 1):
    cells = ''.join(
        f'<c r="{heads[head]}{n + 1}" t="inlineStr"><is><t>{wanted[head].replace("{n}", str(n))}</t></is></c>' for head in order)
    lines.append(f'<row r="{n + 1}">{cells}</row>')
parts[name] = sheet.replace('</sheetData>', ''.join(lines) + '</sheetData>').encode()
with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as book:
    for part, content in parts.items():
        book.writestr(part, content)
