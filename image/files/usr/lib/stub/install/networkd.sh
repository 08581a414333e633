# shellcheck shell=bash
# Network by systemd-networkd and names by systemd-resolved, for distributions that have both.

write_network() {
  write /etc/systemd/network/20-wired.network << END
[Match]
Type=ether
Name=eth* en*

[Network]
DHCP=yes
LLMNR=yes
END
  # It answers where the link's setting and this one both say so.
  write /etc/systemd/resolved.conf.d/llmnr.conf << END
[Resolve]
LLMNR=yes
END
  ln -sfn ../run/systemd/resolve/stub-resolv.conf "$TARGET/etc/resolv.conf"
  systemctl -q --root="$TARGET" enable systemd-networkd.service systemd-resolved.service
}
