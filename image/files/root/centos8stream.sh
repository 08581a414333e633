#!/bin/bash
# Installs CentOS Stream 8 on the data disk and reboots into it. What can be set: see rpm.sh in the folder named below.
# shellcheck disable=SC2034,SC2016 # read by what is sourced; $basearch is put in later

DISTRO=centos8stream
declare -A MIRRORS=([other]=https://vault.centos.org)
REPOSITORIES=('baseos=8-stream/BaseOS/$basearch/os' 'appstream=8-stream/AppStream/$basearch/os')
RELEASE_PACKAGES='centos-stream-release centos-stream-repos centos-gpg-keys'
KEYS=(centos/RPM-GPG-KEY-CentOS-Official)

LIB=$(dirname "${BASH_SOURCE[0]}")/../usr/lib/stub/install
# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/el8.sh
. "$LIB/el8.sh"
# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/rpm.sh
. "$LIB/rpm.sh"
install_rpm
