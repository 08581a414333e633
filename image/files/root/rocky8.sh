#!/bin/bash
# Installs Rocky Linux 8 on the data disk and reboots into it. What can be set: see rpm.sh in the folder named below.
# shellcheck disable=SC2034,SC2016 # read by what is sourced; $basearch is put in later

DISTRO=rocky8
declare -A MIRRORS=([other]=https://download.rockylinux.org/pub/rocky)
REPOSITORIES=('baseos=8/BaseOS/$basearch/os' 'appstream=8/AppStream/$basearch/os')
RELEASE_PACKAGES='rocky-release rocky-repos rocky-gpg-keys'
KEYS=(rocky/RPM-GPG-KEY-rockyofficial)

LIB=$(dirname "${BASH_SOURCE[0]}")/../usr/lib/stub/install
# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/el8.sh
. "$LIB/el8.sh"
# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/rpm.sh
. "$LIB/rpm.sh"
install_rpm
