import { z } from 'zod';

/** What YAML may have for a text. */
export const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String);

/** Those of the values that can be texts. */
export function scalars(values: readonly unknown[]): string[] {
  return values.flatMap((value) => {
    const found = scalar.safeParse(value);
    return found.success ? [found.data] : [];
  });
}
