/** A small `.github/ai-fix.yml` that shows each of the fields that help when detection fails. */
export const configExample = `# .github/ai-fix.yml
install: npm ci
build: npm run build
test: npm test`;

/** The example that `no_environment` gives for a repository's own language, where it gives one; it is indented there. */
export function exampleIn(why: string): string | null {
  const lines = /^(?: {2}(?:image|setup|install|build|test): .*\n)+/m.exec(why)?.[0];
  return lines === undefined ? null : `# .github/ai-fix.yml\n${lines.replace(/^ {2}/gm, '').trimEnd()}`;
}
