/** What was proven about a change, test by test. The JSON form is a contract: see docs/verification.md. */
export interface Verification {
  verdict: 'proven' | 'unproven';
  /** One sentence for people. */
  why: string;
  /** The tree that was tested, and the base commit it is a change to. */
  tree: string;
  base: string;
  /** Fails with the new tests on the base's source, passes with the patch. */
  red_to_green: string[];
  /** Absent on the base and inseparable from the fix: passes, but nothing shows that it failed before. */
  new: string[];
  /** How many tests passed before and pass now. */
  still_green: number;
  /** Passed before, fails now, again and again: blocks. */
  newly_red: string[];
  already_red: string[];
  flaky: string[];
  not_run: { id: string; why: string }[];
  /** Tests or their settings made weaker. */
  tampering: { path: string; what: string }[];
  /** Linters, formatters and type checkers of the repository's own; never part of the verdict. Absent: none was run. */
  checks?: CheckResult[];
}

/** What a check complains of on the changed files that it did not complain of before. */
export interface CheckResult {
  name: string;
  complaints: string[];
}
