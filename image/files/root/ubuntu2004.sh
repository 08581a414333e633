#!/bin/bash
# Installs Ubuntu 20.04 on the data disk and reboots into it. What can be set: see debian.sh in the folder named below.
# shellcheck disable=SC2034 # read by what is sourced

DISTRO=ubuntu2004
VENDOR=ubuntu
SUITE=focal
SECURITY_SUITE=focal-security
# Kernel 5.4: older than orphan_file (5.15), and than zstd for an initramfs (5.9).
declare -A MKFS_OPTIONS=([xfs]='-c options=/usr/share/xfsprogs/mkfs/lts_5.4.conf' [ext4]='-O ^orphan_file')
INITRAMFS_COMPRESS=lz4
LLMNR=llmnrd
PACKAGES=

# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/debian.sh
. "$(dirname "${BASH_SOURCE[0]}")/../usr/lib/stub/install/debian.sh"
install_debian
