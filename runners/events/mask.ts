/**
 * What in a guest's or a program's words belongs to one run only and says nothing about the story: with it masked, the same
 * thing said in two runs is the same text. Numbers that may be the point of a line (a status, a version, a step) are kept.
 *
 * In this order: what comes later would break up what comes before.
 */
const OF_ONE_RUN: readonly (readonly [pattern: RegExp, stands: string])[] = [
  // The kernel's time since its start. A letter of it may have been sent twice.
  [/^\[{1,2} *\d+\.+\d{6,8}\]{1,2}(?:\[ *[TC]\d+\])? ?/gm, ''],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '‹uuid›'],
  [/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?: ?(?:UTC|GMT|Z|[+-]\d{2}:?\d{2}))?/g, '‹time›'],
  [
    /\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? )?(?:\d{1,2} )?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +(?:\d{1,2} )?(?:\d{4} )?\d{2}:\d{2}:\d{2}(?: (?:AM|PM))?(?: ?(?:UTC|GMT|[+-]\d{4}))?(?: \d{4})?/g,
    '‹time›',
  ],
  [/\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/gi, '‹mac›'],
  [/\b\d{1,2}:\d{2}:\d{2}(?:\.\d+)?\b/g, '‹time›'],
  [/\b\d{8}-\d{6}-[0-9a-f]{4}\b/g, '‹run›'],
  [/\b(?:SHA256|MD5):[\w+/=:]{20,}/g, '‹hash›'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '‹address›'],
  [
    /(?<![\w:])[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?(?:%\w+)?(?:\/\d+)?/gi,
    '‹address›',
  ],
  [/(?<=:\/\/[\w.-]+):\d+/g, ''],
  [/(?<=\/(?:tmp|run)\/[\w./-]*)(?:tmp\.\w+|[\w.-]*[._-](?=\w*[A-Z0-9])\w{6,10})\b/g, '‹name›'],
  [/\b0x[0-9a-f]+\b/gi, '‹hex›'],
  [/\b(?=[a-f]*\d)[0-9a-f]{8,}\b/gi, '‹hex›'],
  [/\b(?<=[\w.-]+)\[\d+\](?=:)/g, '[‹pid›]'],
  [/\b(pid|process|PID|Process|task)([ :=]+)\d+\b/g, '$1$2‹pid›'],
  [/\bPid: \d+/g, 'Pid: ‹pid›'],
  [/(?<=\btask [\w./-]+):\d+\b/g, ':‹pid›'],
  [/\b\d+(?:\.\d+)? ?(?:[kKMGT]i?B?|B|bytes)(?:\/s)?(?![\w/])/g, '‹size›'],
  [/\b\d+(?:\.\d+)? ?(?:ms|us|usecs|s|secs?|seconds|min|minutes|h|d)(?: \d+(?:ms|s|min|h))*\b/g, '‹time›'],
  [/\(\d+%\)/g, '(‹part›)'],
];

/**
 * The text without what is of one run only.
 *
 * @param names further words of this run, such as a cell's id and its host name
 */
export function mask(text: string, names: readonly string[] = []): string {
  const named = names.reduce((rest, name) => (name === '' ? rest : rest.replaceAll(name, '‹name›')), text);
  return OF_ONE_RUN.reduce((rest, [pattern, stands]) => rest.replace(pattern, stands), named);
}
