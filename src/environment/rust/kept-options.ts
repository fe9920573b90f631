const withValue = /^(--features|-F|--exclude)$/;

/** The options of a call of cargo that are to be kept, with their values. */
export function keptOptions(options: readonly string[], kept: RegExp): string[] {
  return options.filter((word, index) => kept.test(word) || withValue.test(options[index - 1] ?? ''));
}
