import { valueAt } from '../tree.ts';
import { parseIni } from './ini.ts';
import type { PythonProject } from './project.ts';

/** What pytest reads, as text; nothing when it is not configured. */
export async function readPytestConfiguration({
  files,
  pyproject,
  setupCfg,
}: PythonProject): Promise<string> {
  const texts = await files.readAll(['pytest.ini', '.pytest.ini', 'tox.ini']);
  const sections = [...texts.values()].map(parseIni);
  const inIni = [...sections.map((ini) => ini.get('pytest')), setupCfg.get('tool:pytest')].flatMap(
    (section) => (section === undefined ? [] : [...section].map(([key, value]) => `${key} = ${value}`)),
  );
  const table = valueAt(pyproject, 'tool', 'pytest', 'ini_options') ?? valueAt(pyproject, 'tool', 'pytest');
  const inToml = typeof table === 'object' && table !== null ? Object.entries(table) : [];
  return [
    ...inIni,
    ...inToml.map(([key, value]) => `${key} = ${Array.isArray(value) ? value.join(' ') : String(value)}`),
  ].join('\n');
}
