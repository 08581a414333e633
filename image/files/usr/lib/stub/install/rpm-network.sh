# shellcheck shell=bash
# The network: eth0 by DHCP, and who answers LLMNR.

write_network_by_keyfile() {
  # 2 is yes, 0 is no. Where another program answers, NetworkManager has nobody to tell.
  local -A answers=([resolved]=2 [llmnrd]=0)
  write /etc/NetworkManager/system-connections/eth0.nmconnection 600 << END
[connection]
id=eth0
type=ethernet
interface-name=eth0
llmnr=${answers[$LLMNR]}

[ipv4]
method=auto

[ipv6]
method=auto
addr-gen-mode=eui64
END
}

write_network_by_ifcfg() {
  write /etc/sysconfig/network-scripts/ifcfg-eth0 << 'END'
DEVICE=eth0
TYPE=Ethernet
ONBOOT=yes
BOOTPROTO=dhcp
IPV6INIT=yes
IPV6_AUTOCONF=yes
END
  write /etc/sysconfig/network << END
NETWORKING=yes
NETWORKING_IPV6=yes
HOSTNAME=$(uname -n)
END
}

# It answers where the link's setting and this one both say so.
write_llmnr_by_resolved() {
  write /etc/systemd/resolved.conf.d/llmnr.conf << 'END'
[Resolve]
LLMNR=yes
END
  ln -sfn ../run/systemd/resolve/stub-resolv.conf "$TARGET/etc/resolv.conf"
  SERVICES+=' systemd-resolved'
}

# The image's own, which is linked statically and needs nothing of the new system.
write_llmnr_by_llmnrd() {
  install -D -m 755 "$LIB/../llmnrd" "$TARGET/usr/local/sbin/llmnrd"
  write_llmnrd_service
}
