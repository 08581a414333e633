import type { Values } from './kconfig/expression.ts';

/** The text of a .config by option: `y`, `m`, or a string without its quotes. What is not set is not in it. */
export function parseConfiguration(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^CONFIG_(\w+)=(.*)$/.exec(line) ?? [];
    if (name !== '' && value !== 'n') values.set(name, unquote(value));
  }
  return values;
}

export function unquote(value: string): string {
  return /^".*"$/.test(value) ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
}

export const isOn = (values: Values, name: string) => ['y', 'm'].includes(values.get(name) ?? 'n');

/** Names of the options that are built in or a module, in the order of the file. */
export function optionsOn(values: Values): string[] {
  return [...values.keys()].filter((name) => isOn(values, name));
}
