"""Somebody else's tools on our open data: rdflib reads the catalogue, feedparser the feeds.

Usage: open_data_check.py catalogue FILE | feed FILE...
The catalogue must have what DCAT-AP makes mandatory and what it recommends, say about rights only what is set, and point
nowhere else. The feeds must be of the grammar of RFC 4287 (atom.rng) and keep its rules in prose.
"""

import os
import subprocess
import sys
import xml.etree.ElementTree as xml

import feedparser
import rdflib

PREFIXES = """
PREFIX dcat: <http://www.w3.org/ns/dcat#>
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX vcard: <http://www.w3.org/2006/vcard/ns#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""

# What must not be found, and why.
NEVER = {
    "a catalogue without title, description or publisher": """
        ?x a dcat:Catalog .
        FILTER NOT EXISTS { ?x dct:title ?t ; dct:description ?d ; dct:publisher ?p . ?p a foaf:Agent ; foaf:name ?n }""",
    "a dataset without title or description in both languages": """
        ?x a dcat:Dataset .
        FILTER NOT EXISTS { ?x dct:title ?a, ?b ; dct:description ?c, ?d .
          FILTER(lang(?a) = "zh" && lang(?b) = "en" && lang(?c) = "zh" && lang(?d) = "en") }""",
    "a dataset that is not in the catalogue": """
        ?x a dcat:Dataset . FILTER NOT EXISTS { ?c a dcat:Catalog ; dcat:dataset ?x }""",
    "a dataset without publisher, place, frequency or theme": """
        ?x a dcat:Dataset .
        FILTER NOT EXISTS { ?x dct:publisher ?p ; dct:spatial ?s ; dct:accrualPeriodicity ?f ; dcat:theme ?t . ?p a foaf:Agent }""",
    "a distribution without an address, a media type or a format": """
        ?x a dcat:Distribution .
        FILTER NOT EXISTS { ?x dcat:accessURL ?u ; dcat:mediaType ?m ; dct:format ?f . FILTER(isIRI(?u) && isIRI(?m)) }""",
    "a distribution that is of no dataset": """
        ?x a dcat:Distribution . FILTER NOT EXISTS { ?d a dcat:Dataset ; dcat:distribution ?x }""",
    "a distribution that says nothing of rights, or two things": """
        ?x a dcat:Distribution .
        OPTIONAL { ?x dct:license ?l } OPTIONAL { ?x dct:rights ?r }
        FILTER((bound(?l) && bound(?r)) || (!bound(?l) && !bound(?r)))""",
    "a period that is not of days": """
        ?x a dct:PeriodOfTime ; dcat:startDate ?a ; dcat:endDate ?b .
        FILTER(datatype(?a) != xsd:date || datatype(?b) != xsd:date || ?a > ?b)""",
    # What DCAT-AP 2.1 recommends. Left out on purpose: dct:issued of the catalogue and dcatap:availability of a distribution –
    # nobody has said either, and neither can be worked out.
    "a catalogue without language, home page, place, themes, rights or the day it changed": """
        ?x a dcat:Catalog .
        FILTER NOT EXISTS { ?x dct:language ?l ; foaf:homepage ?h ; dct:spatial ?s ; dcat:themeTaxonomy ?t ; dct:modified ?m ;
            dct:license|dct:rights ?r . ?t a skos:ConceptScheme . ?h a foaf:Document }""",
    "a publisher without its type": """
        ?y dct:publisher ?x . FILTER NOT EXISTS { ?x dct:type ?t }""",
    "a dataset without contact, keywords in both languages, identifier or distribution": """
        ?x a dcat:Dataset .
        FILTER NOT EXISTS { ?x dcat:contactPoint ?c ; dct:identifier ?i ; dcat:keyword ?a, ?b ; dcat:distribution ?d .
          ?c a vcard:Kind ; vcard:fn ?n ; vcard:hasURL ?u . FILTER(lang(?a) = "zh" && lang(?b) = "en") }""",
    "a dataset with readings of no stated period": """
        ?x a dcat:Dataset ; dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/MONTHLY> .
        FILTER NOT EXISTS { ?x dct:temporal ?t . ?t a dct:PeriodOfTime }""",
    "a distribution without title or description in both languages": """
        ?x a dcat:Distribution .
        FILTER NOT EXISTS { ?x dct:title ?t ; dct:description ?a, ?b . FILTER(lang(?a) = "zh" && lang(?b) = "en") }""",
    "a day of change that is no time": """
        ?x dct:modified ?m . FILTER(datatype(?m) != xsd:dateTime)""",
}

ATOM = "{http://www.w3.org/2005/Atom}"
GRAMMAR = os.path.join(os.path.dirname(__file__), "atom.rng")


def by_the_rules(file):
    """The grammar, and the rules the RFC adds to it: authors, and somewhere to go or something to read."""
    checked = subprocess.run(["xmllint", "--noout", "--relaxng", GRAMMAR, file], capture_output=True, text=True)
    if checked.returncode:
        print(checked.stderr, file=sys.stderr)
        return False
    feed = xml.parse(file).getroot()
    entries = feed.findall(ATOM + "entry")
    authored = feed.find(ATOM + "author") is not None or (entries and all(e.find(ATOM + "author") is not None for e in entries))
    led = all(
        e.find(ATOM + "content") is not None or any(link.get("rel", "alternate") == "alternate" for link in e.findall(ATOM + "link"))
        for e in entries
    )
    return bool(authored) and led


def catalogue(file):
    graph = rdflib.Graph()
    graph.parse(file, format="json-ld")
    wrong = []
    for why, pattern in NEVER.items():
        for row in graph.query(f"{PREFIXES} SELECT DISTINCT ?x WHERE {{ {pattern} }}"):
            wrong.append(f"{why}: {row.x}")
    datasets = list(graph.subjects(rdflib.RDF.type, rdflib.URIRef("http://www.w3.org/ns/dcat#Dataset")))
    addresses = sorted({str(o) for o in graph.objects(None, rdflib.URIRef("http://www.w3.org/ns/dcat#accessURL"))})
    if len(datasets) < 6:
        wrong.append(f"{len(datasets)} datasets only")
    for one in wrong:
        print(one, file=sys.stderr)
    print("\n".join(addresses))
    return not wrong


def feeds(files):
    good = True
    for file in files:
        found = feedparser.parse(file)
        ids = [entry.get("id") for entry in found.entries]
        whole = (
            by_the_rules(file)
            and not found.bozo
            and found.version == "atom10"
            and all(found.feed.get(name) for name in ("id", "title", "updated_parsed", "author"))
            and all(entry.get(name) for entry in found.entries for name in ("id", "title", "updated_parsed", "link", "content"))
            and len(set(ids)) == len(ids)
            and [e.updated_parsed for e in found.entries] == sorted((e.updated_parsed for e in found.entries), reverse=True)
        )
        if not whole:
            print(f"{file}: {found.get('bozo_exception', 'something required is missing')}", file=sys.stderr)
        good = good and whole
        print(len(found.entries))
    return good


if __name__ == "__main__":
    sys.exit(0 if (catalogue(sys.argv[2]) if sys.argv[1] == "catalogue" else feeds(sys.argv[2:])) else 1)
