# scripts/lib/build.sh - builds a preset with little to read. To be sourced from the root.

packages_to_build=(g++ cmake ninja-build pkg-config
  libabsl-dev libasio-dev libfmt-dev libhttp-parser-dev libsimdjson-dev libsqlite3-dev libssl-dev
  prometheus-cpp-dev zlib1g-dev)

if command -v ccache > /dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER:-ccache}
fi
export CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-$(nproc)}

# Runs a command and keeps what it prints in `output`; shows it all if the command fails.
quietly() {
  local status=0
  output=$("$@" 2>&1) || status=$?
  if ((status != 0)); then
    printf '%s\n' "$output" "failed: $*" >&2
  fi
  return "$status"
}

# configure PRESET OPTION... Shows what the project itself has to say: what is left out.
configure() {
  quietly cmake --preset "$@"
  grep -E '^-- collab: |^CMake Warning' <<< "$output" || true
}

# build PRESET OPTION...
build() {
  printf 'Building %s\n' "$1"
  if [[ -t 1 ]]; then
    cmake --build --preset "$@"
  else
    quietly cmake --build --preset "$@"
  fi
}
