import { z } from 'zod';
import { jsonOrNull } from '../parse-or-null.ts';

/** Reads what a check complains of: the path and the words, without the place, which every edit moves. */
export type ReadComplaints = (output: string, paths: readonly string[]) => string[];

const root = /(^|[\s"(=])\/workspace\//g;
const atLine = /^\s*(?:\.\/)?([^\s:()]+\.\w+)[:(]\d+(?:[:,.]\d+(?:-\d+)?)?\)?:?\s*(\S.*)$/;

/** `path:1:2: words` or `path(1,2): words`, a line each. */
export const lineComplaints: ReadComplaints = (output) =>
  withoutRoot(output)
    .split('\n')
    .flatMap((line) => {
      const [, path, words] = atLine.exec(line) ?? [];
      return path === undefined ? [] : [`${path}: ${words?.trim()}`];
    });

/** Those of `lineComplaints` that are about these files: what a tool says of all others is not asked for. */
export const ownComplaints: ReadComplaints = (output, paths) =>
  lineComplaints(output, paths).filter((complaint) =>
    paths.some((path) => complaint.startsWith(`${path}: `)),
  );

/** The paths of files that are not formatted, among whatever else is printed. */
export const unformatted: ReadComplaints = (output, paths) => {
  const lines = new Set(
    withoutRoot(output)
      .split('\n')
      .map((line) =>
        line
          .replace(/^(would reformat|Would reformat:)\s+/, '')
          .replace(/^\.\//, '')
          .trim(),
      ),
  );
  return paths.filter((path) => lines.has(path)).map((path) => `${path}: is not formatted`);
};

const eslintReport = z.array(
  z.object({
    filePath: z.string(),
    messages: z.array(z.object({ ruleId: z.string().nullish(), message: z.string() })),
  }),
);

export const eslintComplaints: ReadComplaints = (output) => {
  const json = output.split('\n').find((line) => line.startsWith('[{') || line === '[]') ?? '[]';
  const report = eslintReport.safeParse(jsonOrNull(json));
  if (!report.success) return [];
  return report.data.flatMap(({ filePath, messages }) =>
    messages
      .filter(({ message }) => !message.startsWith('File ignored'))
      .map(
        ({ ruleId, message }) => `${filePath.replace('/workspace/', '')}: ${message} (${ruleId ?? 'eslint'})`,
      ),
  );
};

const annotation = /^::(?:error|warning) title=([^,]*),file=([^,]*),.*?::(.*)$/;

/** Annotations as GitHub's CI reads them. */
export const annotations: ReadComplaints = (output) =>
  withoutRoot(output)
    .split('\n')
    .flatMap((line) => {
      const [, title, path, words] = annotation.exec(line) ?? [];
      return path === undefined ? [] : [`${path}: ${words} (${title})`];
    });

/** What there is more of after than before. */
export function newComplaints(after: readonly string[], before: readonly string[]): string[] {
  const known = [...before];
  return after.filter((complaint) => {
    const at = known.indexOf(complaint);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
}

function withoutRoot(output: string): string {
  return output.replace(root, '$1');
}
