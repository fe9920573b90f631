import type { TestResult } from '../../../core/tests.ts';
import { quoteWord } from '../../../text/quote-word.ts';
import { splitWords } from '../../../text/split-words.ts';
import { shorten, type TestRunner } from '../runner.ts';
import { splitArguments } from '../split-arguments.ts';
import { type Program, readPrograms } from './cargo-output.ts';
import { type CargoTargets, readCargoTargets } from './cargo-targets.ts';
import { documentationTests, programTests } from './libtest-output.ts';

const rules = {
  withValue: splitWords(`
    package,p exclude test bin example bench features,F target profile jobs,j target-dir manifest-path
    message-format color config Z
  `),
  drop: splitWords(`
    message-format color no-run no-fail-fast verbose v quiet q jobs j locked frozen offline
  `),
};

/**
 * Builds first, which tells by target what there is and what does not compile, then runs. libtest reports to machines
 * only where Rust is not a stable one, so its words for people are read.
 */
export const cargoTest: TestRunner = {
  name: 'cargo-test',
  programs: ['cargo test'],
  split(words) {
    const end = words.findIndex(({ plain }) => plain === '--');
    return splitArguments(end < 0 ? words : words.slice(0, end), rules);
  },
  script({ options, targets }, files) {
    const all = [...options, ...targets].join(' ');
    return [
      `grep -rlE '#!?\\[[^]]*test' --include='*.rs' --exclude-dir=target . | sed 's/^/@file /' > "$AI_FIX_REPORT"`,
      placedModules,
      `cargo_test() { cargo test --no-fail-fast "$@" >> "$AI_FIX_REPORT" 2>&1 < /dev/null; }`,
      buildAndRun,
      'code=0',
      files === null ? `build_and_run ${all}` : runSelection(files, options, all),
      'echo @end >> "$AI_FIX_REPORT"',
      `sed -n '/^error/,$p' "$AI_FIX_REPORT" | grep -v '^[{@]' | tail -n 200`,
      'exit $code',
    ].join('\n');
  },
  parse(report, root) {
    const targets = readCargoTargets(report, root);
    const broken = targets.broken.flatMap(({ files, said }) =>
      files.map((file): TestResult => ({ id: file, status: 'error', file, message: shorten(said) })),
    );
    return [...readPrograms(report).flatMap((program) => resultsOf(program, targets)), ...broken];
  },
};

/** `#[path = "a/b.rs"] mod c;` */
const placedModules = `grep -rlE '#\\[path *=' --include='*.rs' --exclude-dir=target . | while IFS= read -r file; do
  awk -v file="$file" '/#\\[path *= *"/ { path = $0; sub(/.*#\\[path *= *"/, "", path); sub(/".*/, "", path) }
    path != "" && /(^|[ \\t])mod +[A-Za-z_0-9]+ *;/ {
      name = $0; sub(/.*mod +/, "", name); sub(/ *;.*/, "", name); print "@module " file "\\t" name "\\t" path; path = "" }' "$file"
done >> "$AI_FIX_REPORT"`;

/** Where something does not compile, what does compile is run all the same. */
const buildAndRun = `build_and_run() {
  built=$(wc -c < "$AI_FIX_REPORT")
  if cargo_test "$@" --no-run --message-format json; then
    cargo_test "$@" || code=$?
    return
  fi
  code=101
  tail -c "+$((built + 1))" "$AI_FIX_REPORT" |
    jq -rR 'fromjson? | select(.executable? and .profile.test) | [.executable, .manifest_path] | @tsv' > /tmp/.ai-fix-programs
  while IFS='	' read -r program manifest; do
    printf '     Running unittests (%s)\\n' "$program"
    (cd "$(dirname "$manifest")" && CARGO_MANIFEST_DIR=$PWD "$program" 2>&1 < /dev/null) || echo 'error: test failed'
  done < /tmp/.ai-fix-programs >> "$AI_FIX_REPORT"
}`;

