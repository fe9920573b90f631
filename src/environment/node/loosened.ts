export const npmWithoutLock = 'npm install --no-package-lock';

/** npm takes what is no longer asked for out of its lock file, but does not put one package in another's place. */
export function loosened(command: string, isRemoved: boolean): string {
  return command
    .replace(
      /\bnpm (?:ci|install(?! --(?:no-package-lock|global)))\b/,
      isRemoved ? 'npm install' : npmWithoutLock,
    )
    .replace('pnpm install --frozen-lockfile', 'pnpm install --no-frozen-lockfile')
    .replace(/\b(yarn|bun) install (--frozen-lockfile|--immutable)/, '$1 install');
}
