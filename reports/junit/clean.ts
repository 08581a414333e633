import { stripVTControlCharacters } from 'node:util';

/** What XML 1.0 has no way to say, escaped or not: most control characters, two non-characters, lone surrogates. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;

/**
 * Text that can stand in an XML 1.0 document: no escape sequences of terminals, line ends as `\n`, nothing forbidden, and no
 * end of a CDATA section.
 */
export function clean(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/\r\n?/g, '\n').replaceAll(forbidden, '').replaceAll(']]>', ']] >');
}
