/** HTML that is safe to be put into a page. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | false | undefined | Markup | readonly Part[];

/** Text and attribute values alike: whatever a guest printed, it stays text. */
export const escapeText = (text: string) => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);

function written(part: Part): string {
  if (part === undefined || part === false) return '';
  if (typeof part === 'string') return escapeText(part);
  if (typeof part === 'number') return String(part);
  return 'markup' in part ? part.markup : part.map(written).join('');
}

/** A template of HTML in which everything that is filled in is escaped, unless it is markup itself. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { markup: literals.reduce((all, literal, index) => `${all}${written(parts[index - 1])}${literal}`) };
}

/** For what is known to be markup: our own style, our own script. */
export const raw = (markup: string): Markup => ({ markup });
