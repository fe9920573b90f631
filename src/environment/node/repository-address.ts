/** `owner/name` of an address on a git host, which is the same in all the ways of writing it; else its host. */
export function addressKey(address: string): string {
  const path = address.replace(/^[a-z+]+:\/\/[^/]*/, '');
  const match = /[/:]([\w.-]+)\/([\w.-]+?)(?:\.git)?(?:[/#?].*)?$/.exec(path);
  return (match === null ? hostOf(address) : `${match[1]}/${match[2]}`).toLowerCase();
}

/** The host of an address; what is no address counts as one. */
export function hostOf(address: string): string {
  return /^[a-z+]+:\/\/(?:[^@/]*@)?([^/:]+)/.exec(address)?.[1] ?? address;
}

/** Registries other than npm's own have the package's name in the path. */
export function scopedNameIn(url: string): string | null {
  const match = /\/(@[^/%]+)(?:%2f|\/)([^/?#:]+):?$/i.exec(url);
  return match === null ? null : `${match[1]}/${match[2]}`;
}

/** A repository is mostly named like its package. */
export function nameInKey(key: string): string | null {
  return /\/(.*[a-z].*)$/.exec(key)?.[1] ?? null;
}
