const placeholder = /\{\{(\w+)\}\}/g;

/** The names that a template asks for. */
export function variablesOf(template: string): Set<string> {
  return new Set([...template.matchAll(placeholder)].map((match) => match[1] as string));
}

/** Fills in `{{name}}`. Throws when a name has no value, or a value no place: both are mistakes in a prompt. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  const wanted = variablesOf(template);
  const missing = [...wanted].filter((name) => !Object.hasOwn(values, name));
  const unused = Object.keys(values).filter((name) => !wanted.has(name));
  if (missing.length > 0) throw new Error(`the template has no value for ${missing.join(', ')}`);
  if (unused.length > 0) throw new Error(`the template does not use ${unused.join(', ')}`);
  return template.replace(placeholder, (_, name: string) => values[name] as string);
}
