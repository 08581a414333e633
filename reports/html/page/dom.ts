export type Child = Node | string | number | false | null | undefined | readonly Child[];
type Value = string | number | boolean | undefined | ((event: Event) => void);

/** An element. What is put into it as text stays text; `onclick` and its like are listeners. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  append(element, children);
  return element;
}

function append(parent: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (Array.isArray(child)) append(parent, child);
    else if (child instanceof Node) parent.appendChild(child);
    else if (typeof child === 'string' || typeof child === 'number') parent.appendChild(new Text(String(child)));
  }
}

/** The head of a table: a heading for each of its columns. */
export const headings = (titles: readonly string[]): HTMLElement =>
  h(
    'thead',
    {},
    h(
      'tr',
      {},
      titles.map((each) => h('th', { scope: 'col' }, each)),
    ),
  );

export function fill(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

/** Sets custom properties. The page's policy forbids style attributes in its markup, but not this. */
export function place<E extends HTMLElement>(element: E, properties: Readonly<Record<string, string | number>>): E {
  for (const [name, value] of Object.entries(properties)) element.style.setProperty(name, String(value));
  return element;
}

/** The element with this id, which the page has by construction. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page lacks #${id}`);
  return element as E;
}

/** Says something to who listens to the page, and shows it for a moment. */
export function say(text: string): void {
  const status = byId('said');
  status.textContent = text;
  status.classList.add('seen');
  clearTimeout(hiding);
  hiding = setTimeout(() => status.classList.remove('seen'), 1800);
}
let hiding: ReturnType<typeof setTimeout> | undefined;
