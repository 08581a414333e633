#!/bin/bash
# unpack.sh: in /work, lays each package named in `list` (RPM DEB, a line each) down in tree/RPM, without what `left-out` names.
set -euo pipefail

while read -r rpm deb; do
  mkdir -p "tree/$rpm"
  dpkg-deb --fsys-tarfile "debs/$deb" |
    tar --extract --directory "tree/$rpm" --no-same-owner --preserve-permissions --keep-directory-symlink --exclude-from=left-out
done < list

# What some packages still name by its old place has moved below /usr.
for root in tree/*; do
  for name in bin sbin lib lib64; do
    if [ ! -d "$root/$name" ] || [ -L "$root/$name" ]; then continue; fi
    mkdir -p "$root/usr/$name"
    cp -a "$root/$name/." "$root/usr/$name/"
    rm -r "${root:?}/$name"
  done
done

# As the scripts of Python's packages would: an emulated processor takes long to compile, and does it again for each user.
for root in tree/*; do
  for folder in "$root"/usr/lib/python3/dist-packages "$root"/usr/lib/python3.*; do
    [ ! -d "$folder" ] || python3 -m compileall -q -s "$root" -p / --invalidation-mode unchecked-hash "$folder"
  done
done
