/** A small `.github/ai-fix.yml` that shows each of the fields that help when detection fails. */
export const configExample = `# .github/ai-fix.yml
install: npm ci
build: npm run build
test: npm test`;
