import type { Verification } from '../core/verification.ts';
import { code, folded, inline, list, paragraphs, table } from './markdown.ts';

/** How much of long lists is shown. */
export interface ListLimits {
  names: number;
  nameCharacters: number;
}

const namesInTable = 3;

/** What the tests did before and after, by kind, with the names; long lists are folded below the table. */
export function proofTable(verification: Verification, room: ListLimits): string {
  const kinds = kindsOf(verification, room).filter(({ total, isAlwaysShown }) => isAlwaysShown || total > 0);
  const rows = kinds.map(({ what, total, names }) => [what, String(total), inCell(names, total)]);
  const long = kinds.filter(({ names }) => names.length > namesInTable);
  return paragraphs([
    table(['Tests that', 'Number', 'Which'], rows),
    ...long.map(({ what, names, total }) =>
      folded(`${total} tests that ${what.replaceAll('**', '')}`, list(names, total)),
    ),
  ]);
}

interface Kind {
  what: string;
  total: number;
  /** Those that there is room for, as Markdown. */
  names: string[];
  isAlwaysShown?: true;
}

function kindsOf(proof: Verification, { names: shown, nameCharacters }: ListLimits): Kind[] {
  const kind = (what: string, ids: readonly string[]): Kind => ({
    what,
    total: ids.length,
    names: ids.slice(0, shown).map((id) => code(id, nameCharacters)),
  });
  return [
    { ...kind('fail without the change and pass with it', proof.red_to_green), isAlwaysShown: true },
    kind('are new and pass (they were not seen to fail)', proof.new),
    { what: 'passed before and pass now', total: proof.still_green, names: [], isAlwaysShown: true },
    { ...kind('passed before and **fail now**', proof.newly_red), isAlwaysShown: true },
    kind('failed before and still fail', proof.already_red),
    kind('pass at times and fail at times (they do not count)', proof.flaky),
    {
      what: 'did not run',
      total: proof.not_run.length,
      names: proof.not_run
        .slice(0, shown)
        .map(({ id, why }) => `${code(id, nameCharacters)}: ${inline(why, nameCharacters)}`),
    },
  ];
}

function inCell(names: readonly string[], total: number): string {
  if (names.length <= namesInTable) return names.join('<br>');
  return `${names.slice(0, namesInTable).join('<br>')}<br>and ${total - namesInTable} more, below`;
}
