import { logicalLines } from '../../text/logical-lines.ts';
import { type RunStep, readRunSteps } from '../ci/run-steps.ts';

const maximumForms = 40;
const maximumExpressions = 8;
const expression = /\$\{\{\s*(matrix|env)\.([\w.-]+)\s*\}\}|\$\{?([A-Z]\w*)\}?/;

/** The lines of a workflow's cargo commands in which something stands for a value that is known, in all their forms. */
export function expandedCommands(text: string): string[] {
  const steps = readRunSteps(text).filter(({ run }) => /cargo/i.test(run));
  return steps.flatMap((step) => {
    return logicalLines(step.run)
      .filter((line) => expression.test(line))
      .flatMap((line) => formsOf(line, step));
  });
}

/** A line with each value that its expressions can have; without those of which nothing is known. */
function formsOf(line: string, { valuesOf }: RunStep): string[] {
  let forms = [line];
  for (let round = 0; round < maximumExpressions; round++) {
    forms = forms.slice(0, maximumForms).flatMap((one) => {
      const found = expression.exec(one);
      if (found === null) return [one];
      const [whole, kind = 'env', name = found[3] ?? ''] = found;
      return [...new Set(valuesOf(kind, name))].map((value) => one.replace(whole, () => value));
    });
  }
  return forms;
}
