#!/bin/bash
# Installs CentOS Stream 10 on the data disk and reboots into it. What can be set: see rpm.sh in the folder named below.
# shellcheck disable=SC2034,SC2016 # read by what is sourced; $basearch is put in later

DISTRO=centos10stream
declare -A MIRRORS=([other]=https://mirror.stream.centos.org)
REPOSITORIES=('baseos=10-stream/BaseOS/$basearch/os' 'appstream=10-stream/AppStream/$basearch/os')
RELEASE_PACKAGES='centos-stream-release centos-stream-repos centos-gpg-keys'
KEYS=(centos/RPM-GPG-KEY-CentOS-Official-SHA256)

LIB=$(dirname "${BASH_SOURCE[0]}")/../usr/lib/stub/install
# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/el10.sh
. "$LIB/el10.sh"
# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/rpm.sh
. "$LIB/rpm.sh"
install_rpm
