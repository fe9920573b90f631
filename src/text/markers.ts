const kinds = ['status', 'pull_request', 'reply', 'answer'] as const;
type MarkerKind = (typeof kinds)[number];

/** A hidden note in what we write on GitHub, by which a process that was restarted finds its own work. */
export interface Marker {
  kind: MarkerKind;
  /** The run that wrote it; for an answer without a run, what it answers, such as `comment-17`. */
  run: string;
}

const grammar = /^<!-- ai-fix:v1 kind=([a-z_]{1,20}) run=([A-Za-z0-9_-]{1,64}) -->$/;

/** One line. It belongs at the very start or the very end of a body, or next to another marker there. */
export function printMarker({ kind, run }: Marker): string {
  const line = `<!-- ai-fix:v1 kind=${kind} run=${run} -->`;
  if (!grammar.test(line)) throw new Error(`not the id of a run: ${JSON.stringify(run)}`);
  return line;
}

/**
 * The markers of a body, in order. Only whole lines at its start and at its end count, so that nothing quoted or
 * shown in between is taken for one; neutralised text cannot stand there as one. Everybody can type a marker: trust
 * it only when the author of the body is our own App, by its id. That is for the caller to see to.
 */
export function parseMarkers(body: string): Marker[] {
  const lines = body.split(/\r?\n/);
  const start = leadingMarkers(lines);
  const end = leadingMarkers(lines.slice(start.read).reverse());
  return [...start.markers, ...end.markers.reverse()];
}

function leadingMarkers(lines: readonly string[]): { markers: Marker[]; read: number } {
  const markers: Marker[] = [];
  let read = 0;
  for (const line of lines) {
    const marker = parseMarker(line);
    if (marker === null && line.trim() !== '') break;
    if (marker !== null) markers.push(marker);
    read++;
  }
  return { markers, read };
}

function parseMarker(line: string): Marker | null {
  const [, name, run] = grammar.exec(line) ?? [];
  const kind = kinds.find((known) => known === name);
  return kind === undefined || run === undefined ? null : { kind, run };
}
