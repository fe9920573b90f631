/** The same call of uv with an option; null where it has that. */
export function withOption(command: string, option: string): string | null {
  return command.includes(option)
    ? null
    : command.replace(/\buv (pip install|sync)\b/, (call) => `${call} ${option}`);
}
