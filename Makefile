# `make` alone lists what there is. Tools that are missing come into .tools/ (see tests/tools/get).

CARGO_TEST := cargo test --locked

# Most tests wait, for agents, timers and other programs: three at once keep a core busy. On many
# cores one for each is enough.
CORES := $(shell getconf _NPROCESSORS_ONLN)
export RUST_TEST_THREADS ?= $(shell echo $$(($(CORES) * 3 < 12 ? $(CORES) * 3 : $(CORES) < 12 ? 12 : $(CORES))))

SOAK := 1

.PHONY: help generate pictures build release try demo test check agents soak bench fuzz compat lint fmt tools clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' Makefile

build: ## build the backend, target/release/polecat-nvim
	cargo build --release --locked

release: ## make the archives, sums and manifest of a release: TARGETS="..." instead of both for Linux
	@packaging/release $(addprefix --target ,$(TARGETS))

try: build ## work with three scripted agents in a project of their own; leaves nothing behind
	@tests/demo/run try

demo: build ## the same by itself, printed as text
	@tests/demo/run demo

test: tools lint ## everything that CI runs
	$(CARGO_TEST)

fuzz: ## look for inputs that break us: TIME=60 seconds for each of TARGETS
	tests/fuzz/run --time $(or $(TIME),60) $(TARGETS)

compat: tools ## the tests on each of TMUX_BINS="..." and of NVIM_BINS="..."
	@tests/tools/compat

agents: ## drive the real coding agents that are installed; writes doc/agents.md, which tells how
	@tests/tools/get nvim tmux > /dev/null
	@AGENTS="$(AGENTS)" AGENTS_DIR="$(AGENTS_DIR)" AGENTS_PATH="$(AGENTS_PATH)" MINUTES=$(MINUTES) \
	  ANSWERS=$(ANSWERS) MESSAGES=$(MESSAGES) RESUME=$(RESUME) ONLY=$(ONLY) GAP=$(GAP) JOBS=$(JOBS) \
	  KEEP=$(KEEP) $(CARGO_TEST) --test live -- --ignored --nocapture

soak: tools ## the long tests of faults and hosts: every crash point; SOAK=N goes through them N times
	for round in $$(seq $(SOAK)); do \
	  $(CARGO_TEST) --test faults -- --ignored --nocapture --test-threads=1 && \
	  $(CARGO_TEST) --test hosts -- --ignored --nocapture --test-threads=1 && \
	  $(CARGO_TEST) --test editor fifty_times -- --ignored || exit 1; \
	done

generate: ## write what is generated out of Cargo.toml and the tables, such as that of commands
	POLECAT_GENERATE=1 RUST_TEST_THREADS=1 $(CARGO_TEST) --lib generated

pictures: ## draw the pictures of the README, doc/pictures/, from today's screens; look at them
	@tests/tools/get nvim tmux > /dev/null
	POLECAT_PICTURES=1 $(CARGO_TEST) --test pictures

check: lint ## the quick part of it: formatting, lints, unit tests, layers
	$(CARGO_TEST) --lib --test architecture

lint: ## formatting and lints of Rust and Lua
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings
	$$(tests/tools/get stylua) --check lua plugin tests benches build.lua repro.lua
	$$(tests/tools/get selene) lua plugin tests benches build.lua repro.lua
	VIMRUNTIME=$$($$(tests/tools/get nvim) --clean --headless -c 'lua io.write(vim.env.VIMRUNTIME)' -c quit) \
	  $$(tests/tools/get emmylua_check) --config .emmyrc.json lua plugin

fmt: ## format Rust and Lua
	cargo fmt
	$$(tests/tools/get stylua) lua plugin tests benches build.lua repro.lua

bench: ## measure beside other ways; writes doc/performance.*. QUICK=1: few rounds, to see that it works
	@tests/tools/get nvim tmux > /dev/null
	@QUICK=$(QUICK) BENCH_ONLY=$(BENCH_ONLY) cargo bench --locked --bench performance

tools: ## bring all that tests need; takes minutes the first time
	@tests/tools/get nvim tmux br stylua selene emmylua_check > /dev/null

clean: ## remove what was built and the tools
	cargo clean
	rm -rf .tools
