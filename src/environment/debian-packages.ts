/**
 * Set-up commands that install Debian packages. The image has no package lists, so they are fetched first; a set-up
 * clears them away at its end.
 */
export function installDebianPackages(packages: readonly string[]): string[] {
  const names = [...new Set(packages)].sort();
  if (names.length === 0) return [];
  return [
    'apt-get -o APT::Update::Error-Mode=any -o Acquire::Retries=3 update',
    `apt-get -o Acquire::Retries=3 install --yes --no-install-recommends ${names.join(' ')}`,
  ];
}
