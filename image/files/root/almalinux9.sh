#!/bin/bash
# Installs AlmaLinux 9 on the data disk and reboots into it. What can be set: see rpm.sh in the folder named below.
# shellcheck disable=SC2034,SC2016 # read by what is sourced; $basearch is put in later

DISTRO=almalinux9
declare -A MIRRORS=([other]=https://repo.almalinux.org/almalinux)
REPOSITORIES=('baseos=9/BaseOS/$basearch/os' 'appstream=9/AppStream/$basearch/os')
RELEASE_PACKAGES='almalinux-release almalinux-repos almalinux-gpg-keys'
KEYS=(alma/RPM-GPG-KEY-AlmaLinux-9)

LIB=$(dirname "${BASH_SOURCE[0]}")/../usr/lib/stub/install
# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/el9.sh
. "$LIB/el9.sh"
# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/rpm.sh
. "$LIB/rpm.sh"
install_rpm
