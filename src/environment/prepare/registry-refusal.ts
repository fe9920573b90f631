/** How package managers say that a registry or a git host wants to know who asks. */
const refusals: readonly RegExp[] = [
  /npm (?:error|ERR!) code E(?:401|403|NEEDAUTH)/,
  /ERR_PNPM_FETCH_40[13]/,
  /YN0041|Invalid authentication/,
  /\b40[13],? (?:Unauthorized|Forbidden|Client Error)/i,
  /(?:Unauthorized|Forbidden)\)? ?- 40[13]/i,
  /status(?: code|:)*:? ?40[13]\b/i,
  /HTTP error 40[13]/i,
  /lack of valid authentication credentials|Credentials not correct|authentication (?:failed|required)/i,
  /could not read (?:Username|Password) for/,
  /User for \S+: (?:ERROR|Traceback|$)/m, // pip asks, and nobody answers
  /no token found for|authenticated registries require/,
];

const setting =
  'whoever runs ai-fix gives access to private registries with AI_FIX_REGISTRIES (docs/configuration.md)';

/** Why a package could not be had, where its registry refused it. */
export const asksForLogin = 'its registry asks for a login, which AI_FIX_REGISTRIES can give';

/** What to do when an installation failed because a registry asks for credentials; null when it failed for another reason. */
export function registryRefusal(said: string): string | null {
  if (!refusals.some((pattern) => pattern.test(said))) return null;
  const host = hostOf(said);
  return `${host === null ? 'A registry' : `The registry ${host}`} refused access: ${setting}.`;
}

/** The host that is named with the refusal. Other addresses tell where to read on. */
function hostOf(said: string): string | null {
  const prompted = /User for (\S+): /.exec(said)?.[1];
  if (prompted !== undefined) return prompted;
  for (const line of said.split('\n').filter((line) => /\b40[13]\b|\bindex|Username/i.test(line))) {
    const host = /https?:\/\/(?:[^\s/@]*@)?([^\s/:'"`)]+(?::\d+)?)/.exec(line)?.[1];
    if (host !== undefined) return host;
  }
  return null;
}
