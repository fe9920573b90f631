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

/** The minor version of what is installed. A newer one does no harm. */
const debianRust = 96;
const maximumRoots = 500;

/** Set-up commands that install Rust and cargo. */
export const installRust = [addSecurityUpdates, update, `${install} || ${plainly}`];

/** The toolchain that a repository's rust-toolchain file names, or null. */
export async function wantedToolchain(files: RepositoryFiles): Promise<string | null> {
  const text = (await files.read('rust-toolchain.toml')) ?? (await files.read('rust-toolchain'));
  if (text === null) return null;
  const channel = /^\s*channel\s*=\s*["']([^"']+)/m.exec(text)?.[1] ?? /^\s*([\w.-]+)\s*$/.exec(text)?.[1];
  return channel === undefined || channel === 'stable' ? null : channel;
}

/**
 * What makes cargo build with this compiler what asks for a newer one: most of such code needs nothing of it, and the
 * compiler says what it does not know.
 */
export function optionsForOlder(manifests: Iterable<string>): string[] {
  const asked = [...manifests].flatMap((text) => [...text.matchAll(/^rust-version\s*=\s*["']1\.(\d+)/gm)]);
  return asked.some(([, minor]) => Number(minor) > debianRust) ? ['--ignore-rust-version'] : [];
}

/**
 * Where code denies warnings, those of a newer compiler would end its build. The variable takes the place of flags in
 * cargo's own settings, so it is not set beside them.
 */
export async function lintVariables(files: RepositoryFiles): Promise<Record<string, string>> {
  const paths = await files.paths();
  const settings = await files.readAll(['.cargo/config.toml', '.cargo/config']);
  if ([...settings.values()].some((text) => /^\s*rustflags\s*=/m.test(text))) return {};
  const roots = paths.filter((path) => /(^|\/)((lib|main)\.rs|tests\/[^/]+\.rs|Cargo\.toml)$/.test(path));
  const texts = await files.readAll(roots.slice(0, maximumRoots));
  const denies = /^\s*#!\[[^\n]*\b(deny|forbid)\([^)]*\bwarnings\b|^warnings\s*=.*["'](deny|forbid)["']/m;
  return [...texts.values()].some((text) => denies.test(text)) ? { RUSTFLAGS: '--cap-lints=warn' } : {};
}
