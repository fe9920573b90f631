import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';

const require = createRequire(import.meta.url);

interface Description {
  paths: Record<string, Record<string, { responses: Record<string, object> }>>;
  components: { schemas: Record<string, unknown> };
}

/** Says what is wrong with something that GitHub would answer or send; an empty list when nothing is. */
export type Check = (name: string, value: unknown) => string[];

/** Where the description is wrong: it wants the account of a listed installation to be a user and an enterprise at once. */
const mistakes = [/^GET \/app\/installations 200\/\d+\/account /];

/** Checks answers against GitHub's own description of its REST API; names are `GET /repos/{owner}/{repo} 200`. */
export async function loadAnswerCheck(): Promise<Check> {
  const description = await load('@octokit/openapi/generated/api.github.com.json');
  const ajv = newAjv(description);
  return createCheck(ajv, (name) => {
    const [method = '', asked = '', status = ''] = name.split(' ');
    const path = templateOf(Object.keys(description.paths), asked);
    const answers = description.paths[path]?.[method.toLowerCase()]?.responses;
    if (answers === undefined) return null;
    const pointer = [
      'paths',
      path,
      method.toLowerCase(),
      'responses',
      status,
      'content',
      'application/json',
      'schema',
    ];
    const reference = answers[status] as { $ref?: string } | undefined;
    if (reference === undefined) return { not: {} };
    return 'content' in reference ? { $ref: `github#/${pointer.map(pointerPart).join('/')}` } : {};
  });
}

/** The path of the description that an address belongs to; following pages are asked for by their address. */
function templateOf(paths: readonly string[], asked: string): string {
  if (!URL.canParse(asked)) return asked;
  const parts = new URL(asked).pathname.split('/');
  const fits = (path: string) => {
    const own = path.split('/');
    return own.length === parts.length && own.every((part, at) => part.startsWith('{') || part === parts[at]);
  };
  const variables = (path: string) => path.split('{').length;
  return paths.filter(fits).toSorted((a, b) => variables(a) - variables(b))[0] ?? asked;
}

/** Checks webhook payloads; names are `issues.opened`. */
export async function loadWebhookCheck(): Promise<Check> {
  const description = await load('@octokit/openapi-webhooks/generated/api.github.com.json');
  const ajv = newAjv(description);
  return createCheck(ajv, (name) => {
    const schema = `webhook-${name.replaceAll(/[_.]/g, '-')}`;
    return schema in description.components.schemas ? { $ref: `github#/components/schemas/${schema}` } : null;
  });
}

async function load(file: string): Promise<Description> {
  return withNull(JSON.parse(await readFile(require.resolve(file), 'utf8'))) as Description;
}

function newAjv(description: object): Ajv {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true, inlineRefs: false });
  return ajv.addSchema(description, 'github', undefined, false);
}

function createCheck(ajv: Ajv, schemaOf: (name: string) => object | null): Check {
  const compiled = new Map<string, ValidateFunction>();
  return (name, value) => {
    const schema = schemaOf(name);
    if (schema === null) return [`GitHub's description has no ${name}`];
    const validate = compiled.get(name) ?? ajv.compile(schema);
    compiled.set(name, validate);
    if (validate(value)) return [];
    return (validate.errors ?? [])
      .map(({ instancePath, message }) => `${name}${instancePath} ${message}`)
      .filter((deviation) => !mistakes.some((mistake) => mistake.test(deviation)));
  };
}

/** Part of a JSON pointer in a fragment. */
function pointerPart(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** OpenAPI 3.0 says `nullable` where JSON Schema says `null`. */
function withNull(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withNull);
  if (typeof value !== 'object' || value === null) return value;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withNull(inner)]),
  );
  return nullable === true
    ? { anyOf: [rest, { type: 'null' }] }
    : nullable === undefined
      ? rest
      : { ...rest, ...(typeof nullable === 'object' ? { nullable } : {}) };
}
