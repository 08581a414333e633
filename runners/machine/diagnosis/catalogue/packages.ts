import { INSTALL, type Row } from '../row.ts';

/** Package managers, and the installer around them. */
export const PACKAGES: readonly Row[] = [
  {
    code: 'package-not-found',
    explains: INSTALL,
    seen: [
      /(?:Unable to locate package (?<package>\S+)|Package '(?<package>[^']+)' has no installation candidate|(?:No match for argument|Unable to find a match): (?<package>\S+)|no package is called (?<package>\S+),|there are no ebuilds to satisfy "(?<package>[^"]+)")/,
    ],
    sentence: 'the archive has no package {package}',
    hint: "Look at how the distribution calls it now, and change the installer's list.",
  },
  {
    code: 'dependencies-unmet',
    explains: INSTALL,
    seen: [
      /(?:(?<package>\S+) : Depends: (?<needs>.+?) but |nothing provides (?<needs>.+?) needed by (?<package>\S+)|^\s+(?<needs>\S+(?: [<=>]+ \S+)?) is needed by (?<package>\S+)$)/,
    ],
    sentence: '{package} needs {needs}, which cannot be installed',
    hint: 'The archive may be in the middle of an update: run it again, or use another mirror (--mirror URL).',
  },
  {
    code: 'dpkg-interrupted',
    explains: INSTALL,
    seen: [/dpkg was interrupted, you must manually run/],
    sentence: 'an earlier dpkg was broken off in that system, and apt does not go on before it is put right',
    hint: 'Look for what ended the first one: the lines above.',
  },
  {
    code: 'scriptlet-failed',
    explains: INSTALL,
    seen: [/(?:error|warning): (?<script>%\w+)\((?<package>[^)]+)\) scriptlet failed, (?<how>.+)/],
    sentence: 'the script {script} of the package {package} failed ({how})',
    hint: 'What the script said stands above this line.',
  },
  {
    code: 'package-script-failed',
    explains: INSTALL,
    seen: [
      /dpkg: error processing (?:package|archive) (?<package>\S+) \(--\w+\):/,
      /(?<script>(?:pre|post)-(?:installation|removal) script) subprocess (?:returned error exit status|failed with exit status|was killed by signal|was interrupted by signal) (?<status>.+)/,
    ],
    sentence: 'the {script} of the package {package} ended with {status}',
    hint: 'What the script said stands above this line.',
  },
  {
    code: 'package-unusable',
    explains: INSTALL,
    seen: [/dpkg: error processing (?:package|archive) (?<package>\S+) \(--(?<way>\w+)\):/],
    sentence: 'dpkg could not {way} {package}',
    hint: 'Its reason stands in the line behind this.',
  },
  {
    code: 'initramfs-not-made',
    explains: INSTALL,
    seen: [
      /(?:update-initramfs: failed for (?<image>\S+)|FAILED in step .*: no initramfs for (?<image>\S+):|FAILED in step .*: (?<image>\/boot\/\S+) lacks (?<module>\S+))/,
    ],
    sentence: 'no initramfs that would do was made: {image} {module}',
    hint: 'What made it said why above this line.',
  },
  {
    code: 'mkfs-failed',
    explains: INSTALL,
    seen: [/FAILED in step .*: no (?<type>\w+) on (?<disk>\S+): its mkfs ended with status (?<status>\d+)/],
    sentence: 'mkfs made no {type} on {disk} (status {status})',
    hint: 'Its words stand above this line.',
  },
  {
    code: 'installer-missing',
    explains: INSTALL,
    seen: [
      /\.\/(?<script>\S+\.sh: (?:No such file or directory|not found|Permission denied)|\S+\.sh: .*cannot execute.*)/,
    ],
    sentence: 'stub has no installer that can be run: {script}',
    hint: 'Look into the image: root/{distro}.sh has to be there and executable.',
  },
  {
    code: 'installer-gave-up',
    explains: INSTALL,
    seen: [/stub-install: FAILED in step (?<step>\S+ \S+): (?<why>.+?)(?: \(status \d+\))?$/],
    sentence: 'the installer gave up in step {step}: {why}',
    hint: 'What it did before stands above this line.',
  },
  {
    code: 'installer-mute',
    explains: INSTALL,
    reason: /^installer-failed: the installer ended with status (?<status>\d+)/,
    seen: [/^status-(?<status>\d+)/],
    sentence: 'the installer ended with status {status} and without a word about why',
    hint: 'Type it at the shell with bash -x before it: ./stub-matrix run --from shell --keep.',
  },
];
