import { commitFiles } from '../../src/workspace/commits.ts';
import { gitText } from '../../src/workspace/git.ts';
import type { Attempt, Edit } from './attempt.ts';

const wantedRepositories = ['sympy', 'pytest-dev', 'psf'];

/** The first patches of a model in the public run logs of auto-code-rover, each with what the logs say it became. */
export async function readRunLogs(logs: string): Promise<Attempt[]> {
  const directory = { path: logs, objectFormat: 'sha1' as const };
  const files = commitFiles(directory, await gitText(directory, ['rev-parse', 'HEAD']));
  const raw = (await files.paths()).filter(
    (path) =>
      path.startsWith('results/acr-') &&
      wantedRepositories.some((name) => path.includes(`/${name}__`)) &&
      /\/agent_patch_raw_\d+$/.test(path),
  );
  const folders = raw.map((path) => path.slice(0, path.lastIndexOf('/')));
  const texts = await files.readAll([
    ...raw,
    ...raw.map((path) => path.replace('agent_patch_raw', 'extracted_patch').concat('.diff')),
    ...new Set(folders.map((folder) => `${folder}/meta.json`)),
  ]);
  return raw.map((path, index): Attempt => {
    const meta = JSON.parse(texts.get(`${folders[index]}/meta.json`) ?? '{}');
    const id = meta.task_id as string;
    return {
      name: path,
      repository: id.replace(/-\d+$/, '').replace('__', '+'),
      base: meta.task_info.base_commit,
      isFirst: path.endsWith('_1'),
      edits: parseEdits(texts.get(path) ?? ''),
      reference: {
        diff: texts.get(path.replace('agent_patch_raw', 'extracted_patch').concat('.diff')) ?? '',
      },
    };
  });
}

/** The edits in fenced blocks, as the program that made the logs took them out. */
function parseEdits(answer: string): Edit[] {
  const fences = answer.split(/^```.*$/m).filter((_, index) => index % 2 === 1);
  return fences.flatMap((fence) => {
    const [paths, olds, news] = ['file', 'original', 'patched'].map((tag) =>
      [...fence.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))].map((match) => match[1] ?? ''),
    );
    return (paths ?? []).flatMap((path, index) => {
      const [old, put] = [olds?.[index], news?.[index]];
      if (old === undefined || put === undefined) return [];
      return [{ path: path.trim(), old: trimLines(old), put: trimLines(put) }];
    });
  });
}

function trimLines(text: string): string {
  return text.replace(/^\n+|\n+$/g, '');
}
