// A node:test reporter: one JSON line per test and per suite, as node:test itself tells of both. A file counts as a test
// where it holds none or could not be loaded.
export default async function* reporter(source) {
  const path = [];
  for await (const { type, data } of source) {
    if (type === 'test:start') path.splice(data.nesting, Infinity, data.name);
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    path.splice(data.nesting, Infinity, data.name);
    const skipped = data.skip !== undefined || data.todo !== undefined;
    const status = skipped ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    const error = data.details?.error;
    const message =
      type === 'test:fail' ? String(error?.cause?.stack ?? error?.cause ?? error?.message ?? '') : undefined;
    yield `${JSON.stringify({ file: data.file, path: [...path], status, kind: data.details?.type, failure: error?.failureType, message })}\n`;
  }
}
