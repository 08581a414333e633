import type { Mirror, NumberedArchive } from './archives.ts';
import { foldersFirst } from './config-folders.ts';
import { front, words } from './config-front.ts';
import { type Fetching, LOGS, type Patience, type ProxyPlan, SOCKET, WORK } from './plan.ts';
import { block, type Line, quoted, regex } from './syntax.ts';

/** What a mirror may answer with for the next one to be asked. */
const NEXT = '403 404 408 410 429 500 502 503 504';
const MOVED = '301 302 303 307 308';

/** How long something is kept, and in which form it comes, is ours to say; where files lie is not a mirror's. */
const IGNORED =
  'Cache-Control Expires Set-Cookie Vary X-Accel-Expires X-Accel-Redirect X-Accel-Buffering X-Accel-Limit-Rate X-Accel-Charset';

const NOT_OURS = words(403, 'http://$asked is in none of the archives of this run');

const ASKED = {
  time: '$msec',
  archive: '$archive_asked',
  path: '$rest',
  trail: '$trail',
  statuses: '$upstream_status',
  bytes: '$upstream_bytes_received',
};

/**
 * Two servers in one nginx. The one that guests see keeps, and fetches but once what many ask for at the same time. The one
 * behind it, on a UNIX socket, goes through the mirrors of an archive in their order.
 */
export function fetching(plan: ProxyPlan, from: Fetching): Line[] {
  const { archives } = from;
  if (archives.length === 0) return [block('server', [...front(plan), ...foldersFirst(plan, [NOT_OURS])])];
  return [
    `log_format asked escape=json '${JSON.stringify(ASKED)}';`,
    block('map $http_host$uri $archive', [
      "default '';",
      ...archives.map(({ id, host, base }) => `"~^(?i:${regex(host)})${regex(base)}/(?<below>.+)$" ${id};`),
    ]),
    '# An answer that ends when its connection does may have been cut off: nobody can tell.',
    block('map $upstream_http_content_length$upstream_http_transfer_encoding $endless', ["'' 1;", "default '';"]),
    `proxy_cache_path ${quoted(`${plan.work}/${WORK.cache}`)} keys_zone=run:16m inactive=10y use_temp_path=off;`,
    'proxy_http_version 1.1;',
    'proxy_buffers 16 32k;',
    `proxy_ignore_headers ${IGNORED};`,
    'recursive_error_pages on;',
    block('upstream mirrors', [`server unix:${SOCKET};`, 'keepalive 16;']),
    ...archives.flatMap(({ mirrors }) => {
      const chain = reachable(mirrors, from);
      return chain.map((mirror) => group(mirror, mirror === chain.at(-1), plan.patience, from));
    }),
    block('server', [...front(plan), ...seenByGuests(plan)]),
    block('server', [...behind(plan.patience, from), ...archives.flatMap((archive) => asked(archive, plan, from))]),
  ];
}

/** `$below` is the path within the archive. */
function seenByGuests(plan: ProxyPlan): Line[] {
  const { packages, patience } = plan;
  return [
    `root ${quoted(packages)};`,
    ...foldersFirst(plan, [
      block("if ($archive = '')", [NOT_OURS]),
      'set $source kept;',
      'try_files /kept/$asked @mirrors;',
    ]),
    block('location @mirrors', [
      'set $source mirrors;',
      'rewrite ^ /$archive/$below? break;',
      'proxy_pass http://mirrors;',
      "proxy_set_header Connection '';",
      '# Patience with each mirror is the business of the server behind.',
      'proxy_read_timeout 30m;',
      'proxy_cache run;',
      'proxy_cache_key $asked;',
      '# As long as the run: all its guests see an archive in one state.',
      'proxy_cache_valid 200 10y;',
      'proxy_cache_lock on;',
      `proxy_cache_lock_timeout ${patience.share}s;`,
      'proxy_cache_lock_age 1h;',
      '# Who was cut off goes on from there, also where the mirror knows no ranges.',
      'proxy_force_ranges on;',
      'proxy_no_cache $upstream_http_x_endless;',
      'proxy_hide_header X-Endless;',
      'proxy_intercept_errors on;',
      'error_page 500 502 503 504 = @stale;',
    ]),
    block('location @stale', ['set $source stale;', 'try_files /latest/$asked @failed;']),
    block('location @failed', [
      'set $source failed;',
      words(502, 'no mirror answered for http://$asked, and no earlier run has kept it'),
    ]),
  ];
}

