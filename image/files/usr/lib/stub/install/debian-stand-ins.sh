# shellcheck shell=bash
# Commands in place of the new system's own, first in PATH for as long as its packages are configured: what the scripts ask
# for one by one is done once, or on the other processor. The result is the same.

STAND_INS=/var/tmp/stub-stand-ins

lay_stand_ins() {
  find_kernel_version
  begin_depmod
  lay_unit_helper
}

# The kernel's script wants the dependencies of its some 4000 modules, each of which has to be unpacked for that. Stub's own
# depmod finds them out while the packages before the kernel are configured; the script gets one that waits for it.
begin_depmod() {
  local status=$STAND_INS/depmod.status
  write "$STAND_INS/depmod" 755 << END
#!/bin/sh
[ "\$*" = $KERNEL_VERSION ] || exec /usr/sbin/depmod "\$@"
until [ -s $status ]; do sleep 0.5; done
exit "\$(cat $status)"
END
  { depmod -b "$TARGET" "$KERNEL_VERSION" && echo 0 || echo $?; } > "$TARGET$status" &
}

# Scripts enable their units by four calls each of a program in Perl, which takes units by the dozen as well. In a new root
# nothing is masked and nothing was disabled before; what is to be enabled is put off until somebody asks for something else.
lay_unit_helper() {
  write "$STAND_INS/deb-systemd-helper" 755 << END
#!/bin/sh
units=$STAND_INS/units
flush() {
  for verb in enable update-state; do
    [ -s "\$units.\$verb" ] || continue
    names=\$(cat "\$units.\$verb")
    rm "\$units.\$verb"
    /usr/bin/deb-systemd-helper "\$verb" \$names && continue
    # One of them broke it off. Their scripts would not mind either.
    for name in \$names; do /usr/bin/deb-systemd-helper "\$verb" "\$name" || true; done
  done
}
case "\$*" in
  'unmask '* | '--quiet was-enabled '*) ;;
  'enable '* | 'update-state '*) echo "\$2" >> "\$units.\$1" ;;
  flush) flush ;;
  *) flush > /dev/null && exec /usr/bin/deb-systemd-helper "\$@" ;;
esac
END
}

remove_stand_ins() {
  with_stand_ins DPKG_MAINTSCRIPT_PACKAGE=stub deb-systemd-helper flush || fail 'the units of the packages cannot be enabled'
  rm -r "$TARGET$STAND_INS"
}

# with_stand_ins [NAME=VALUE…] COMMAND…
with_stand_ins() {
  in_target env PATH="$STAND_INS:/usr/sbin:/usr/bin:/sbin:/bin" "$@"
}
