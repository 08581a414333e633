#!/bin/bash
# Installs Ubuntu 26.04 on the data disk and reboots into it. What can be set: see debian.sh in the folder named below.
# shellcheck disable=SC2034 # read by what is sourced

DISTRO=ubuntu2604
VENDOR=ubuntu
SUITE=resolute
SECURITY_SUITE=resolute-security
# Kernel 7.0; of the presets of mkfs.xfs that of 6.12 is the newest.
declare -A MKFS_OPTIONS=([xfs]='-c options=/usr/share/xfsprogs/mkfs/lts_6.12.conf')
# Ubuntu has llmnrd no more: resolved answers.
PACKAGES=systemd-resolved
# debootstrap of trixie does not know the name; what it does for Ubuntu is the same since gutsy.
DEBOOTSTRAP_SCRIPT=gutsy

# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/debian.sh
. "$(dirname "${BASH_SOURCE[0]}")/../usr/lib/stub/install/debian.sh"
install_debian
