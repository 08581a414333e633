#!/bin/bash
# Installs Debian 13 on the data disk and reboots into it. What can be set: see debian.sh in the folder named below.
# shellcheck disable=SC2034 # read by what is sourced

DISTRO=debian13
VENDOR=debian
SUITE=trixie
SECURITY_SUITE=trixie-security
# Kernel 6.12 does not know all that stub's mkfs.xfs would use by itself.
declare -A MKFS_OPTIONS=([xfs]='-c options=/usr/share/xfsprogs/mkfs/lts_6.12.conf')
PACKAGES=

# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/debian.sh
. "$(dirname "${BASH_SOURCE[0]}")/../usr/lib/stub/install/debian.sh"
install_debian
