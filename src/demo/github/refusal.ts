import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

export type FieldError =
  | string
  | { resource?: string; field?: string; code: string; message?: string; value?: unknown };

/** An answer that is not a success, in GitHub's words. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: ContentfulStatusCode;
  readonly errors: FieldError[] | undefined;

  constructor(status: ContentfulStatusCode, message: string, errors?: FieldError[]) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export function notFound(): Refusal {
  return new Refusal(404, 'Not Found');
}

export function invalid(...errors: FieldError[]): Refusal {
  return new Refusal(422, 'Validation Failed', errors);
}

export function forbiddenToApp(): Refusal {
  return new Refusal(403, 'Resource not accessible by integration');
}

/** A body of GitHub's errors. */
export function refuse(c: Context, refusal: Refusal): Response {
  return c.json(
    {
      message: refusal.message,
      ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
      documentation_url: 'https://docs.github.com/rest',
      status: String(refusal.status),
    },
    refusal.status,
  );
}
