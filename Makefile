# `make run` and `make test` are the two commands. Whatever they need and do not find, they install, in one line that says so.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

# The service folder that `make run` starts, and what else to tell `portico dev`.
FOLDER ?= examples/bookstore
ARGS ?=

TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
WASM := wasm32-wasip2 wasm32-unknown-unknown
SANDBOXED := $(shell grep -m1 -h '^name = ' gateway-wasm/*/Cargo.toml | sed 's/name = "\(.*\)"/-p \1/')
BROWSER_TESTS := tests/browser
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# $(call need,PROGRAM,PACKAGES): installs Debian's packages where the program is missing.
need = command -v $(1) >/dev/null || { echo "setup: apt-get install $(2)"; export DEBIAN_FRONTEND=noninteractive; \
    $(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends $(2) >/dev/null; }

.PHONY: help run test test-rust test-fuzz test-browser tracer console screenshots fuzz lint fmt bench bench-expressions bench-policies bench-tokens bench-portal clean setup setup-rust setup-browser setup-deny setup-bench setup-fuzz

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup-rust ## build Portico and start the example service: portal and gateway on your machine
	cargo run --release --locked -p cli --bin portico -- dev $(FOLDER) $(ARGS)

test: test-rust test-fuzz test-browser ## run every test: crates, gateway end to end, random input, portal in a browser

test-rust: setup-rust ## run the tests of all crates
	cargo test --workspace --locked

# Not locked: where `policy` gets a new dependency, cargo adds it to the lock file of this second workspace by itself.
test-fuzz: setup-rust ## read and run changed copies of the examples, a moment for each of the fuzz targets
	cd fuzz && CARGO_TARGET_DIR=$(TARGET) FUZZ_SECONDS=$(or $(FUZZ_SECONDS),20) cargo test --lib -- --nocapture

# As long as it is told, each target after the other; what was found before comes first. Our code has no unsafe code, so the
# sanitizers would only slow it down.
fuzz: setup-rust setup-fuzz ## run the fuzz targets under libFuzzer, FUZZ_SECONDS each (half an hour)
	cd fuzz && CARGO_TARGET_DIR=$(TARGET) cargo run --quiet --bin seeds
	for target in $(or $(FUZZ_TARGETS),reader named_values expression token); do \
	    (cd fuzz && CARGO_TARGET_DIR=$(TARGET)/fuzz cargo +nightly fuzz run --fuzz-dir . --sanitizer none --features libfuzzer $$target -- \
	        -max_total_time=$(or $(FUZZ_SECONDS),1800) -timeout=20 -rss_limit_mb=2048 -max_len=16384 -dict=corpus/$$target.dict $(ARGS)); \
	done

tracer: setup-rust ## build the engine for browsers, into target/tracer
	cargo build --package tracer --profile browser --target wasm32-unknown-unknown --locked
	cargo run --quiet --package pack-tracer --locked -- $(TARGET)/wasm32-unknown-unknown/browser/tracer.wasm $(TARGET)/tracer

# `cargo build` does this by itself; here is what comes out, to look at.
console: setup-rust ## build the portal's console for browsers, and say how large it is
	cargo test --package console-module --locked -- --nocapture

test-browser: setup-rust setup-browser tracer ## open the example's portal in Chromium, call its gateway, run the tracer
	cargo build --workspace --bins --locked
	cd $(BROWSER_TESTS) && PORTICO=$(TARGET)/debug/portico PORTAL_GEN=$(TARGET)/debug/portal-gen TRACER=$(TARGET)/tracer SCREENSHOTS=$(TARGET)/screenshots npm test --silent

screenshots: test-browser ## take the README's picture of the portal anew
	cp $(TARGET)/screenshots/readme.png docs/portal.png

lint: setup-rust setup-deny ## check formatting, clippy, what the sandbox forbids, licences and sources of dependencies
	cargo fmt --all --check
	cargo fmt --manifest-path fuzz/Cargo.toml --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	cargo clippy --target wasm32-wasip2 $(SANDBOXED) --features component/flat,component/edge --locked -- -D warnings
	cargo deny --locked check --hide-inclusion-graph licenses bans sources
	@if timeout 120 cargo deny fetch db >/dev/null 2>&1; then cargo deny --locked check --disable-fetch --hide-inclusion-graph advisories; \
	else echo "advisories: not checked, the database cannot be fetched from here"; fi

fmt: ## format the code
	cargo fmt --all
	cargo fmt --manifest-path fuzz/Cargo.toml

bench-expressions: setup-rust ## measure how fast policies are checked and expressions evaluated, natively and in the component
	cargo bench -p policy --bench expressions $(ARGS)
	cargo bench -p tests --bench component $(ARGS)

bench-policies: setup-rust ## measure what typical policy files cost beyond an empty one, natively and in the component
	cargo bench -p policy --bench documents
	cargo bench -p tests --bench component -- a_request_with_a_document

bench-tokens: setup-rust ## measure what checking a token costs in the component, with and without remembering it
	cargo bench -p tests --bench component -- a_request_with_a_token

bench: setup-rust setup-bench ## compare the gateway with hyper, nginx and Envoy: CPU time per request
	bench/run.sh $(ARGS)

# Into the cache, and left there: see the head of the script.
bench-portal: setup-rust ## measure what building the portals of Petstore, Stripe, GitHub and a hundred APIs costs
	@$(call need,npm,nodejs npm)
	@$(call need,/usr/bin/time,time)
	cargo build --release --locked -p portal-gen
	node bench/portal.mjs $(TARGET)/release/portal-gen $${XDG_CACHE_HOME:-$$HOME/.cache}/portico/portals $(ARGS)

clean: ## remove what was built
	cargo clean
	rm -rf $(BROWSER_TESTS)/node_modules

setup: setup-rust setup-browser setup-deny ## install what is missing, and build nothing

# A toolchain has a target when its library is there; that holds for linked toolchains too, which rustup cannot list.
setup-rust: ## install the WebAssembly targets, and a C compiler for the crates that need one
	@$(call need,cc,gcc libc6-dev)
	@missing=; for target in $(WASM); do \
	    [ -d "$$(rustc --print target-libdir --target $$target 2>/dev/null)" ] || missing="$$missing $$target"; \
	done; \
	if [ -n "$$missing" ]; then \
	    echo "setup: rustup target add$$missing"; \
	    rustup target add $$missing || { \
	        echo "error: toolchain $$(rustup show active-toolchain 2>/dev/null | cut -d' ' -f1) has no$$missing, and rustup could not add it" >&2; \
	        echo "  = help: set RUSTUP_TOOLCHAIN to a toolchain that has it (\`rustup toolchain list\`), then run make again" >&2; \
	        exit 1; }; \
	fi

setup-browser: ## install Chromium, Node.js and the package that drives them
	@$(call need,chromium,chromium)
	@$(call need,npm,nodejs npm)
	@cd $(BROWSER_TESTS); if [ node_modules/.package-lock.json -ot package-lock.json ]; then \
	    echo "setup: npm ci in $(BROWSER_TESTS)"; npm ci --silent; fi

# libFuzzer is built from source by its crate, which needs a C++ compiler; the compiler's own part of it is in nightly only.
setup-fuzz: ## install the nightly compiler and cargo-fuzz
	@$(call need,c++,g++)
	@rustc +nightly --version >/dev/null 2>&1 || { echo "setup: rustup toolchain install nightly"; \
	    rustup toolchain install nightly --profile minimal --no-self-update >/dev/null 2>&1; } || { \
	    echo "error: there is no nightly compiler here, which libFuzzer needs, and rustup could not install one" >&2; \
	    echo "  = help: \`make test-fuzz FUZZ_SECONDS=1800\` runs the same targets without it" >&2; exit 1; }
	@command -v cargo-fuzz >/dev/null || { echo "setup: cargo install --locked cargo-fuzz"; \
	    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off cargo install --locked --quiet cargo-fuzz; }

setup-bench: ## install the load generator and nginx
	@$(call need,wrk,wrk)
	@$(call need,nginx,nginx-light)

# Built for a quick build: it runs for a second.
setup-deny: ## install cargo-deny
	@command -v cargo-deny >/dev/null || { echo "setup: cargo install --locked cargo-deny"; \
	    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off cargo install --locked --quiet cargo-deny; }
