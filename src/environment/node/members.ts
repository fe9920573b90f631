import type { PackageJson } from './package-json.ts';

/** A package of a monorepo. */
export interface Member {
  directory: string;
  manifest: PackageJson | null;
}

/** The packages of a monorepo so that each comes after those that it depends on; packages in a circle as they come. */
export function dependenciesFirst(members: readonly Member[]): Member[] {
  const byName = new Map(members.map((member) => [member.manifest?.name, member]));
  const sorted = new Set<Member>();
  const seen = new Set<Member>();
  const visit = (member: Member) => {
    if (seen.has(member)) return;
    seen.add(member);
    const { dependencies, devDependencies } = member.manifest ?? {};
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      const needed = byName.get(name);
      if (needed !== undefined) visit(needed);
    }
    sorted.add(member);
  };
  members.forEach(visit);
  return [...sorted];
}

const aside = /(^|\/)(examples?|demos?|playgrounds?|docs?|website|benchmarks?)(\/|$)/i;

/** Without packages that only show how the others are used, unless there are no others. */
export function withoutExamples(members: readonly Member[]): readonly Member[] {
  const others = members.filter(({ directory }) => !aside.test(directory));
  return others.length > 0 ? others : members;
}
