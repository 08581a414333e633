import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MakerTools, SigningKey } from '../../mirrors/makers/maker.ts';

/** An rpm without architecture. */
export interface SmallRpm {
  readonly requires?: readonly string[];
  readonly provides?: readonly string[];
  /** Path → content. */
  readonly files?: Readonly<Record<string, string>>;
  /** Its scriptlet after the files are there. */
  readonly post?: string;
  /** What it is signed by, if at all. */
  readonly key?: SigningKey;
  /** Bytes at its end are changed once it is signed. */
  readonly tampered?: true;
}

const field = (name: string, words: readonly string[]) => words.map((word) => `${name}: ${word}\n`).join('');

/** Builds rpms by Debian's rpmbuild, signs them, and makes a repository of them in `folder`, which it makes. */
export async function makeRepository(
  folder: string,
  rpms: Readonly<Record<string, SmallRpm>>,
  tools: MakerTools,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const binds = [{ from: folder, to: 'repository', writable: true }];
  const inFolder = { binds, cwd: '/work/repository', purpose: 'building rpms for a test' };
  for (const [name, rpm] of Object.entries(rpms)) {
    await writeFile(join(folder, `${name}.spec`), specOf(name, rpm));
    const folders = { _topdir: '/tmp/rpm', _tmppath: '/tmp', _rpmdir: '/work/repository' };
    const where = Object.entries(folders).flatMap(([name, folder]) => ['--define', `${name} ${folder}`]);
    // As distributions of today have it: Debian's own choice is zstd of the highest level.
    const how = ['--define', '_binary_payload w3.gzdio', '--define', '_build_name_fmt %%{NAME}.rpm'];
    await tools.run(['rpmbuild', '-bb', '--quiet', '--nodeps', ...where, ...how, `${name}.spec`], inFolder);
    if (rpm.key) await sign(`${name}.rpm`, rpm.key, folder, tools);
    if (rpm.tampered) {
      const last = `printf X | dd of=${name}.rpm bs=1 seek=$(($(stat -c %s ${name}.rpm) - 12)) conv=notrunc status=none`;
      await tools.run(['sh', '-c', last], inFolder);
    }
  }
  await tools.run(['createrepo_c', '--quiet', '--no-database', '--general-compress-type=gz', '.'], inFolder);
}

async function sign(file: string, key: SigningKey, folder: string, tools: MakerTools): Promise<void> {
  await tools.run(
    [
      ...(['rpmsign', '--addsign', '--define', `_gpg_name ${key.fingerprint}`] as const),
      ...['--define', '_gpg_sign_cmd_extra_args --batch --no-tty --pinentry-mode loopback --passphrase ""', file],
    ],
    {
      binds: [
        { from: folder, to: 'repository', writable: true },
        { from: key.home, to: 'key', writable: true },
      ],
      ...{ cwd: '/work/repository', env: { GNUPGHOME: '/work/key' }, purpose: 'signing an rpm for a test' },
    },
  );
}

function specOf(name: string, { requires = [], provides = [], files = {}, post }: SmallRpm): string {
  const lay = Object.entries(files).map(
    ([path, content]) =>
      `mkdir -p %{buildroot}$(dirname ${path})\nprintf %%s '${content}' > %{buildroot}${path}\nchmod 755 %{buildroot}${path}\n`,
  );
  return `Name: ${name}
Version: 1
Release: 1
Summary: For a test
License: none
BuildArch: noarch
AutoReqProv: no
${field('Requires', requires)}${field('Provides', provides)}
%description
For a test.
%install
${lay.join('')}
${post === undefined ? '' : `%post\n${post.replaceAll('%', '%%')}\n`}
%files
${Object.keys(files).join('\n')}
`;
}
