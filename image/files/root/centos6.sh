#!/bin/bash
# Installs CentOS 6.10 on the data disk and reboots into it. What can be set: see rpm.sh in the folder named below.
# shellcheck disable=SC2034,SC2016 # read by what is sourced; $basearch is put in later

DISTRO=centos6
RELEASE=6
declare -A MIRRORS=([other]=https://vault.centos.org)
REPOSITORIES=('base=6.10/os/$basearch' 'updates=6.10/updates/$basearch')
KEYS=(centos/RPM-GPG-KEY-CentOS-6)
UNVERIFIED='rpm 4.20, which stub has, refuses SHA-1, and CentOS 6 has no other signatures'
# Kernel 2.6.32: XFS of version 4 only
declare -A MKFS_OPTIONS=(
  [xfs]='-m crc=0 -i projid32bit=0 -n ftype=0'
  [ext4]='-O ^orphan_file,^metadata_csum_seed,^metadata_csum,^64bit'
)
FIRST_PACKAGES='yum centos-release'
FIRST_REPOSITORIES=2
PACKAGES='passwd vim-minimal strace less tar openssh-server openssh-clients avahi dhclient acpid xfsprogs qemu-guest-agent'
PACKAGE_MANAGER=yum
RPM_DATABASE=var/lib/rpm
RPM_FORMAT=bdb
INIT=upstart
NETWORK=ifcfg
LLMNR=llmnrd
INITRAMFS_MODULES=dm-crypt # there is no virtiofs
TARGET_LC_ALL=en_US.UTF-8  # nor C.UTF-8

LIB=$(dirname "${BASH_SOURCE[0]}")/../usr/lib/stub/install
# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/rpm.sh
. "$LIB/rpm.sh"
install_rpm
