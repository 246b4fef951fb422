# A menu and no more: every step is a script in setup/ or a command of manage.py. GNU make 3.81 reads it.
PY := .venv/bin/python
PORTAL := .venv/.portal
TESTS := .venv/.tests .venv/.redis node_modules/.tests var/chromium/.unpacked
QUIET := --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error >/dev/null
# They start servers and browsers and watch the clock, so they run after the rest, each file whole in one process.
ALONE := tests/journeys tests/faults tests/chaos tests/benchmarks tests/browser tests/security/canary tests/security/rotation tests/mutants

# What asks the database, once more on PostgreSQL.
ON_POSTGRES := tests/accounts tests/jobs tests/library tests/tmpportal tests/fuzz

# Rules of djlint about looks only: line breaks, empty tags, the type of a button that submits.
STYLE := H015,H020,H043

# A .venv whose Python is gone (an upgraded system, a moved checkout) is made anew.
$(shell test -x $(PY) || rm -f .venv/.portal .venv/.tests .venv/.redis)

.PHONY: help demo run sandbox test check bench bench-beats dialects drill faults chaos chaos-selftest xss axe upstream canary rotation fuzz fuzz-audio fuzz-uploads load mutants audit sbom netns fix lock screenshots clean
.NOTPARALLEL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

demo: $(PORTAL) ## Try it: portal, worker and a stand-in of TMP; ONCE=1 stops when done, SONG=path takes your song
	@exec $(PY) manage.py demo $(if $(ONCE),--once) $(if $(SONG),--song "$$SONG")

run: $(PORTAL) ## Start the portal for real use
	@exec $(PY) manage.py portal

sandbox: $(PORTAL) ## Start the stand-in of TMP alone, for other clients; WORDS='--pace instant' are words of its own
	@exec $(PY) -m sandbox $(WORDS)

test: $(TESTS) check ## Everything: check, then every test, the browser journey in a real Chromium included
	@$(PY) -m pytest -n 3 tests --ignore=tests/live $(addprefix --ignore=,$(ALONE))
	@$(PY) -m tests.on_postgres -n 3 $(ON_POSTGRES)
	@$(PY) -m pytest -n 3 --dist loadfile $(ALONE)

check: .venv/.tests ## Lint, types, import floors and migrations, without the tests
	@$(PY) -m ruff check --no-cache
	@$(PY) -m ruff format --check
	@.venv/bin/djlint templates --profile=django --lint --quiet --ignore=$(STYLE)
	@.venv/bin/lint-imports
	@$(PY) -m mypy
	@$(PY) manage.py check
	@$(PY) manage.py makemigrations --check --dry-run

bench: $(TESTS) ## Measure what polling, batches and the dashboard cost, and how pages feel: half an hour, on a quiet machine
	@$(PY) -m tests.benchmarks

bench-beats: .venv/.tests var/bench-beats/.installed ## How well the sandbox hears beats, beside librosa (half a GB); BEATS=folder takes your pieces
	@$(PY) -m tests.benchmarks.beats $(if $(BEATS),"$(BEATS)")

faults: $(TESTS) ## Hurt a running portal in 35 ways, on both databases, and judge what is left: a quarter of an hour
	@$(PY) -m tests.faults

netns: $(TESTS) ## Cut one of two worker hosts off, in network namespaces: two minutes, Linux, needs root
	@$(PY) -m tests.netns

chaos: $(TESTS) ## Random faults over a portal in use, with exact books: eight minutes; SEED=n draws the same again
	@$(PY) -m tests.chaos $(if $(SEED),--seed $(SEED))

xss: $(TESTS) ## Put 200 payloads into every text and look at many more pages than make test does: a minute
	@XSS_PAGES=12 $(PY) -m pytest tests/browser/test_xss.py

axe: $(TESTS) ## Look for what shuts people out on every page in both looks, where make test sees each in one: four minutes
	@AXE=all $(PY) -m pytest tests/browser/test_accessibility.py

upstream: $(TESTS) ## Run the COS SDK's own tests against the sandbox's store: SUITE=folder (see docs/sandbox.md); two minutes
	@$(PY) -m tests.upstream "$(SUITE)"

chaos-selftest: $(TESTS) ## Plant defects in the portal one by one: the chaos must find each; a quarter of an hour
	@$(PY) -m tests.chaos.selftest

