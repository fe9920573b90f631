#!/bin/bash
# Installs a Python beside the system's own: as uv does it where its downloads can be reached, else from the Debian
# release that has it. Run as root, with network. Argument: a version such as 3.9.
set -euo pipefail
version=$1

if UV_HTTP_RETRIES=0 UV_PYTHON_INSTALL_DIR=/opt/python uv python install --no-bin "$version"; then exit; fi

declare -A releases=([3.9]=bullseye [3.13]=trixie)
release=${releases[$version]:-}
if [ -z "$release" ]; then
  echo "Python $version can be had from python-build-standalone alone, which is not reachable" >&2
  exit 1
fi
echo "taking Python $version from Debian $release"
export DEBIAN_FRONTEND=noninteractive
options=(-o APT::Update::Error-Mode=any -o Acquire::Retries=3)
apt-get "${options[@]}" -q update
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
echo "deb $mirror $release main" > "/etc/apt/sources.list.d/$release.list"
# Nothing else comes from there but what this Python needs.
printf 'Package: *\nPin: release n=%s\nPin-Priority: 100\n' "$release" > "/etc/apt/preferences.d/$release"
apt-get "${options[@]}" -q update
apt-get -q install --yes --no-install-recommends --target-release "$release" "python$version" "python$version-dev"
if [ "$release" = bullseye ]; then
  # In packages of their own, which can be installed for one version at a time.
  directory=$(mktemp -d) && cd "$directory" && chown _apt .
  apt-get -q download "python3-distutils/$release" "python3-lib2to3/$release"
  for package in *.deb; do dpkg-deb --extract "$package" /; done
  rm -rf "$directory"
fi
"python$version" -c 'import ctypes, ssl, sqlite3'
