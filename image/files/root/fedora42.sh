#!/bin/bash
# Installs Fedora 42 on the data disk and reboots into it. What can be set: see rpm.sh in the folder named below.
# shellcheck disable=SC2034,SC2016 # read by what is sourced; $basearch is put in later

DISTRO=fedora42
RELEASE=42
declare -A MIRRORS=([other]=https://archives.fedoraproject.org/pub/archive/fedora/linux)
REPOSITORIES=('fedora=releases/42/Everything/$basearch/os' 'updates=updates/42/Everything/$basearch')
KEYS=(fedora/RPM-GPG-KEY-fedora-42-primary)
# Kernel 6.14 and later; the newest preset is for 6.12.
declare -A MKFS_OPTIONS=([xfs]='-c options=/usr/share/xfsprogs/mkfs/lts_6.12.conf')
# As Fedora's own installer names it
SUBVOLUME=root
FIRST_PACKAGES='fedora-release fedora-gpg-keys dnf5'
FIRST_REPOSITORIES=2
PACKAGES='passwd vim-minimal strace less tar openssh-server openssh-clients systemd-resolved NetworkManager iproute'
PACKAGES+=' qemu-guest-agent socat glibc-langpack-ja'
PACKAGE_MANAGER=dnf5
RPM_DATABASE=usr/lib/sysimage/rpm
RPM_FORMAT=sqlite
INIT=systemd
NETWORK=keyfile
LLMNR=resolved

LIB=$(dirname "${BASH_SOURCE[0]}")/../usr/lib/stub/install
# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/rpm.sh
. "$LIB/rpm.sh"
install_rpm
