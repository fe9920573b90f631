import { joinContinued, logicalLines } from '../../text/logical-lines.ts';
import { readRunSteps } from '../ci/run-steps.ts';
import { isOnLinux } from '../ci/workflow.ts';
import { truth } from './cmake-options.ts';

const setting = /-D\s*["']?(\w+)(?::\w+)?=["']?(\w+)["']?(?=[\s"'\\)]|$)/g;
const configures = /(^|[\s;&|(])cmake\s+(?!--|-E\b|-P\b)[^\n;&|]*(\s-[DSBGC]|\.\s*$|\.\.?\s|\$)/m;

/** How most of the configurations that CI makes on Linux set each switch, where they say it plainly. */
export function readCiSettings(texts: Iterable<string>): Map<string, boolean> {
  const calls = [...texts].flatMap(configurationsIn).map(settingsIn);
  const names = new Set(calls.flatMap((call) => [...call.keys()]));
  return new Map(
    [...names].flatMap((name) => {
      const most = [true, false].find((value) => {
        return calls.filter((call) => call.get(name) === value).length * 2 > calls.length;
      });
      return most === undefined ? [] : [[name, most] as const];
    }),
  );
}

/** A workflow's steps, or the lines of what else there is, that configure a build. */
function configurationsIn(text: string): string[] {
  const steps = readRunSteps(text);
  const onLinux = steps.filter(isOnLinux).map(({ run }) => run);
  const all = steps.length > 0 ? onLinux : logicalLines(text);
  return all.map(joinContinued).filter((one) => configures.test(one));
}

/** What a configuration sets in two ways is not known. */
function settingsIn(text: string): Map<string, boolean> {
  const values = [...text.matchAll(setting)].flatMap(([, name = '', word = '']) => {
    const value = truth(word);
    return value === null ? [] : [{ name, value }];
  });
  const byName = Map.groupBy(values, ({ name }) => name);
  return new Map(
    [...byName].flatMap(([name, [first, ...others]]) =>
      first === undefined || others.some(({ value }) => value !== first.value) ? [] : [[name, first.value]],
    ),
  );
}
