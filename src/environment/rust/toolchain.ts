import { installDebianPackages } from '../debian-packages.ts';
import type { RepositoryFiles } from '../repository-files.ts';

/**
 * Debian keeps a recent Rust, which its browsers are built with, and the newest of it among the security updates. An
 * image made of the packages alone does not know of these: the line for them is made of its own, and taken back where
 * there is nothing.
 */
const addSecurityUpdates = `sources=/etc/apt/sources.list
if [ -f $sources ] && ! grep -rqs security $sources $sources.d; then
  cp $sources /tmp/sources.list
  sed -i -E 's#^deb (\\S+)/debian/? (\\w+) main.*#&\\ndeb \\1/debian-security \\2-security main#' $sources
  apt-get -o APT::Update::Error-Mode=any update || cp /tmp/sources.list $sources
fi`;

const [update, install] = installDebianPackages([
  'cargo-web',
  'rust-web-clippy',
  'rustc-web',
  'rustfmt-web',
]) as [string, string];
const [, plainly] = installDebianPackages(['cargo', 'rustc']) as [string, string];

/** Set-up commands that install Rust and cargo. */
export const installRust = [addSecurityUpdates, update, `${install} || ${plainly}`];

/** The toolchain that a repository's rust-toolchain file names, or null. */
export async function wantedToolchain(files: RepositoryFiles): Promise<string | null> {
  const text = (await files.read('rust-toolchain.toml')) ?? (await files.read('rust-toolchain'));
  if (text === null) return null;
  const channel = /^\s*channel\s*=\s*["']([^"']+)/m.exec(text)?.[1] ?? /^\s*([\w.-]+)\s*$/.exec(text)?.[1];
  return channel === undefined || channel === 'stable' ? null : channel;
}
