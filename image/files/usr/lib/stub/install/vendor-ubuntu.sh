# shellcheck shell=bash disable=SC2034
# What holds of every release of Ubuntu, as vendor-debian.sh does of Debian. All but amd64 lie in an archive of their own,
# which has the updates for security beside the others.

declare -A MIRRORS=([amd64]=http://jp.archive.ubuntu.com/ubuntu [other]=http://ports.ubuntu.com/ubuntu-ports)
declare -A SECURITY_MIRRORS=([amd64]=http://security.ubuntu.com/ubuntu [other]=http://ports.ubuntu.com/ubuntu-ports)
VENDOR_KEYRING=/usr/share/keyrings/ubuntu-archive-keyring.gpg
COMPONENTS='main universe'
KERNEL_PACKAGE=linux-generic
# ubuntu-minimal brings netplan, and resolved where it is a package of its own.
BASE_PACKAGES='ubuntu-minimal apt systemd-sysv dbus iproute2 netbase openssh-server avahi-daemon qemu-guest-agent socat'
NETWORK=netplan
# linux-generic needs linux-firmware, of which a virtual machine uses nothing: some hundred MiB, as package and unpacked.
MINIMUM_MIB=4096
