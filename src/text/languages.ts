const languages = new Set(
  (
    'bash c clojure cmake console cpp cs csharp css csv dart diff dockerfile elixir erlang fish fsharp go graphql ' +
    'groovy haskell hcl html http ini java javascript js json json5 jsonc jsx julia kotlin less lua make makefile ' +
    'markdown md mjs nix objc objective-c ocaml perl php powershell proto ps1 py pycon python r rb regex rs rst ' +
    'ruby rust scala scss sh shell sql svelte swift tex text toml traceback ts tsx txt typescript vb vim vue xml ' +
    'yaml yml zig zsh'
  ).split(' '),
);

/**
 * The language of a code block when it is a known one, else nothing. Other words after a fence are seen by nobody
 * (a place to hide instructions), and some make GitHub act: `suggestion`, `mermaid`, `geojson`.
 */
export function knownLanguage(info: string | null | undefined): string {
  const word = /^\S+/.exec(info ?? '')?.[0].toLowerCase() ?? '';
  return languages.has(word) ? word : '';
}
