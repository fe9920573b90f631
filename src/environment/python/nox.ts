import type { RepositoryFiles } from '../repository-files.ts';
import type { ToxEnvironment } from './tox.ts';

/** The plainest names first. */
const forTests = [/^tests?$/, /^(run_?)?(unit_?)?tests?$|^(pytest|unit|py)$/, /^tests?_/];

/** Installs and runs of the nox session that runs the tests, where they are written out; nothing is run. Null without one. */
export async function readNox(files: RepositoryFiles): Promise<ToxEnvironment | null> {
  const sessions = sessionsOf((await files.read('noxfile.py')) ?? '');
  const [found] = forTests.flatMap((pattern) => sessions.filter(({ name }) => pattern.test(name)));
  if (found === undefined) return null;
  const environment: ToxEnvironment = {
    ...{ deps: [], extras: [], groups: [], variables: {}, directory: '' },
    commands: callsOf('run', found.body).map((words) => words.join(' ')),
  };
  for (const words of callsOf('install', found.body)) addInstall(words, environment);
  return environment;
}

interface Session {
  name: string;
  body: string;
}

/** The functions that a decorator makes sessions of, by their own names or those that they are given. */
function sessionsOf(noxfile: string): Session[] {
  const sessions: Session[] = [];
  let decorators = '';
  for (const part of noxfile.split(/^(?=@|def |async |class )/m)) {
    if (part.startsWith('@')) {
      decorators += part;
      continue;
    }
    const own = /^def (\w+)/.exec(part)?.[1];
    const given = /\bname\s*=\s*["']([^"'\n]+)/.exec(decorators)?.[1];
    if (own !== undefined && /\bsession\b/.test(decorators))
      sessions.push({ name: given ?? own, body: part });
    decorators = '';
  }
  return sessions;
}

/** The arguments of each call that are plain texts; those that have names are left out. */
function callsOf(method: string, body: string): string[][] {
  const calls = body.split(`session.${method}(`).slice(1);
  return calls.map((call) => {
    const given = call.slice(0, call.search(/\)\s*$|,\s*\w+\s*=(?!=)/m));
    const texts = given.matchAll(/(?<!\w)(["'])([^"'\n{}]*)\1/g);
    return [...texts].map(([, , word = '']) => word);
  });
}

function addInstall(words: readonly string[], { deps, extras, groups }: ToxEnvironment): void {
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const next = words[at + 1] ?? '';
    const project = /^(?:-e)?\.(?:\[([^\]]*)\])?$/.exec(word);
    if (word === '-r' || word === '--requirement') deps.push(`-r ${next}`);
    else if (word === '--group') groups.push(next);
    if (/^(-r|-c|--requirement|--constraint|--group)$/.test(word)) at++;
    else if (project !== null) extras.push(...(project[1] ?? '').split(',').filter((name) => name !== ''));
    else if (!/^[-.]/.test(word)) deps.push(word);
  }
}
