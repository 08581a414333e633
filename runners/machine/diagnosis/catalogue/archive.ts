import { INSTALL, type Row } from '../row.ts';

/** The way to the archive, and what it answers. */
export const ARCHIVE: readonly Row[] = [
  {
    code: 'clock-wrong',
    explains: INSTALL,
    seen: [/Release file for (?<url>\S+) is not valid yet \(invalid for another (?<time>[^)]+)\)/],
    sentence: "the guest's clock is {time} behind the archive's: its index is not valid yet",
    hint: "Set the host's clock; a guest takes its own from there.",
  },
  {
    code: 'certificate-time',
    explains: INSTALL,
    seen: [/(?<words>certificate (?:is not yet valid|has expired))/],
    sentence: "the archive's {words} by the guest's clock",
    hint: "Compare the host's clock with the certificate's dates.",
  },
  {
    code: 'index-expired',
    explains: INSTALL,
    seen: [/Release file for (?<url>\S+) is expired \(invalid since (?<time>[^)]+)\)/],
    sentence: 'the index of the archive is out of date, for {time} already',
    hint: 'Use another mirror (--mirror URL), or wait until this one is in step again.',
  },
  {
    code: 'signature-unknown-key',
    explains: INSTALL,
    seen: [
      /(?<what>NO_PUBKEY [0-9A-F]+|Missing key [0-9A-F]+(?=, which is needed to verify signature)|key ID [0-9a-f]+(?=: NOKEY)|Public key for \S+ is not installed)/,
    ],
    sentence: 'what the archive sent is signed by a key that the installer does not trust: {what}',
    hint: 'Compare it with the keyring of the distribution; with one of your own, KEYRING.',
  },
  {
    code: 'signature-bad',
    explains: INSTALL,
    seen: [
      /(?:(?<what>BADSIG.*|[Bb]ad signature.*|Message has been manipulated|is not signed by a key of .*)|does not verify: (?<what>.*? BAD|no signature))/,
    ],
    sentence: 'a signature of the archive does not hold: {what}',
    hint: 'Use another mirror (--mirror URL); if it is the same there, somebody has changed what lies on the way.',
  },
  {
    code: 'checksum-mismatch',
    explains: INSTALL,
    seen: [
      /Hash Sum mismatch|File has unexpected size|is not what the index says it is|Checksum (?:error|doesn't match)|checksum doesn't match/,
    ],
    sentence:
      'the archive sent something else than its index promises: it is being updated, or a cache on the way has mixed two states',
    hint: 'Run it again; if it stays so, use another mirror (--mirror URL).',
  },
  {
    code: 'name-not-resolved',
    explains: INSTALL,
    seen: [
      /(?:Could not resolve (?:host|proxy)(?: name)?: (?<host>[\w.-]+)|Could not resolve '(?<host>[^']+)'|Temporary failure resolving '(?<host>[^']+)')/,
    ],
    sentence: 'the guest could not resolve the name {host}',
    hint: 'Look at whether it had an address and a name server: networkctl status, resolvectl (run with --keep).',
  },
  {
    code: 'network-unreachable',
    explains: INSTALL,
    seen: [/(?<words>Network is unreachable|No route to host)/],
    sentence: 'the guest had no way to the archive: {words}',
    hint: 'Look at whether it had an address: networkctl status (run with --keep).',
  },
  {
    code: 'cannot-connect',
    explains: INSTALL,
    seen: [
      /(?:Failed to connect to (?<host>\S+) port (?<port>\d+)|Could not connect to (?<host>[\w.-]+):(?<port>\d+))/,
    ],
    sentence: 'the guest could not connect to {host}, port {port}: nobody listens there, or it has no way there',
    hint: 'Ask it from this host with curl; a proxy of the run has its log in the folder proxy/ of the run.',
  },
  {
    code: 'archive-timeout',
    explains: INSTALL,
    seen: [
      /(?<url>https?:\S+) .*(?:Connection timed out|timed? ?out after|Operation too slow)|(?:Connection timed out|Connection timeout|Operation timed out|Operation too slow|Resolving timed out)/,
    ],
    sentence: 'the archive did not answer in time: {url}',
    hint: 'Ask it from this host with curl, or use another mirror (--mirror URL).',
  },
  {
    code: 'not-in-archive',
    explains: INSTALL,
    seen: [
      /(?:(?<url>https?:\S+) does not answer: .*error: 404|Status code: 404 for (?<url>\S+)|Failed to fetch (?<url>\S+) +404 )/,
    ],
    sentence: 'the archive has no {url} (404)',
    hint: 'Compare that address with what the mirror has; it may be out of step (--mirror URL).',
  },
  {
    code: 'archive-error',
    explains: INSTALL,
    seen: [
      /(?:(?<url>https?:\S+) does not answer: .*error: (?<status>5\d\d)|Status code: (?<status>5\d\d) for (?<url>\S+)|Failed to fetch (?<url>\S+) +(?<status>5\d\d) )/,
    ],
    sentence: 'the archive, or the proxy before it, answered with an error ({status}): {url}',
    hint: "Run it again later; what the run's proxy was told by the mirrors is in its folder proxy/.",
  },
  {
    code: 'not-an-archive',
    explains: INSTALL,
    seen: [/FAILED in step .*: (?<url>\S+) answers, but is no index of (?<what>.+?) \(status/],
    sentence: 'what answers at {url} is no index of {what}',
    hint: 'Look at it with curl: a mirror that moved, or a page of a network that wants a login first.',
  },
];