/**
 * Runs the packages that hold these files; of a package whose files are whole programs only those. Everything where cargo
 * does not take a package by itself, as with features that only others have.
 */
function runSelection(files: readonly string[], options: readonly string[], all: string): string {
  const { common, ofPackages } = takeFeatures(withoutPackages(options));
  return `for file in ${files.map(quoteWord).join(' ')}; do
  [ -f "$file" ] || continue
  package=$(dirname "$file")
  while [ "$package" != . ] && ! grep -qs '^\\[package\\]' "$package/Cargo.toml"; do package=$(dirname "$package"); done
  inside=\${file#"$package/"}
  program=\${inside#tests/}
  case $inside in
    tests/*/*) program=\${program%%/*}; [ -f "$package/tests/$program/main.rs" ] || program= ;;
    tests/*.rs) program=\${program%.rs} ;;
    *) program= ;;
  esac
  printf '%s\\t%s\\n' "$package" "$program"
done | sort -u > /tmp/.ai-fix-selection
cut -f1 /tmp/.ai-fix-selection | uniq > /tmp/.ai-fix-packages
while IFS= read -r package; do
  set -- --package "$(sed -n '/^\\[package\\]/,/^\\[/s/^name *= *["'\\'']\\([^"'\\'']*\\).*/\\1/p' "$package/Cargo.toml")"
  if ! grep -qxF "$package	" /tmp/.ai-fix-selection; then
    for program in $(grep -F "$package	" /tmp/.ai-fix-selection | cut -f2); do set -- "$@" --test "$program"; done
  fi
  for feature in ${ofPackages.join(' ')}; do
    if grep -qsE "(^|[^[:alnum:]_-])\${feature%%/*}([^[:alnum:]_-]|$)" "$package/Cargo.toml"; then set -- "$@" --features "$feature"; fi
  done
  build_and_run "$@" ${common.join(' ')}
  if grep -qE '${refusal}' "$AI_FIX_REPORT"; then
    code=0
    build_and_run ${all}
    break
  fi
done < /tmp/.ai-fix-packages`;
}

const refusal =
  '^error: (no test target named|package ID spec|the package .* does not contain|none of the selected packages|There are multiple)';

/** The options without what selects packages. */
function withoutPackages(options: readonly string[]): string[] {
  return options.filter((word, index) => {
    if (/^(--workspace|--all|--(package|exclude)(=.*)?|-p.*)$/.test(word)) return false;
    return !/^(--package|--exclude|-p)$/.test(options[index - 1] ?? '');
  });
}

/** Features that are asked for by a package's name: others do not have them, but for those that depend on it. */
function takeFeatures(options: readonly string[]): { common: string[]; ofPackages: string[] } {
  const isValue = (index: number) => /^(--features|-F)$/.test(options[index - 1] ?? '');
  const isOfPackages = (word: string | undefined) => /^['"\w./,@-]*\/[\w./,@'"-]*$/.test(word ?? '');
  const ofPackages = options.flatMap((word, index) =>
    isValue(index) && isOfPackages(word) ? word.replace(/['"]/g, '').split(',') : [],
  );
  const common = options.filter((word, index) => {
    if (isValue(index)) return !isOfPackages(word);
    return !(/^(--features|-F)$/.test(word) && isOfPackages(options[index + 1]));
  });
  return { common, ofPackages };
}

function resultsOf(program: Program, targets: CargoTargets): TestResult[] {
  if (program.isDocumentation) return documentationTests(program.lines);
  const path = targets.rootOf(program.executable) ?? program.path;
  const { results, isWhole, said } = programTests(program.lines, path, (name) => targets.fileOf(path, name));
  if (isWhole || (results.length > 0 && !program.isFailed)) return results;
  // it has a harness of its own, or ended before its tests did
  const end = { id: `${path} > (program)`, file: path };
  if (!program.isFailed) return program.isEnded ? [{ ...end, status: 'passed' }] : [];
  return [...results, { ...end, status: 'failed', message: shorten(said) }];
}
