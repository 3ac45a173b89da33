# « make help » donne la liste. Rien n’est installé hors de ce dossier, sauf python3-venv par root sur Debian.
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
EMBEDDED := $(BIN)/python -m roadmap_portal.embedded --throwaway
CODE := roadmap_portal actors accounts commitments funding reports
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard roadmap_portal/locale/*/LC_MESSAGES/django.po))
# The functions that take a text to translate, beside _, gettext, ngettext and their like.
KEYWORDS := -k gettext_lazy -k ngettext_lazy:1,2 -k pgettext_lazy:1c,2 -k plural:1,2
# What production must say of who publishes it.
LEGAL := PUBLISHER_NAME PUBLISHER_ADDRESS PUBLISHER_PHONE PUBLISHER_DIRECTOR PUBLISHER_SECOND HOSTING_NAME \
	HOSTING_ADDRESS HOSTING_PHONE DPO_NAME DPO_EMAIL CONTACT_EMAIL ACCESSIBILITY_EMAIL SECURITY_CONTACT
PIN := $(BIN)/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make pin"

.PHONY: help setup demo test lint audit sbom bench pin messages

help: ## cette liste
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

demo: setup ## le portail entier sur cette machine, avec ses serveurs et des données d’exemple (PORT=8000)
	@exec $(BIN)/python manage.py demo

test: setup ## toute la suite (ARGS="-k nom" pour en choisir)
	@DEBUG=1 FILES_URL=var/test/files exec $(EMBEDDED) --home var/test -- $(BIN)/python -m pytest $(ARGS)

lint: setup ## style, types, gabarits, migrations, réglages de production
	$(BIN)/python -m pip check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	DEBUG=1 $(BIN)/mypy $(CODE)
	$(BIN)/djlint --lint --quiet templates $(wildcard */templates)
	DEBUG=0 SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
	PUBLIC_URL=https://portail.example PROXIES=1 EMAIL_URL=smtp://localhost $(foreach name,$(LEGAL),$(name)=exemple) \
	$(EMBEDDED) --home var/lint -- sh -ec '\
		$(BIN)/python manage.py makemigrations --check --dry-run; \
		$(BIN)/python deploy/lint_migrations.py; \
		$(BIN)/python manage.py check --deploy --fail-level WARNING'

# Strict: an index that knows nothing of a package has not cleared it. Apart from .venv, which it would change.
audit: var/audit/.ready ## failles connues de ce qui tourne en production (demande le réseau)
	var/audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements.txt -r requirements-s3.txt

sbom: var/audit/.ready ## ce qui tourne en production, avec versions et empreintes : var/sbom.json (CycloneDX)
	var/audit/bin/cyclonedx-py requirements requirements.txt --output-reproducible --output-format JSON --output-file var/sbom.json

var/audit/.ready: requirements-audit.txt .venv/.ready
	@$(BIN)/uv venv --quiet --allow-existing var/audit
	@$(BIN)/uv pip install --quiet --require-hashes --python var/audit -r requirements-audit.txt
	@touch $@

bench: setup ## mesures, écrites dans var/bench en JSON
	@$(BIN)/python -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("weasyprint") is None)' \
		|| $(BIN)/python -m pip install --quiet --require-hashes -r requirements-bench.txt
	@DEBUG=1 exec $(EMBEDDED) --home var/bench -- $(BIN)/python bench/run.py $(ARGS)

pin: setup ## fige les requirements*.in, avec empreintes
	$(PIN) requirements.in -o requirements.txt
	$(PIN) -c requirements.txt requirements-s3.in -o requirements-s3.txt
	$(PIN) requirements-dev.in -o requirements-dev.txt
	$(PIN) requirements-bench.in -o requirements-bench.txt
	$(PIN) requirements-audit.in -o requirements-audit.txt

messages: setup ## relève les textes à traduire, dans roadmap_portal/locale/en/LC_MESSAGES/django.po
	@mkdir -p var
	$(BIN)/pybabel --quiet extract -F babel.cfg $(KEYWORDS) --add-location file --sort-by-file --no-wrap -o var/messages.pot .
	$(BIN)/pybabel --quiet update -i var/messages.pot -d roadmap_portal/locale -D django -l en \
		--no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --no-wrap

setup: .venv/.ready $(CATALOGUES)

%.mo: %.po .venv/.ready
	@$(BIN)/pybabel --quiet compile -i $< -o $@

.venv/.ready: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Il faut Python 3.11 ou plus récent : make PYTHON=/chemin/python3.11 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || $(MAKE) .install-venv
	@echo "Environnement Python dans .venv (une seule fois, quelques minutes)…"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements-dev.txt \
		| sed -un -e 's/^Collecting \([^ ]*\).*/  \1/p' -e 's/^Installing.*/Installation…/p'
	@touch $@

.PHONY: .install-venv
.install-venv:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installation de python3-venv (apt-get)…"; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y python3-venv >/dev/null; \
	fi
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null \
		|| { echo "Il manque le module venv de Python : apt-get install python3-venv" >&2; exit 1; }
