#!/bin/bash
# Installs CentOS 7.9 on the data disk and reboots into it. What can be set: see rpm.sh in the folder named below.
# shellcheck disable=SC2034,SC2016 # read by what is sourced; $basearch is put in later

DISTRO=centos7
RELEASE=7
declare -A MIRRORS=([aarch64]=https://vault.centos.org/altarch [other]=https://vault.centos.org)
REPOSITORIES=('base=7.9.2009/os/$basearch' 'updates=7.9.2009/updates/$basearch')
# By the second one what was built anew for aarch64 is signed.
KEYS=(centos/RPM-GPG-KEY-CentOS-7 centos/RPM-GPG-KEY-CentOS-7-aarch64)
# Kernel 3.10 and its programs: older than most of what stub's would use by themselves, and than stub's oldest preset
declare -A MKFS_OPTIONS=(
  [xfs]='-m finobt=0,rmapbt=0,reflink=0,bigtime=0,inobtcount=0 -i sparse=0,nrext64=0,exchange=0 -n parent=0'
  [ext4]='-O ^orphan_file,^metadata_csum_seed,^metadata_csum,^64bit'
  [btrfs]='-O ^no-holes,^free-space-tree'
)
FIRST_PACKAGES=yum
FIRST_REPOSITORIES=2
PACKAGES='passwd vim-minimal strace less tar openssh-server openssh-clients avahi NetworkManager xfsprogs qemu-guest-agent'
PACKAGE_MANAGER=yum
RPM_DATABASE=var/lib/rpm
RPM_FORMAT=bdb
INIT=systemd
NETWORK=ifcfg
LLMNR=llmnrd
INITRAMFS_MODULES=dm-crypt # there is no virtiofs
TARGET_LC_ALL=en_US.UTF-8  # nor C.UTF-8

LIB=$(dirname "${BASH_SOURCE[0]}")/../usr/lib/stub/install
# shellcheck source-path=SCRIPTDIR source=../usr/lib/stub/install/rpm.sh
. "$LIB/rpm.sh"
install_rpm
