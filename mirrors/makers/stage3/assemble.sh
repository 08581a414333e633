#!/bin/bash
# assemble.sh: in /work/making, makes of the parts in tree/PART the root of the tarball (root/, of the parts named in `stage`) and
# a signed binary package of each line in `packages`: PART CATEGORY/NAME-VERSION NEEDED…. All belong to root.
set -euo pipefail

pack() { tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" --format=gnu "$@"; }
sign() { gpg --batch --no-tty --pinentry-mode loopback --passphrase '' --quiet "$@"; }

mkdir -p root binhost
while read -r part; do
  cp -a "tree/$part/." root/
done < stage

while read -r part cpv needed; do
  name=${cpv##*/}
  atom=${cpv%-*}
  work=package/$name
  mkdir -p "$work/metadata" "binhost/$atom" "package/tree"
  echo "${cpv%%/*}" > "$work/metadata/CATEGORY"
  echo "$name" > "$work/metadata/PF"
  echo "$needed" > "$work/metadata/RDEPEND"
  : > "$work/gpkg-1"
  rm -rf package/image
  cp -al "tree/$part" package/image
  pack -C package -f - image | zstd -q -3 -o "$work/image.tar.zst"
  pack -C "$work" -f - metadata | zstd -q -3 -o "$work/metadata.tar.zst"
  rm -r "$work/metadata"
  for member in metadata.tar.zst image.tar.zst; do
    echo "DATA $member $(stat -c %s "$work/$member") SHA512 $(sha512sum "$work/$member" | cut -d ' ' -f 1)"
  done > "$work.manifest"
  sign --clear-sign --output "$work/Manifest" "$work.manifest"
  file=$atom/$name-1.gpkg.tar
  pack -C package -f "binhost/$file" "$name/gpkg-1" "$name/metadata.tar.zst" "$name/image.tar.zst" "$name/Manifest"
  printf 'CPV: %s\nPATH: %s\nSIZE: %s\nRDEPEND: %s\n\n' "$cpv" "$file" "$(stat -c %s "binhost/$file")" "$needed"
  # Its ebuild, in the tree
  mkdir -p "portage/$atom"
  printf 'EAPI=8\nDESCRIPTION="%s (stub-matrix stand-in)"\nSLOT=0\nRDEPEND="%s"\n' "$part" "$needed" > "portage/$atom/$name.ebuild"
done < packages > binhost/Packages
