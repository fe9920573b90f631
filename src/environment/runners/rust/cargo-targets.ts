import { posix } from 'node:path';
import { z } from 'zod';
import { jsonLines, relativeTo } from '../runner.ts';

/** What cargo's build told of the test programs, with paths from the root of the repository. */
export interface CargoTargets {
  /** The source file that a program begins with, or null. */
  rootOf(executable: string): string | null;
  /** The file that holds a test of the program with this root, by the names of its modules. */
  fileOf(root: string, test: string): string;
  /** Programs that do not compile: their files with tests, and what the compiler said. */
  broken: { files: string[]; said: string }[];
}

const targetSchema = z.object({ src_path: z.string() });
const artifactSchema = z.object({
  reason: z.literal('compiler-artifact'),
  executable: z.string(),
  target: targetSchema,
});
const messageSchema = z.object({
  reason: z.literal('compiler-message'),
  target: targetSchema,
  message: z.object({ level: z.string(), rendered: z.string().nullable() }),
});

export function readCargoTargets(report: string, root: string): CargoTargets {
  const files = new Set([...report.matchAll(/^@file \.\/(.+)$/gm)].map(([, path = '']) => path));
  const placed = new Map(
    [...report.matchAll(/^@module \.\/(.+)\t(\w+)\t(.+)$/gm)].map(([, file, name, path = '']) => [
      `${file} ${name}`,
      path,
    ]),
  );
  const roots = new Map<string, string>();
  const errors = new Map<string, Set<string>>();
  for (const line of jsonLines(report)) {
    const artifact = artifactSchema.safeParse(line).data;
    if (artifact !== undefined)
      roots.set(posix.basename(artifact.executable), relativeTo(root, artifact.target.src_path));
    const message = messageSchema.safeParse(line).data;
    if (message?.message.level !== 'error') continue;
    const path = relativeTo(root, message.target.src_path);
    errors.set(path, (errors.get(path) ?? new Set()).add(message.message.rendered ?? ''));
  }
  return {
    rootOf: (executable) => roots.get(posix.basename(executable)) ?? null,
    fileOf: (path, test) => fileOf({ files, placed }, path, test.split('::').slice(0, -1)),
    broken: [...errors].map(([path, said]) => ({
      files: [...new Set([path, ...[...files].filter((file) => isOf(path, file))])].sort(),
      said: [...said].join(''),
    })),
  };
}

interface Sources {
  /** Files with tests. */
  files: ReadonlySet<string>;
  /** Where modules are that say it by an attribute, by the file that declares them and their name. */
  placed: ReadonlyMap<string, string>;
}

/** The deepest module of a test that is a file with tests; else what its program begins with. */
function fileOf(sources: Sources, root: string, modules: readonly string[]): string {
  const { files, placed } = sources;
  const directory = posix.dirname(root);
  const elsewhere = placed.get(`${root} ${modules[0]}`);
  if (elsewhere !== undefined) {
    const file = fileOf(sources, posix.join(directory, elsewhere), modules.slice(1));
    return files.has(file) ? file : root;
  }
  for (let depth = modules.length; depth > 0; depth--) {
    const path = posix.join(directory, ...modules.slice(0, depth));
    const found = [`${path}.rs`, `${path}/mod.rs`].find((candidate) => files.has(candidate));
    if (found !== undefined) return found;
  }
  return root;
}

/** Whether a file is most likely a module of the program that begins with `root`. */
function isOf(root: string, file: string): boolean {
  const isWhole = /(^|\/)(main|lib)\.rs$/.test(root);
  return isWhole && file.startsWith(`${posix.dirname(root)}/`);
}