dialects: $(TESTS) ## Lead the portal through every plausible answer to what nobody knows of TMP: seven minutes; SEED=n or ONLY="name=setting"
	@$(PY) -m tests.dialects $(if $(SEED),--seed $(SEED)) $(ONLY)

canary: $(TESTS) ## Look for every secret of three real runs in all that came out of them, and find the planted ones: five minutes
	@$(PY) -m tests.security.canary

drill: $(TESTS) ## Back up, destroy and restore a portal at work, on both databases: two minutes
	@DRILL="sqlite postgres" $(PY) -m pytest tests/journeys/test_backup.py

rotation: $(TESTS) ## Rotate 10,000 secrets of a portal at work, killed again and again: two minutes; SEED=n
	@$(PY) -m tests.security.rotation $(if $(SEED),--seed $(SEED))

fuzz: $(TESTS) ## Anything to every view, from every gateway and to callbacks: hours, goes on where it was; SEED=n, HOURS=h
	@$(PY) -m tests.fuzz $(if $(SEED),--seed $(SEED)) $(if $(HOURS),--hours $(HOURS))

fuzz-uploads: $(TESTS) ## Bring a hundred nasty files by every way, and 2,000 damaged songs, or N=n: a quarter of an hour; SEED=n
	@$(PY) -m tests.security.uploads $(if $(N),--number $(N)) $(if $(SEED),--seed $(SEED))

fuzz-audio: $(TESTS) ## Damage songs of every format, 2,000 or N=n, and judge what the sandbox makes of them: five minutes; SEED=n
	@$(PY) -m tests.bad_audio $(if $(N),--number $(N)) $(if $(SEED),--seed $(SEED))

load: $(TESTS) ## 50 people and 200 running jobs, then 200 slow connections: how soon pages come; three minutes, on a quiet machine
	@$(PY) -m tests.load

mutants: $(TESTS) ## Plant defects in submit, poll, callback and encryption: what share do the tests find? hours; ONLY="poll" SAMPLE=n
	@$(PY) -m tests.mutants $(if $(ONLY),--only $(ONLY)) $(if $(SAMPLE),--sample $(SAMPLE))

audit: .venv/.tests var/audit/.installed ## What programs find before strangers do: bandit, own semgrep rules, keys in files, pip-audit; a minute
	@$(PY) -m tests.audit

sbom: $(PORTAL) ## List what is installed, with versions, licences and hashes, as CycloneDX
	@$(PY) -m tests.audit.inventory

fix: .venv/.tests ## Format the code and repair what the linter can
	@$(PY) -m ruff check --fix
	@$(PY) -m ruff format

lock: .venv/.portal ## Pin every package anew from requirements*.in and package.json
	@setup/lock

screenshots: $(TESTS) ## Take the pictures of docs/screenshots anew, from a demo of its own
	@$(PY) -m tests.browser.screenshots

clean: ## Remove all that make installed; your data in var/ stays
	rm -rf .venv node_modules var/chromium var/bench-beats var/audit staticfiles .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/.portal: requirements.txt
	@setup/venv
	@setup/install requirements.txt
	@touch $@

.venv/.tests: requirements-dev.txt .venv/.portal
	@setup/install requirements-dev.txt
	@touch $@

# Asked of setup/redis.py anew when its lock changes: a machine may have a redis-server of its own.
.venv/.redis: setup/redis.py setup/requirements-redis.txt .venv/.portal
	@$(PY) setup/redis.py
	@touch $@

# A home of its own: what we are measured against must not come near what we ship.
var/bench-beats/.installed: tests/benchmarks/beats/requirements.txt .venv/.portal
	@echo "Installing librosa for the comparison, 500 MB ..."
	@$(PY) -m venv --clear var/bench-beats/venv
	@var/bench-beats/venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@

# Tools of their own, so that what checks our packages does not decide which we have.
var/audit/.installed: tests/audit/requirements.txt .venv/.portal
	@echo "Installing bandit, semgrep, detect-secrets and pip-audit, 400 MB ..."
	@$(PY) -m venv --clear var/audit/venv
	@var/audit/venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@

node_modules/.tests: package-lock.json .venv/.portal
	@echo "Installing the npm packages of the tests: Chromium and a Chinese font, about 100 MB ..."
	@setup/npm ci $(QUIET)
	@touch $@

var/chromium/.unpacked: node_modules/.tests setup/chromium.py
	@$(PY) setup/chromium.py
	@touch $@
