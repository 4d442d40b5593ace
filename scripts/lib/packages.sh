# scripts/lib/packages.sh - installs Debian packages that are missing. To be sourced.
#
# On a system without apt-get nothing is installed: CMake then says what is missing.

# Prints those of the packages in "$@" that are not installed. COMMAND=PACKAGE stands for a
# package that is not needed where COMMAND is there, wherever it came from.
missing_packages() {
  local each
  for each in "$@"; do
    if [[ $each == *=* ]] && command -v "${each%%=*}" > /dev/null; then
      continue
    fi
    if [[ $(dpkg-query -W -f='${db:Status-Status}' "${each#*=}" 2> /dev/null) != installed ]]; then
      printf '%s\n' "${each#*=}"
    fi
  done
}

# Prints those of the packages in "$@" that apt-get could install.
available_packages() {
  local each
  for each in "$@"; do
    if apt-cache show "$each" > /dev/null 2>&1; then
      printf '%s\n' "$each"
    fi
  done
}

may_be_root() {
  [[ $(id -u) == 0 ]] || sudo -n true 2> /dev/null
}

apt_get() {
  local root=()
  if [[ $(id -u) != 0 ]]; then
    root=(sudo -n)
  fi
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 "$@" > /dev/null
}

# Installs what is missing. Usage: install_packages PACKAGE... [--optional PACKAGE...]
# Where it may not, it prints what to run and ends the script. An optional package that may
# not be installed, or that this release of Debian does not have, is left out.
install_packages() {
  local required=() optional=()
  while (($# > 0)) && [[ $1 != --optional ]]; do
    required+=("$1")
    shift
  done
  optional=("${@:2}")
  if ! command -v apt-get > /dev/null || ! command -v dpkg-query > /dev/null; then
    return 0
  fi
  mapfile -t required < <(missing_packages "${required[@]}")
  mapfile -t optional < <(missing_packages "${optional[@]}")
  if ! may_be_root; then
    if ((${#required[@]} > 0)); then
      printf 'Packages are missing. Please run this, then try again:\n  %s %s\n' \
        'sudo apt-get install --no-install-recommends' "${required[*]}" >&2
      exit 1
    fi
    return 0
  fi
  if ((${#required[@]} + ${#optional[@]} == 0)); then
    return 0
  fi
  if ((${#required[@]} > 0)) || [[ -z $(available_packages "${optional[@]}") ]]; then
    apt_get update
  fi
  mapfile -t optional < <(available_packages "${optional[@]}")
  if ((${#required[@]} + ${#optional[@]} > 0)); then
    printf 'Installing %s\n' "${required[*]} ${optional[*]}"
    apt_get install --no-install-recommends "${required[@]}" "${optional[@]}"
  fi
}
