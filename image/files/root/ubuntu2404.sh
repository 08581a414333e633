#!/bin/bash
# Installs Ubuntu 24.04 on the data disk and reboots into it. What can be set: see debian.sh in the folder named below.
# shellcheck disable=SC2034 # read by what is sourced

DISTRO=ubuntu2404
VENDOR=ubuntu
SUITE=noble
SECURITY_SUITE=noble-security
# Kernel 6.8, which is nearest to 6.6 of those that mkfs.xfs has presets of.
declare -A MKFS_OPTIONS=([xfs]='-c options=/usr/share/xfsprogs/mkfs/lts_6.6.conf')
LLMNR=llmnrd
# A package of its own since 23.04
PACKAGES=systemd-resolved

# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/debian.sh
. "$(dirname "${BASH_SOURCE[0]}")/../usr/lib/stub/install/debian.sh"
install_debian
