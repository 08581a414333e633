#!/bin/bash
# Installs Ubuntu 22.04 on the data disk and reboots into it. What can be set: see debian.sh in the folder named below.
# shellcheck disable=SC2034 # read by what is sourced

DISTRO=ubuntu2204
VENDOR=ubuntu
SUITE=jammy
SECURITY_SUITE=jammy-security
# Kernel 5.15 knows orphan_file; its e2fsck, 1.46, does not and would not look at such a root.
declare -A MKFS_OPTIONS=([xfs]='-c options=/usr/share/xfsprogs/mkfs/lts_5.15.conf' [ext4]='-O ^orphan_file')
LLMNR=llmnrd
PACKAGES=

# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/debian.sh
. "$(dirname "${BASH_SOURCE[0]}")/../usr/lib/stub/install/debian.sh"
install_debian
