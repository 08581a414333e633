import type { ProxyPlan } from './plan.ts';
import { block, type Line, quoted, regex } from './syntax.ts';

type Folders = Pick<ProxyPlan, 'folders'>;

/** `$folder` is the folder of this host that what is asked for lies in, `$within` its path there; empty where it lies in none. */
export function folderMap({ folders }: Folders): Line[] {
  if (folders.length === 0) return [];
  return [
    block('map $http_host$uri $folder', [
      "default '';",
      ...folders.map(
        ({ host, base, folder }) => `"~^(?i:${regex(host)})${regex(base)}/(?<within>.+)$" ${quoted(folder)};`,
      ),
    ]),
  ];
}

/** `location /` of what guests see, with the folders looked into before what `others` say. Files as they lie there now. */
export function foldersFirst({ folders }: Folders, others: readonly Line[]): Line[] {
  if (folders.length === 0) return [block('location /', others)];
  return [
    block('location /', ['error_page 418 = @local;', "if ($folder != '') { return 418; }", ...others]),
    block('location @local', ['set $source local;', 'root $folder;', 'try_files /$within =404;']),
  ];
}
