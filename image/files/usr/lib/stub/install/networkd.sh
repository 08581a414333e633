# shellcheck shell=bash
# Network by systemd-networkd and names by systemd-resolved, for distributions that have both.

write_network() {
  write_wired_by_networkd
  write_resolver yes
}

write_wired_by_networkd() {
  write /etc/systemd/network/20-wired.network << END
[Match]
Type=ether
Name=eth* en*

[Network]
DHCP=yes
LLMNR=yes
END
}

# write_resolver yes|no: whether resolved answers LLMNR. It does where the link's setting, which is yes by itself, and this
# one both say so; where it does not, another program can.
write_resolver() {
  write /etc/systemd/resolved.conf.d/llmnr.conf << END
[Resolve]
LLMNR=$1
END
  ln -sfn ../run/systemd/resolve/stub-resolv.conf "$TARGET/etc/resolv.conf"
  systemctl -q --root="$TARGET" enable systemd-networkd.service systemd-resolved.service
}
