import type { Rpm } from './resolve.ts';

/** One path of an rpm. */
export interface Path {
  /** Without a slash in front. */
  readonly path: string;
  /** Given for a folder only. */
  readonly folder?: true;
  readonly mode: number;
  readonly link: boolean;
}

/** What goes into the spec of one rpm besides what resolve.ts knows. */
export interface Filled extends Rpm {
  readonly paths: readonly Path[];
  readonly provides: readonly string[];
  /** Bodies of scriptlets by section, %post or %posttrans, each a shell's. */
  readonly scriptlets: Readonly<Record<string, string>>;
}

/** In the words of rpm: what a percent sign would begin is doubled. */
const literal = (text: string) => text.replaceAll('%', '%%').replaceAll('\n', ' ');

/** A path for %files: quoted, so that nothing in it has a meaning but the percent sign. */
export const escaped = (path: string) => `"/${path.replaceAll('%', '%%')}"`;

/**
 * One spec for all rpms of a repository: each is a subpackage of a package that is not made. Everything belongs to root, as in
 * Debian's packages before their scripts have run.
 *
 * @param tree holds what all of them lay down, below the name of each.
 */
export function specOf(rpms: readonly Filled[], { tree, dist }: { tree: string; dist: string }): string {
  return [
    '%global debug_package %{nil}',
    '%global __os_install_post %{nil}',
    '%global _build_id_links none',
    // Quick to unpack on a machine that is emulated, and hardly larger.
    '%global _binary_payload w3.zstdio',
    '%global _binary_filedigest_algorithm 8',
    'Name: stand-in',
    'Version: 1',
    `Release: 1${dist}`,
    'Summary: Packages of Debian in an rpm’s coat',
    'License: as each package says',
    'AutoReqProv: no',
    '%description',
    'Packages of Debian in an rpm’s coat.',
    ...rpms.flatMap((rpm) => preamble(rpm, dist)),
    '%install',
    'mkdir -p %{buildroot}',
    `for each in ${tree}/*; do cp -a "$each/." %{buildroot}/; done`,
    ...rpms.flatMap(({ name, scriptlets }) =>
      Object.entries(scriptlets).flatMap(([section, body]) => [`%${section} -n ${name}`, body]),
    ),
    ...rpms.flatMap(triggers),
    ...rpms.flatMap(({ name, paths }) => [`%files -n ${name}`, '%defattr(-,root,root,-)', ...paths.map(line)]),
    '',
  ].join('\n');
}

function preamble({ name, version, summary, requires, provides, coat }: Filled, dist: string): string[] {
  const needsUnits = coat.units && name !== 'systemd';
  return [
    `%package -n ${name}`,
    `Version: ${version}`,
    `Release: 1${dist}`,
    `Summary: ${literal(summary) || name}`,
    'AutoReqProv: no',
    ...requires.map((each) => `Requires: ${each}`),
    ...(needsUnits ? ['Requires(post): systemd'] : []),
    ...provides.map((each) => `Provides: ${each}`),
    `%description -n ${name}`,
    `${literal(summary)} (from packages of Debian; a stand-in, not the distribution's own)`,
  ];
}

function triggers({ name, coat }: Filled): string[] {
  return (coat.triggers ?? []).flatMap(({ on, run }) => [`%transfiletriggerin -n ${name} -- ${on}`, run]);
}

function line({ path, folder, mode, link }: Path): string {
  const permissions = link ? '' : `%attr(${(mode & 0o7777).toString(8).padStart(4, '0')},root,root) `;
  return `${folder ? '%dir ' : ''}${permissions}${escaped(path)}`;
}
