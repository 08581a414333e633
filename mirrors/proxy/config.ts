import { HarnessError } from '../../runners/errors.ts';
import { fetching } from './config-fetching.ts';
import { folderMap, foldersFirst } from './config-folders.ts';
import { front, words } from './config-front.ts';
import { LOGS, type ProxyPlan, WORK } from './plan.ts';
import { block, type Line, quoted, render } from './syntax.ts';

/**
 * nginx's configuration, for `nginx -p FOLDER-OF-THE-LOGS` started in `work`.
 *
 * @throws HarnessError `path-not-for-nginx`
 */
export function nginxConf(plan: ProxyPlan): string {
  const { run, work, packages, user, folders, serve } = plan;
  for (const path of [work, packages, ...folders.map(({ folder }) => folder)]) requirePlain(path);
  return render([
    `# The package proxy of run ${run}, made by mirrors/proxy/config.ts`,
    'daemon off;',
    '# One process, which the kernel ends together with the runner: workers would outlive a master that is killed.',
    'master_process off;',
    ...(user === undefined ? [] : [`user ${user};`]),
    `pid ${quoted(`${work}/nginx.pid`)};`,
    `error_log ${LOGS.error} notice;`,
    block('events', ['worker_connections 1000;']),
    block('http', [
      ...common(plan),
      ...folderMap(plan),
      ...('archives' in serve ? fetching(plan, serve) : replaying(plan, serve.replayOf)),
    ]),
  ]);
}

function requirePlain(path: string): void {
  if (!/[$\n]/.test(path)) return;
  throw new HarnessError({
    code: 'path-not-for-nginx',
    message: `${path} has a character that means something else in nginx's configuration`,
    hint: 'choose another folder, such as with --cache',
  });
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

const ANSWERED = {
  time: '$msec',
  asked: '$asked',
  source: '$source',
  cache: '$upstream_cache_status',
  status: '$status',
  bytes: '$body_bytes_sent',
};

/** `$asked` is the key of archives.ts, `$source` where the answer came from. */
function common({ work }: ProxyPlan): Line[] {
  return [
    'access_log off;',
    'server_tokens off;',
    'default_type application/octet-stream;',
    'sendfile on;',
    'client_max_body_size 1k;',
    '# An emulated guest that unpacks may not look at its network for a while.',
    'send_timeout 10m;',
    ...TEMPORARY.map((name) => `${name}_temp_path ${quoted(`${work}/temp-${name}`)};`),
    `log_format answered escape=json '${JSON.stringify(ANSWERED)}';`,
  ];
}

function replaying(plan: ProxyPlan, replayOf: string): Line[] {
  const missing = `offline: http://$asked is not among what run ${replayOf} was answered; run once without --offline`;
  return [
    block('server', [
      ...front(plan),
      `root ${quoted(plan.work)};`,
      ...foldersFirst(plan, ['set $source kept;', `try_files /${WORK.answers}/$asked @absent;`]),
      block('location @absent', [
        'set $source absent;',
        `if (-f $document_root/${WORK.absent}/$asked) { return 404; }`,
        'set $source failed;',
        words(504, missing),
      ]),
    ]),
  ];
}
