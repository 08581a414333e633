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
      /(?:NO_PUBKEY (?<key>[0-9A-F]+)|Missing key (?<key>[0-9A-F]+), which is needed to verify signature|key ID (?<key>[0-9a-f]+): NOKEY)/,
    ],
    sentence: 'what the archive sent is signed by a key that the installer does not trust: {key}',
    hint: 'Compare it with the keyring of the distribution; with one of your own, KEYRING.',
  },
  {
    code: 'signature-bad',
    explains: INSTALL,
    seen: [
      /(?<what>BADSIG|[Bb]ad signature|Signature, key ID \w+: BAD|digest: BAD|does not verify: .*|is not signed by a key of .*)/,
    ],
    sentence: 'a signature of the archive does not hold: {what}',
    hint: 'Use another mirror (--mirror URL); if it is the same there, somebody has changed what lies on the way.',
  },
  {
    code: 'checksum-mismatch',
    explains: INSTALL,
    seen: [
      /Hash Sum mismatch|is not what the index says it is|Checksum (?:error|doesn't match)|checksum doesn't match/,
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
    code: 'connection-refused',
    explains: INSTALL,
    seen: [
      /(?:Failed to connect to (?<host>\S+) port (?<port>\d+).*(?:Connection refused|Couldn't connect to server|Could not connect to server)|Could not connect to (?<host>[\w.-]+):(?<port>\d+).*Connection refused)/,
    ],
    sentence: 'nothing answers at {host}, port {port}: the guest could not connect',
    hint: 'Ask it from this host with curl; a proxy of the run has its log in the folder proxy/ of the run.',
  },
  {
    code: 'network-unreachable',
    explains: INSTALL,
    seen: [/(?<words>Network is unreachable|No route to host)/],
    sentence: 'the guest had no way to the archive: {words}',
    hint: 'Look at whether it had an address: networkctl status (run with --keep).',
  },
  {
    code: 'archive-timeout',
    explains: INSTALL,
    seen: [/(?:Connection timed out|Connection timeout|Operation timed out|Operation too slow|Resolving timed out)/],
    sentence: 'the archive did not answer in time',
    hint: 'Ask it from this host with curl, or use another mirror (--mirror URL).',
  },
  {
    code: 'not-in-archive',
    explains: INSTALL,
    seen: [/(?:(?:The requested URL returned error: |Status code: | {2})404|404 +Not Found)/],
    sentence: 'the archive has no such file (404)',
    hint: 'Compare the address in that line with what the mirror has; it may be out of step (--mirror URL).',
  },
  {
    code: 'archive-error',
    explains: INSTALL,
    seen: [
      /(?:The requested URL returned error: |Status code: )(?<status>5\d\d)|(?<status>5\d\d) +(?:Service Unavailable|Bad Gateway|Internal Server Error|Gateway Time)/,
    ],
    sentence: 'the archive, or the proxy before it, answered with an error ({status})',
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
