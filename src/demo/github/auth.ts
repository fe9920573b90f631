import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { Refusal } from './refusal.ts';
import type { Account, Installation, Token, World } from './state.ts';

/** Who asks. */
export type Actor = { kind: 'anonymous' } | { kind: 'app' } | Token;

const longestJwtSeconds = 600;

export function authenticate(world: World, header: string | undefined): Actor {
  if (header === undefined) return { kind: 'anonymous' };
  const secret = secretOf(header);
  if (/^eyJ[\w-]*\.[\w-]+\.[\w-]+$/.test(secret)) return verifyJwt(world, secret);
  const token = world.tokens.get(secret);
  if (token === undefined) throw new Refusal(401, 'Bad credentials');
  if (token.kind === 'installation') {
    if (token.expiresAt <= world.now().getTime()) throw new Refusal(401, 'Bad credentials');
    if (token.installation.suspendedAt !== null) throw suspended();
  }
  return token;
}

export function suspended(): Refusal {
  return new Refusal(403, 'This installation has been suspended');
}

/** `Bearer`, `token` and `Basic`, where the password is the token. */
function secretOf(header: string): string {
  const [scheme = '', value = ''] = header.split(' ');
  if (scheme.toLowerCase() !== 'basic') return value;
  const text = Buffer.from(value, 'base64').toString('utf8');
  const [user = '', password = ''] = [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1)];
  return password === '' || password === 'x-oauth-basic' ? user : password;
}

function verifyJwt(world: World, jwt: string): Actor {
  const [head = '', claims = '', signature = ''] = jwt.split('.');
  const { alg } = decode(head);
  const { iss, iat, exp } = decode(claims);
  if (![String(world.app.id), world.app.clientId].includes(String(iss)))
    throw new Refusal(404, 'Integration not found');
  const signed = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    createPublicKey(world.app.publicKey),
    Buffer.from(signature, 'base64url'),
  );
  if (alg !== 'RS256' || !signed) throw new Refusal(401, 'A JSON web token could not be decoded');
  const now = Math.floor(world.now().getTime() / 1000);
  if (typeof iat !== 'number' || iat > now + 60) {
    throw new Refusal(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  if (typeof exp !== 'number' || exp <= now) {
    throw new Refusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (exp > now + longestJwtSeconds) {
    throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
  }
  return { kind: 'app' };
}

function decode(part: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    throw new Refusal(401, 'A JSON web token could not be decoded');
  }
}

/** A token in the shape that GitHub gives since 2026: the App's id and a JWT-like text with dots. */
export function createInstallationToken(
  world: World,
  installation: Installation,
  narrowed: Pick<Token & { kind: 'installation' }, 'permissions' | 'repositories'>,
): { secret: string; expiresAt: number } {
  const part = (bytes: number) => randomBytes(bytes).toString('base64url');
  const secret = `ghs_${world.app.id}_${part(60)}.${part(180)}.${part(140)}`;
  const expiresAt = Math.floor((world.now().getTime() + world.tokenLifeMs) / 1000) * 1000;
  world.tokens.set(secret, { kind: 'installation', installation, expiresAt, ...narrowed });
  return { secret, expiresAt };
}

export function createPersonalToken(world: World, account: Account): string {
  const secret = `ghp_${randomBytes(30).toString('base64url').replaceAll(/[-_]/g, 'x').slice(0, 36)}`;
  world.tokens.set(secret, { kind: 'user', account });
  return secret;
}

/** The account that an actor acts as; an App without an installation has none. */
export function accountOf(world: World, actor: Actor): Account | null {
  if (actor.kind === 'user') return actor.account;
  return actor.kind === 'installation' ? world.app.bot : null;
}
