import { isTestPath } from '../../text/test-paths.ts';

const ends = new Set(
  (
    'py pyi js jsx mjs cjs ts tsx mts cts vue svelte go rs java kt kts scala swift cs rb php c h cc cpp cxx hpp hh m mm ' +
    'ex exs lua dart jl pl pm r sh sql graphql proto'
  ).split(' '),
);
const notOurs = /(^|\/)(node_modules|vendor|vendored|_vendor|third_party|thirdparty|dist|\.[^/]+)\//i;
const generated =
  /(\.min\.[cm]?js|[-.]v?\d+\.\d+(\.\d+)?\.js|(^|\/)(jquery|underscore|lodash|bootstrap)\.js|\.pb\.go|_pb2(_grpc)?\.pyi?|\.generated\.\w+|\.d\.[cm]?ts)$/;
const beside =
  /(^|\/)(docs?|examples?|demos?|benchmarks?|bench|samples?|site|website|scripts?|tools?|migrations|build|release)\//i;

/** What a path ends in, in lower case and without its dot. */
export function extensionOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase();
}

/** Whether a file is a source that people wrote here, or a test. */
export function isWrittenHere(path: string): boolean {
  return ends.has(extensionOf(path)) && !notOurs.test(path) && !generated.test(path);
}

/** Whether a file may be what an issue is about: a source that people wrote here, and no test. */
export function isSourcePath(path: string): boolean {
  return isWrittenHere(path) && !isTestPath(path);
}

/** Whether a source is beside the product: examples, documents, what builds it. */
export function isBeside(path: string): boolean {
  return beside.test(path);
}
