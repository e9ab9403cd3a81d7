#!/usr/bin/env bash
# Sets up everything in this folder's .venv. Repeatable: what is there already is left alone.
#
#   setup/setup.sh run    what the product needs to run (also a browser)
#   setup/setup.sh test   that, the development tools and a PostgreSQL server for the tests
#
# Nothing outside the repository is changed but Debian packages, and those only as root:
# python3-venv, chromium (with fonts for its screenshots) and postgresql, each only when it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
mode=${1:-run}
venv=${OSINT_VENV:-.venv}
say() { printf '==> %s\n' "$*"; }
fail() { printf '!!  %s\n' "$*" >&2; exit 1; }

apt_updated=
debian_install() { # PACKAGE...: false when this is not Debian or not root
  command -v apt-get >/dev/null && [ "$(id -u)" = 0 ] || return 1
  if [ -z "$apt_updated" ]; then apt-get update -qq >/dev/null || return 1; apt_updated=1; fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

python=${PYTHON:-python3}
command -v "$python" >/dev/null || fail "no $python: install Python 3.11 or newer"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed, $python is $("$python" -V)"

if [ ! -x "$venv/bin/pip" ]; then
  say "virtual environment in $venv ($("$python" -V))"
  rm -rf "$venv"
  if ! "$python" -m venv "$venv" >/dev/null 2>&1; then  # Debian ships Python without ensurepip
    rm -rf "$venv"
    debian_install python3-venv || fail "'$python -m venv' does not work here: install the Debian package python3-venv"
    "$python" -m venv "$venv"
  fi
fi

lock=requirements.lock
[ "$mode" = run ] || lock=requirements-dev.lock
stamp="$venv/.installed-$mode"
want=$(cat "$lock" pyproject.toml | sha256sum | cut -d' ' -f1)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$want" ]; then
  say "Python packages of $lock, checked against their hashes (a few minutes the first time)"
  "$venv/bin/pip" install -qq --disable-pip-version-check --require-hashes -r "$lock"
  "$venv/bin/pip" install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
  printf '%s\n' "$want" > "$stamp"
else
  say "Python packages of $lock: already there"
fi

if "$venv/bin/python" -m spiders.chromium >/dev/null 2>&1; then
  say "browser: $("$venv/bin/python" -m spiders.chromium)"
elif debian_install chromium fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji && "$venv/bin/python" -m spiders.chromium >/dev/null 2>&1; then
  say "browser: installed Debian's chromium"
elif "$venv/bin/playwright" install chromium >/dev/null 2>&1; then
  say "browser: installed Playwright's Chromium"
else
  say "browser: none could be installed; pages that need one will be skipped, and that will be said"
fi

if [ "$mode" = test ]; then
  if command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    say "PostgreSQL: already there"
  elif debian_install postgresql; then
    say "PostgreSQL: installed Debian's package"
  else
    say "PostgreSQL: none and not installable here; the tests that need it will be skipped, and that will be said"
  fi
fi
