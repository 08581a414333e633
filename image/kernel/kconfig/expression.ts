/** A condition of Kconfig's language. `opaque` is a macro call, such as a question to the compiler, that is not evaluated. */
export type Expression =
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: string }
  | { readonly kind: 'opaque'; readonly text: string }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'compare'; readonly operator: string; readonly left: Expression; readonly right: Expression };

/** The values of a configuration by name without CONFIG_; what is not in it is `n`. */
export type Values = ReadonlyMap<string, string>;

export const ALWAYS: Expression = { kind: 'constant', value: 'y' };

export function and(left: Expression, right: Expression): Expression {
  if (left === ALWAYS) return right;
  return right === ALWAYS ? left : { kind: 'and', left, right };
}

/** Cuts a line of Kconfig into words; quoted ones keep their quote in front, macro calls are one word. */
export function tokenize(text: string): string[] {
  const tokens: string[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const quoted = /^"((?:[^"\\]|\\.)*)"|^'((?:[^'\\]|\\.)*)'/.exec(rest);
    const plain = /^(?:&&|\|\||!=|<=|>=|[=<>!()])|^[\w./+-]+/.exec(rest);
    if (rest[0] === '#') break;
    if (quoted) {
      tokens.push(`"${quoted[1] ?? quoted[2] ?? ''}`);
      at += quoted[0].length;
    } else if (rest.startsWith('$(')) {
      const end = closing(rest);
      tokens.push(rest.slice(0, end));
      at += end;
    } else if (plain) {
      tokens.push(plain[0]);
      at += plain[0].length;
    } else at += 1;
  }
  return tokens;
}

/** The length of the macro call a text starts with; calls nest. */
function closing(text: string): number {
  let depth = 0;
  for (const [index, letter] of [...text].entries()) {
    if (letter === '(') depth += 1;
    if (letter === ')' && --depth === 0) return index + 1;
  }
  return text.length;
}

/** Parses a whole condition; what cannot be understood counts as opaque, so that reading never fails on a newer Kconfig. */
export function parseExpression(tokens: readonly string[]): Expression {
  let at = 0;
  const or = (): Expression => {
    let left = conjunction();
    while (tokens[at] === '||') {
      at += 1;
      left = { kind: 'or', left, right: conjunction() };
    }
    return left;
  };
  const conjunction = (): Expression => {
    let left = comparison();
    while (tokens[at] === '&&') {
      at += 1;
      left = and(left, comparison());
    }
    return left;
  };
  const comparison = (): Expression => {
    const left = operand();
    const operator = tokens[at] ?? '';
    if (!['=', '!=', '<', '<=', '>', '>='].includes(operator)) return left;
    at += 1;
    return { kind: 'compare', operator, left, right: operand() };
  };
  const operand = (): Expression => {
    const token = tokens[at] ?? '';
    at += 1;
    if (token === '!') return { kind: 'not', of: operand() };
    if (token === '(') {
      const inner = or();
      at += 1;
      return inner;
    }
    if (token.startsWith('"')) return { kind: 'constant', value: token.slice(1) };
    if (token.startsWith('$(') || token === '') return { kind: 'opaque', text: token };
    if (/^([ymn]|-?\d+|0x[\da-fA-F]+)$/.test(token)) return token === 'y' ? ALWAYS : { kind: 'constant', value: token };
    return { kind: 'symbol', name: token };
  };
  return tokens.length === 0 ? ALWAYS : or();
}

function text(expression: Expression, values: Values): string {
  if (expression.kind === 'symbol') return values.get(expression.name) ?? 'n';
  if (expression.kind === 'constant') return expression.value;
  return evaluate(expression, values) ? 'y' : 'n';
}

/** Whether a condition holds in a configuration without modules; an opaque one is taken to. */
export function evaluate(expression: Expression, values: Values): boolean {
  switch (expression.kind) {
    case 'symbol':
    case 'constant':
      return ['y', 'm'].includes(text(expression, values));
    case 'opaque':
      return true;
    case 'not':
      return !evaluate(expression.of, values);
    case 'and':
      return evaluate(expression.left, values) && evaluate(expression.right, values);
    case 'or':
      return evaluate(expression.left, values) || evaluate(expression.right, values);
    case 'compare':
      return compare(expression.operator, text(expression.left, values), text(expression.right, values));
  }
}

function compare(operator: string, left: string, right: string): boolean {
  if (operator === '=') return left === right;
  if (operator === '!=') return left !== right;
  const difference = Number(left) - Number(right);
  const order = Number.isNaN(difference) ? left.localeCompare(right) : difference;
  return operator.startsWith('<')
    ? order < 0 || (order === 0 && operator === '<=')
    : order > 0 || (order === 0 && operator === '>=');
}

/** As it would be written in Kconfig, each name with its value: `PCI [=y] && !MODULES [=n]`. */
export function describe(expression: Expression, values: Values): string {
  switch (expression.kind) {
    case 'symbol':
      return `${expression.name} [=${values.get(expression.name) ?? 'n'}]`;
    case 'constant':
      return expression.value === '' ? '""' : expression.value;
    case 'opaque':
      return expression.text;
    case 'not':
      return `!${expression.of.kind === 'and' || expression.of.kind === 'or' ? `(${describe(expression.of, values)})` : describe(expression.of, values)}`;
    case 'compare':
      return `${describe(expression.left, values)} ${expression.operator} ${describe(expression.right, values)}`;
    default: {
      const side = (inner: Expression) =>
        inner.kind === 'or' && expression.kind === 'and' ? `(${describe(inner, values)})` : describe(inner, values);
      return `${side(expression.left)} ${expression.kind === 'and' ? '&&' : '||'} ${side(expression.right)}`;
    }
  }
}

/** The parts of a condition that all have to hold. */
export function conjuncts(expression: Expression): Expression[] {
  return expression.kind === 'and' ? [...conjuncts(expression.left), ...conjuncts(expression.right)] : [expression];
}
