#!/bin/bash
# Installs MIRACLE LINUX 8 on the data disk and reboots into it. What can be set: see rpm.sh in the folder named below.
# shellcheck disable=SC2034,SC2016 # read by what is sourced; $basearch is put in later

DISTRO=miraclelinux8
declare -A MIRRORS=([other]=https://repo.dist.miraclelinux.net/miraclelinux)
REPOSITORIES=('ML8-BaseOS=8-latest/BaseOS/$basearch/os' 'ML8-AppStream=8-latest/AppStream/$basearch/os')
RELEASE_PACKAGES='miraclelinux-release'
KEYS=(miraclelinux8.asc)

LIB=$(dirname "${BASH_SOURCE[0]}")/../usr/lib/stub/install
# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/el8.sh
. "$LIB/el8.sh"
# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/rpm.sh
. "$LIB/rpm.sh"
install_rpm
