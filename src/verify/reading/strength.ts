/** One link of a chain such as `expect(x).not.toBe(5)`. */
export interface Link {
  name: string;
  /** What is between the brackets, when it is called. */
  args: string[] | null;
}

/** What an assertion says of a value, and how much that is. */
export interface Rating {
  subject: string;
  /** What the subject is compared with, if with anything. */
  value: string | null;
  /** The kind of comparison, the same for a demand and its opposite. */
  matcher: string;
  negated: boolean;
  /** Whether it is about throwing, and then whether it says what is thrown. */
  throws: 'no' | 'something' | 'this';
  /** 0 holds nothing, 1 that there is something, 2 a part of a value, 3 all of it. */
  strength: 0 | 1 | 2 | 3;
}

const truth =
  /^(toBeTruthy|truthy|ok|isOk|assert|assertTrue|exists?|toExist|isNotNull|assertIsNotNone|fail|unreachable)$/;
const falsehood = /^(toBeFalsy|falsy|notOk|isNotOk|assertFalse|error|ifE?rror)$/;
const definition = /^(toBe|is)(Defined|Undefined)$/;
const part =
  /^(toContain\w*|toMatch|toMatchObject|toHaveLength|toHaveProperty|toBeCloseTo|toBe(Greater|Less)\w*|toBeInstanceOf|toBeTypeOf|toHaveBeenCalled|toSatisfy|satisf(y|ies)|includes?\w*|contains?|match(es)?|like|has|property|lengthOf|length|instance\w*|isA|an?|above|below|least|most|closeTo|assertIn|assert(Greater|Less)\w*|assertRegex|assertIsInstance|type)$/;
const throwing = /throw|^rejects$|raises/i;
const negation = /^(not|never)$|^(not|doesNot|isNot|assertNot|assertIsNot)(?=[A-Z])/;
const comparison = /[!=]==?|\binstanceof\b|\.(includes|test|startsWith|endsWith|every|some)\(|^!/;
const anything = /^expect\.any(thing)?\(/;
const switchedOff = /^\{.*\b(skip|todo)\s*:\s*(true|['"`])/s;

/** Rates `expect(a).toBe(b)`, `assert.equal(a, b)`, `a.should.equal(b)`, and what is built like them. */
export function rateChain(chain: readonly Link[]): Rating {
  const first = chain[0]?.args ?? null;
  const isExpectation = chain.length > 1 && first !== null;
  const words = chain.map((link) => link.name).slice(isExpectation ? 1 : 0);
  const args = chain.findLast((link) => link.args !== null)?.args ?? [];
  const last = words.at(-1) ?? '';
  const [subject = '', value] = isExpectation ? [first[0], args === first ? undefined : args[0]] : args;
  const isTruth = truth.test(last) || falsehood.test(last);
  const isNot = words.some((word) => negation.test(word) && !(isTruth && word === last));
  const negated = isNot !== (falsehood.test(last) || /Undefined$/.test(last));
  const said = {
    subject,
    value: isTruth ? null : (value ?? null),
    matcher: isTruth
      ? 'truth'
      : definition.test(last)
        ? 'definition'
        : last.replace(negation, '').toLowerCase(),
    negated,
  };
  const isUnfinished = chain.length === 1 && last === 'expect' && args.length === 1;
  if (isUnfinished || args.some((arg) => switchedOff.test(arg)))
    return { ...said, throws: 'no', strength: 0 };
  if (!throwing.test(last))
    return { ...said, throws: 'no', strength: strengthOf(said, last, chain.length > 1) };
  if (negated) return { ...said, throws: 'something', strength: 1 };
  return { ...said, throws: said.value === null ? 'something' : 'this', strength: 3 };
}

function strengthOf(
  { subject, value, matcher, negated }: Omit<Rating, 'throws' | 'strength'>,
  last: string,
  isComparison: boolean,
): Rating['strength'] {
  const isConstant =
    /^(true|1)$/.test(subject) && (matcher === 'truth' || value === subject || /^true$/i.test(last));
  if (isConstant || (isComparison && value === subject && !negated)) return 0;
  if (matcher === 'truth') return negated || comparison.test(subject) ? 3 : 1;
  if (matcher === 'definition') return negated ? 3 : 1;
  if (value !== null && anything.test(value)) return 1;
  if (part.test(last)) return 2;
  if (negated) return 1;
  return value?.includes('expect.') ? 2 : 3;
}

/** Rates the condition of Python's `assert`. */
export function rateCondition(condition: string): Rating {
  const negated = /^not\b|\bis not\b|!=/.test(condition);
  const value = /(?:[=!]=|\bis not\b|\bis\b)\s*(.*)$/s.exec(condition)?.[1] ?? null;
  return {
    subject: condition,
    value,
    matcher: 'assert',
    negated,
    throws: 'no',
    strength: strengthOfCondition(condition),
  };
}

function strengthOfCondition(condition: string): Rating['strength'] {
  if (/^(True|1)$/.test(condition)) return 0;
  if (/\bis not\b/.test(condition)) return 1;
  if (/==|\bis\b|^not [\w.]+$/.test(condition)) return 3;
  return /!=|[<>]|\bin\b|\bisinstance\(|\.(startswith|endswith)\(/.test(condition) ? 2 : 1;
}
