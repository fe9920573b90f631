import { isTestPath } from '../../text/test-paths.ts';
import type { RepositoryFiles } from '../repository-files.ts';
import { type CMakeOption, readOptions } from './cmake-options.ts';

/** What a repository's CMake files say that matters for building its tests. */
export interface CMakeFacts {
  /** Whether any of them registers a test, or makes a program of tests. */
  hasTests: boolean;
  /** Packages of others that are looked for or fetched, by the names that CMake has for them. */
  packages: string[];
  options: CMakeOption[];
  /** The CMake version that the root asks for at least, as major and minor. */
  minimum: [number, number];
}

/** Directories whose CMake files are somebody else's, or build something beside the tests. */
const foreign =
  /(^|\/)(third[-_]?party|extern(al)?|vendor(ed)?|deps|subprojects|submodules|googletest[^/]*|gtest[^/]*|catch2?|examples?|samples|docs?|bench(mark)?s?|fuzz(ing)?|contrib)\//i;

const maximumFiles = 300;

/** Reads what the CMake files of a repository say, without those of others in it. */
export async function readCMakeFiles(files: RepositoryFiles): Promise<CMakeFacts> {
  const paths = (await files.paths()).filter((path) => /(^|\/)CMakeLists\.txt$|\.cmake$/.test(path));
  const own = paths.filter((path) => !foreign.test(path)).slice(0, maximumFiles);
  const read = await files.readAll(own);
  const texts = new Map([...read].map(([path, text]) => [path, withoutComments(text)]));
  const all = [...texts.values()].join('\n');
  const isOwn = isNamed(projectsIn(all));
  return {
    hasTests: registration.test(all) || [...texts].some(([path, text]) => makesTests(path, text)),
    packages: [...new Set([...packagesIn(all), ...modulesIn(all)])].filter((name) => !isOwn(name)),
    options: readOptions(texts),
    minimum: minimumIn(texts.get('CMakeLists.txt') ?? ''),
  };
}

const registration = /\b(add_test|(gtest|catch|doctest)_discover_tests)\s*\(/i;

function makesTests(path: string, text: string): boolean {
  return isTestPath(path)
    ? /\badd_executable\s*\(/i.test(text)
    : /\badd_executable\s*\(\s*"?(\w+_)?tests?\b/i.test(text);
}

function withoutComments(text: string): string {
  return text.replace(/(^|\s)#[^\n]*/g, '$1');
}

function packagesIn(text: string): string[] {
  const calls = text.matchAll(
    /\b(?:find_package|find_dependency|FetchContent_Declare|ExternalProject_Add)\s*\(\s*"?([\w.+-]+)/gi,
  );
  return [...calls].map((match) => match[1] as string);
}

/** The repository's own names: tests of how it is found must not find another's build of it. */
function projectsIn(text: string): string[] {
  return [...text.matchAll(/\bproject\s*\(\s*"?([\w.+-]+)/gi)].map((match) => match[1] as string);
}

function isNamed(names: readonly string[]): (name: string) => boolean {
  const plain = (name: string) => name.toLowerCase().replace(/[-_]|^lib/g, '');
  const own = new Set(names.map(plain));
  return (name) => own.has(plain(name));
}

/** `pkg_check_modules(PREFIX REQUIRED libcurl>=7 zlib)` */
function modulesIn(text: string): string[] {
  const calls = text.matchAll(/\bpkg_(?:check_modules|search_module)\s*\(\s*\w+([^)]*)\)/gi);
  return [...calls].flatMap((match) => (match[1] as string).match(/[A-Za-z][\w.+-]*/g) ?? []);
}

function minimumIn(text: string): [number, number] {
  const match = /cmake_minimum_required\s*\(\s*VERSION\s+(\d+)\.(\d+)/i.exec(text);
  return match === null ? [0, 0] : [Number(match[1]), Number(match[2])];
}
