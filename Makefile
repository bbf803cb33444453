# Navarch's commands. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
TSX := node --import tsx
SOURCES := $(shell find src cluster scripts test/sim -type f -not -path 'src/gen/*' 2>/dev/null)

help: ## This list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: node_modules/.installed src/gen/.generated ## Install packages, generate the protobuf code

node_modules/.installed: package.json package-lock.json
	@node -e 'const [v] = process.versions.node.split("."); if (v < 20) { console.error("Navarch needs Node 20 or newer; this is " + process.version); process.exit(1) }'
	@echo "Installing packages ..."
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

src/gen/.generated: node_modules/.installed $(wildcard proto/*.proto proto/*/*.proto) scripts/gen-proto.ts scripts/gen-schema.ts
	@$(TSX) scripts/gen-proto.ts
	@touch $@

build: dist/.built ## Bundle the programs into dist/

dist/.built: node_modules/.installed src/gen/.generated $(SOURCES)
	@$(TSX) scripts/build.ts
	@touch $@

check: setup ## Types, lint, formatting, import table, tidiness
	@tsc
	@oxlint --type-aware --quiet
	@biome ci --colors=off --log-level=warn .
	@$(TSX) scripts/check/main.ts
	@echo "check: clean"

test: setup build ## Every test that this machine can run
	@$(TSX) test/run.ts unit contract model sim e2e

unit: setup ## The quick tests alone
	@$(TSX) test/run.ts unit

e2e: setup build ## Real clusters, real kubectl and etcdctl
	@$(TSX) test/run.ts e2e

sim: setup ## The simulator; SEED=7 replays one, SEEDS=1000 tries many
	@$(TSX) test/sim/run.ts

sim-many: setup ## N seeds (default 2000) of every world, beside the suite's own
	@SEEDS=$${N:-2000} FROM=100001 $(TSX) test/sim/run.ts

fuzz: setup ## Random input against every decoder; MINUTES=5 for longer
	@$(TSX) test/fuzz/run.ts

bench: setup build ## Measure beside the peers found on this machine
	@$(TSX) bench/run.ts
	@$(TSX) bench/scheduler.ts
	@$(TSX) bench/cluster.ts
	@$(TSX) bench/api.ts

up: build ## Start three masters and two nodes
	@bin/navarch up

down: ## Stop the cluster
	@bin/navarch down

clean: ## Remove what was built (not the clusters' data)
	@rm -rf dist src/gen

.PHONY: help setup build check test unit e2e sim sim-many fuzz bench up down clean
