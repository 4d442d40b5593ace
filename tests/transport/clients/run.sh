#!/bin/sh
# Runs one script with our program at the other end, which is the echo server, or for node_server
# the echoing client: run.sh node_ws|chromium|node_server BINARY WORK_DIRECTORY
# Installs what package-lock.json names into WORK_DIRECTORY, once.
set -eu

client=$1
binary=$2
work=$3
here=$(cd "$(dirname "$0")" && pwd)

mkdir -p "$work"
cp "$here"/*.mjs "$here/package.json" "$work"
cp "$here/../conformance/server.mjs" "$work"
if ! cmp -s "$here/package-lock.json" "$work/package-lock.json" || [ ! -d "$work/node_modules" ]; then
  cp "$here/package-lock.json" "$work"
  (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund)
fi
exec node "$work/$client.mjs" "$binary"
