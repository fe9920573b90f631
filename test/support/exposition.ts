interface Family {
  name: string;
  help: string;
  type: string;
}

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

// Prometheus reads numbers as Go does, in any case
const sampleLine = /^([a-z_:][\w:]*)(?:\{(.*)\})? (NaN|[+-]?Inf|[+-]?[\d.]+(?:e[+-]?\d+)?)$/i;
const labelPair = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)",?/y;

/** Metrics as Prometheus would read them. A line that is not of its text format is an error. */
export function readMetrics(text: string) {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families: Family[] = [];
  const samples: Sample[] = [];
  for (const line of text.split('\n').filter((line) => line !== '')) {
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (word === 'HELP') families.push({ name, help: rest, type: '' });
    else if (word === 'TYPE') typeOf(families, name, rest);
    else samples.push(readSample(line));
  }
  return {
    families,
    /** The sum over all samples with these labels; null when there is none. Of a histogram how often it was observed. */
    value(name: string, labels: Record<string, string> = {}): number | null {
      const isHistogram = families.some((family) => family.name === name && family.type === 'histogram');
      const wanted = isHistogram ? `${name}_count` : name;
      const found = samples.filter(
        (sample) =>
          sample.name === wanted &&
          Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
      );
      return found.length === 0 ? null : found.reduce((sum, { value }) => sum + value, 0);
    },
  };
}

function typeOf(families: readonly Family[], name: string, type: string): void {
  const family = families.at(-1);
  if (family?.name !== name) throw new Error(`the type of ${name} does not follow its help`);
  family.type = type;
}

function readSample(line: string): Sample {
  const [, name, inner = '', number] = sampleLine.exec(line) ?? [];
  if (name === undefined) throw new Error(`no metric: ${line}`);
  return { name, labels: readLabels(inner), value: Number(number?.replace('Inf', 'Infinity')) };
}

function readLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  labelPair.lastIndex = 0;
  while (labelPair.lastIndex < text.length) {
    const at = labelPair.lastIndex;
    const [, name, value] = labelPair.exec(text) ?? [];
    if (name === undefined || value === undefined) throw new Error(`no labels: ${text.slice(at)}`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
  }
  return labels;
}
