# shellcheck shell=bash disable=SC2034 # read by rpm.sh
# What all have in common that are made of the sources of Red Hat Enterprise Linux 8. Its dnf needs /usr/libexec/platform-python,
# a file that only the long lists of the index name: rpmbootstrap reads those when it finds that out.

RELEASE=8
# Kernel 4.18, e2fsprogs 1.45
declare -A MKFS_OPTIONS=(
  [xfs]='-c options=/usr/share/xfsprogs/mkfs/lts_4.19.conf'
  [ext4]='-O ^orphan_file,^metadata_csum_seed'
)
FIRST_PACKAGES="$RELEASE_PACKAGES dnf"
# AppStream, large as it is, brings none of them.
FIRST_REPOSITORIES=1
PACKAGES='passwd vim-minimal strace less tar openssh-server openssh-clients avahi NetworkManager iproute qemu-guest-agent socat'
PACKAGE_MANAGER=dnf
RPM_DATABASE=var/lib/rpm
RPM_FORMAT=bdb
INIT=systemd
NETWORK=keyfile
LLMNR=llmnrd
