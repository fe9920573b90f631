import type { PackageManager } from '../../core/environment.ts';

const programs = new Map<string, PackageManager>([
  ...(['npm', 'pnpm', 'yarn', 'bun', 'pip'] as const).map((name) => [name, name] as const),
  ['uv', 'pip'],
  ['go', 'go'],
  ['cargo', 'cargo'],
  ['mvn', 'maven'],
  ['cmake', 'cmake'],
]);

/**
 * Whose rules a command's failure is read by: those of the package manager that it calls, for one plan may install with
 * several. A tool that npm installs globally is npm's own matter.
 */
export function calledManager(command: string, planned: PackageManager): PackageManager {
  const words = command.split(/[\s;&|]+/).map((word) => programs.get(word));
  return words.find((manager) => manager !== undefined) ?? planned;
}
