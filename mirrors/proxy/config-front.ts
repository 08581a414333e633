import { LOGS, type ProxyPlan, WHOSE } from './plan.ts';
import { block, type Line, quoted } from './syntax.ts';

/** What the server that guests see begins with, fetching or replaying. */
export function front({ listen, run }: ProxyPlan): Line[] {
  return [
    `listen ${listen};`,
    `access_log ${LOGS.answered} answered;`,
    'set $asked $http_host$uri;',
    'set $source refused;',
    'if ($request_method !~ "^(GET|HEAD)$") { return 405; }',
    block(`location = ${WHOSE}`, ['access_log off;', `return 200 ${quoted(run)};`]),
  ];
}

/** An answer in words, which curl shows at a guest's console. */
export const words = (status: number, text: string): Line => `return ${status} "${text}\\n";`;
