import { quoteWord } from '../../../text/quote-word.ts';
import { frameFunction } from '../framed-files.ts';

/** Programs with the tests' sources, as CMake tells them. */
const programs = `[.[] | select(.type == "EXECUTABLE" and .artifacts != null)
| {name, program: .artifacts[0].path, sources: [.sources[]? | select(.isGenerated != true) | .path]}]`;

/**
 * A line for each wanted test: its number, what kind it is, where it runs, its program and its name. One of many tests of
 * a GoogleTest program is \`part\`; a program that is called plainly, so that it can be called in another way, is \`plain\`.
 */
const wanted = `def property($name): [.properties[]? | select(.name == $name) | .value][0];
([$targets[0][] | select(any(.sources[]; IN($files[]))) | .program | if startswith("/") then . else $build + "/" + . end]) as $own
| .tests | to_entries[] | (.key + 1) as $number | .value
| (.command // []) as $command
| select($all or ($command[0] | IN($own[])))
| (if any($command[]?; startswith("--gtest_filter")) then "part"
   elif ($command | length) == 1 and ([property("WILL_FAIL"), property("PASS_REGULAR_EXPRESSION"),
     property("FAIL_REGULAR_EXPRESSION"), property("ENVIRONMENT"), property("DISABLED")] | all(. == null or . == false))
   then "plain" else "other" end) as $kind
| [$number, $kind, (property("WORKING_DIRECTORY") // $build), ($command[0] // "-"), .name] | @tsv`;

/** Programs that are made of tests alone, by their sources' names, and that nothing registers with CTest. */
const unregistered = `.[] | select((.sources | length) > 0 and (.program | test("bench|fuzz|perf|example|demo"; "i") | not))
| select(all(.sources[]; test("(^|/)(unit[_-]?)?tests?/|(^|[/_.-])tests?[_.-][^/]*$|tests?[.][a-z]+$"; "i")))
| select(.program | test("^[A-Za-z0-9_./+-]+$"))`;

/**
 * Builds, in the build directory, the programs that tests call, or that are made of tests where no test is registered, and
 * that a build of everything leaves out: a target of the repository's own, such as \`check\`, is to build them.
 */
export const buildRest = `targets=$(jq -cs '${programs}' .cmake/api/v1/reply/target-*.json)
{ echo "$targets" | jq -r '.[] | [.name, .program] | @tsv' | while IFS=$'\\t' read -r name program; do
  [ -e "$program" ] || ! grep -rqF --include='*.cmake' -e "/$program\\"" -e "\\"$program\\"" -e "\${name}_NOT_BUILT" . || printf '%s\\0' "$name"
done
grep -rqE --include='*.cmake' '^ *add_test\\(' . || echo "$targets" | jq -r '${unregistered} | [.name, .program] | @tsv' |
while IFS=$'\\t' read -r name program; do [ -e "$program" ] || printf '%s\\0' "$name"; done
} | xargs -0 -r sh -c 'exec cmake --build . --target "$@" -- -k 0' sh`;

/** Registers those where nothing else is. */
const registerPrograms = `if jq -e '.tests == []' "$out/tests.json" > /dev/null; then
  jq -r '${unregistered} | .program' "$out/targets.json" | while IFS= read -r program; do
    case $program in /*) ;; *) program=$PWD/$program ;; esac
    name=\${program##*/}
    printf 'add_test(%s "%s")\\nset_tests_properties(%s PROPERTIES WORKING_DIRECTORY "%s")\\n' \\
      "$name" "$program" "$name" "\${program%/*}"
  done > "$out/registered"
  if [ -s "$out/registered" ]; then
    cp "$out/registered" CTestTestfile.cmake
    list_tests > "$out/tests.json"
  fi
fi`;

const faults = ': (fatal )?error: |undefined reference to|multiple definition of|^CMake Error|^ninja: error';

/** Seconds that one test program may take. */
const programSeconds = 900;

/** Builds and runs the tests of a CMake build directory, all or those of some source files. */
export function ctestScript(build: string, files: readonly string[] | null): string {
  return `${frameFunction}
log=$(mktemp) out=$(mktemp -d); mkdir "$out/gtest"
cmake -S . -B ${quoteWord(build)} > "$log" 2>&1 || cat "$log"
cmake --build ${quoteWord(build)} -- -k 0 2>&1 | tee -a "$log"; built=\${PIPESTATUS[0]}
(cd ${quoteWord(build)} && ${buildRest}) 2>&1 | tee -a "$log"; [ "\${PIPESTATUS[0]}" = 0 ] || built=1
{ grep -aE '${faults}' "$log" | sort -u | head -n 50; [ "$built" = 0 ] || echo 'the build failed'; } | frame errors
cd ${quoteWord(build)} || exit 1
list_tests() { ctest --show-only=json-v1 | sed -n '/^{/,$p'; } # what a repository has CTest run prints before it
list_tests > "$out/tests.json"
jq -cs '${programs}' .cmake/api/v1/reply/target-*.json > "$out/targets.json"; frame targets < "$out/targets.json"
${registerPrograms}
frame tests < "$out/tests.json"
jq -r --slurpfile targets "$out/targets.json" --argjson all ${files === null} --arg build "$PWD" \\
  --argjson files ${quoteWord(JSON.stringify(files ?? []))} '${wanted}' "$out/tests.json" > "$out/wanted"
while IFS=$'\\t' read -r number kind directory program name; do
  if [ "$kind" = plain ] && grep -qaE 'N5Catch|N7doctest' "$program"; then
    (cd "$directory" && timeout ${programSeconds} "$program" -r=junit -o="$out/own.xml" < /dev/null)
    if [ -s "$out/own.xml" ]; then frame "own:$name" < "$out/own.xml"; rm "$out/own.xml"; continue; fi
  fi
  if [ "$kind" = part ]; then echo "$number" >> "$out/parts"; echo "$directory"$'\\t'"$program" >> "$out/lists"
  else echo "$number" >> "$out/others"; fi
done < "$out/wanted"
run() {
  [ -s "$out/$1" ] || return 0
  echo "0,0,0,$(paste -sd, "$out/$1")" > "$out/numbers" # no range, then each
  ctest --timeout ${programSeconds} -I "$out/numbers" --output-junit "$out/$1.xml"
  frame "ctest:$1" < "$out/$1.xml"
}
GTEST_OUTPUT="xml:$out/gtest/" run others
for file in "$out"/gtest/*.xml; do [ ! -f "$file" ] || frame "gtest:$(basename "$file" .xml)" < "$file"; done
run parts
[ ! -f "$out/lists" ] || sort -u "$out/lists" | while IFS=$'\\t' read -r directory program; do
  (cd "$directory" && timeout 60 "$program" --gtest_list_tests --gtest_output="xml:$out/list.xml" < /dev/null > /dev/null 2>&1)
  [ ! -s "$out/list.xml" ] || { frame "list:$program" < "$out/list.xml"; rm "$out/list.xml"; }
done
rm -rf "$log" "$out"
exit "$built"`;
}
