# shellcheck shell=bash
# Network by netplan, which tells systemd-networkd at each start what to do. Not for others to read: netplan says so loudly.

write_wired_by_netplan() {
  write /etc/netplan/20-wired.yaml 600 << 'END'
network:
  version: 2
  renderer: networkd
  ethernets:
    wired:
      match: { name: "e*" }
      dhcp4: true
      dhcp6: true
END
}