function behind(patience: Patience, { trust, resolvers }: Fetching): Line[] {
  const bracketed = resolvers.map((address) => (address.includes(':') ? `[${address}]` : address));
  return [
    `listen unix:${SOCKET};`,
    `access_log ${LOGS.asked} asked;`,
    "set $trail '';",
    `proxy_connect_timeout ${patience.connect}s;`,
    `proxy_read_timeout ${patience.silence}s;`,
    `proxy_send_timeout ${patience.silence}s;`,
    'proxy_next_upstream error timeout invalid_header http_429 http_500 http_502 http_503 http_504;',
    'proxy_next_upstream_tries 2;',
    'proxy_intercept_errors on;',
    'proxy_ssl_server_name on;',
    'proxy_ssl_verify on;',
    'proxy_ssl_verify_depth 8;',
    'proxy_ssl_protocols TLSv1.2 TLSv1.3;',
    `proxy_ssl_trusted_certificate ${quoted(trust)};`,
    ...(bracketed.length > 0 ? [`resolver ${bracketed.join(' ')};`] : []),
    'add_header X-Endless $endless;',
  ];
}

const reachable = (mirrors: readonly Mirror[], { servers }: Fetching) =>
  mirrors.filter(({ id }) => servers[id]?.length);

/** Two tries: at two addresses where a mirror has them. Nothing is gained by passing over the last of a chain. */
function group({ id }: Mirror, last: boolean, { pause }: Patience, { servers }: Fetching): Line {
  const [first = '', second = first] = servers[id] ?? [];
  const rule = last ? 'max_fails=0' : `max_fails=1 fail_timeout=${pause}s`;
  const server = (address: string) => `server ${address} ${rule};`;
  return block(`upstream ${id}`, [server(first), server(second), 'keepalive 8;']);
}

/** `$rest` is the path within the archive, `$trail` the mirrors that were asked, in their order. */
function asked({ id, mirrors }: NumberedArchive, plan: ProxyPlan, from: Fetching): Line[] {
  const chain = reachable(mirrors, from);
  const [first] = chain;
  const begin = first ? [`error_page 418 = @${first.id};`, 'return 418;'] : ['return 502;'];
  return [
    block(`location ~ ^/${id}/(?<rest>.+)$`, [`set $archive_asked ${id};`, ...begin]),
    ...chain.flatMap((mirror, place) => askMirror(mirror, chain[place + 1], plan, from)),
  ];
}

const HEADERS = ["proxy_set_header Connection '';", "proxy_set_header Accept-Encoding '';"];

function askMirror(
  { id, scheme, host, name, base }: Mirror,
  after: Mirror | undefined,
  { work }: ProxyPlan,
  { forwarded }: Fetching,
): Line[] {
  const otherwise = after ? [`error_page ${NEXT} = @${after.id};`] : [];
  return [
    block(`location @${id}`, [
      ...(after ? [`if (-f ${quoted(`${work}/${WORK.shunned}/${id}`)}) { return 503; }`] : []),
      `set $trail "$trail ${id}";`,
      `rewrite ^ ${quoted(`${base}/$rest?`)} break;`,
      `proxy_pass ${forwarded ? 'http' : scheme}://${id};`,
      `proxy_set_header Host ${host};`,
      ...HEADERS,
      ...(scheme === 'https' ? [`proxy_ssl_name ${name};`] : []),
      `error_page ${MOVED} = @${id}-moved;`,
      ...otherwise,
    ]),
    block(`location @${id}-moved`, [
      `set $trail "$trail ${id}";`,
      'set $to $upstream_http_location;',
      'proxy_pass $to;',
      ...HEADERS,
      `error_page ${MOVED} = @${id}-moved;`,
      ...otherwise,
    ]),
  ];
}
