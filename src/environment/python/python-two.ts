import { satisfies } from '@renovatebot/pep440';
import { OperationalError } from '../../core/errors.ts';

const threes = Array.from({ length: 20 }, (_, minor) => `3.${minor}.99`);
/** Statements that Python 3 takes for mistakes. */
const oldSyntax = /^[ \t]*(?:print ["'%\w]|exec ["']|raise \w+, |except [\w.]+, \w+:)/m;

interface Said {
  /** As `requires-python` says. */
  requires: string | null;
  /** Versions of Python 3 that it names anywhere. */
  declared: readonly string[];
  /** Manifests with classifiers, as text. */
  manifests: string;
  sources: Iterable<string>;
}

/** Rejects with `no_environment` for a project that no Python 3 can run: there is no other in sandboxes. */
export function requireThree(said: Said): void {
  const why = whyNotThree(said);
  if (why === null) return;
  throw new OperationalError(
    'no_environment',
    `This is a project for Python 2 (${why}), and ai-fix sets up Python 3 only. Name an image that has Python 2 and the dependencies in .github/ai-fix.yml, under \`image\`, and say there how the tests run, under \`test\`.`,
  );
}

function whyNotThree({ requires, declared, manifests, sources }: Said): string | null {
  if (requires !== null && isOf(requires, ['2.7.18']) && !isOf(requires, threes))
    return `it asks for ${requires}`;
  const namesThree = declared.length > 0 || /Python :: 3|use_2to3|six\b/.test(manifests);
  if (namesThree || !/Python :: 2/.test(manifests)) return null;
  return [...sources].some((source) => oldSyntax.test(source)) ? 'by its classifiers and its syntax' : null;
}

function isOf(range: string, versions: readonly string[]): boolean {
  try {
    return versions.some((version) => satisfies(version, range));
  } catch {
    return false;
  }
}
