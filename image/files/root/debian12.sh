#!/bin/bash
# Installs Debian 12 on the data disk and reboots into it. What can be set: see debian.sh in the folder named below.
# shellcheck disable=SC2034 # read by what is sourced

DISTRO=debian12
VENDOR=debian
SUITE=bookworm
SECURITY_SUITE=bookworm-security
# Kernel 6.1 does not know all that stub's mkfs.xfs would use by itself.
declare -A MKFS_OPTIONS=([xfs]='-c options=/usr/share/xfsprogs/mkfs/lts_6.1.conf')
# In place of usrmerge, which would bring all of Perl to a root that is merged from the start.
PACKAGES=usr-is-merged

# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/debian.sh
. "$(dirname "${BASH_SOURCE[0]}")/../usr/lib/stub/install/debian.sh"
install_debian
