import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** Who signs in next, and what is wrong with what the provider says of it. */
export interface Said {
  readonly sub: string;
  readonly email: string;
  readonly isVerified: boolean;
  /** Claims of the id_token that are others than they must be. */
  readonly wrong?: Record<string, unknown>;
  /** Signed by a key that is not the provider's. */
  readonly isForged?: boolean;
  /** The address is told by userinfo only. */
  readonly isInUserInfo?: boolean;
}

export interface OidcProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What it was asked at /authorize. */
  readonly asked: URLSearchParams[];
  says(next: Said): void;
  close(): Promise<void>;
}

/**
 * A small OpenID Connect provider, as strict as it may be: code flow, PKCE, client secret. It asks nobody for a
 * password: whoever comes is who it was told to say.
 */
export async function startOidcProvider(): Promise<OidcProvider> {
  const clientId = 'handrail';
  const clientSecret = randomUUID();
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const forger = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
  const asked: URLSearchParams[] = [];
  const codes = new Map<string, { said: Said; query: URLSearchParams }>();
  const tokens = new Map<string, Said>();
  let next: Said | null = null;

  const server = createServer((request, response) => {
    const json = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const answer = async () => {
      const url = new URL(request.url ?? '/', issuer);
      switch (url.pathname) {
        case '/.well-known/openid-configuration':
          return json(200, {
            issuer,
            authorization_endpoint: `${issuer}/authorize`,
            token_endpoint: `${issuer}/token`,
            userinfo_endpoint: `${issuer}/userinfo`,
            jwks_uri: `${issuer}/jwks`,
            response_types_supported: ['code'],
            subject_types_supported: ['public'],
            id_token_signing_alg_values_supported: ['RS256'],
          });
        case '/jwks':
          return json(200, { keys: [jwk] });
        case '/authorize': {
          const query = url.searchParams;
          asked.push(query);
          if (query.get('client_id') !== clientId || query.get('code_challenge_method') !== 'S256') {
            return json(400, { error: 'invalid_request' });
          }
          if (next === null) return json(500, { error: 'nobody is said to come' });
          const code = randomUUID();
          codes.set(code, { said: next, query });
          const back = new URL(query.get('redirect_uri') ?? '');
          back.searchParams.set('code', code);
          back.searchParams.set('state', query.get('state') ?? '');
          return response.writeHead(302, { location: back.href }).end();
        }
        case '/token': {
          const chunks: Buffer[] = [];
          for await (const chunk of request) chunks.push(chunk as Buffer);
          const body = new URLSearchParams(Buffer.concat(chunks).toString());
          const given = codes.get(body.get('code') ?? '');
          codes.delete(body.get('code') ?? '');
          const challenge = createHash('sha256')
            .update(body.get('code_verifier') ?? '')
            .digest('base64url');
          const isRight =
            given !== undefined &&
            body.get('client_secret') === clientSecret &&
            body.get('redirect_uri') === given.query.get('redirect_uri') &&
            challenge === given.query.get('code_challenge');
          if (!isRight) return json(400, { error: 'invalid_grant' });
          const { said, query } = given;
          const profile = { email: said.email, email_verified: said.isVerified, name: 'From the provider' };
          const claims = { nonce: query.get('nonce'), ...(said.isInUserInfo ? {} : profile), ...said.wrong };
          const token = randomUUID();
          tokens.set(token, said);
          const idToken = await new SignJWT(claims)
            .setProtectedHeader({ alg: 'RS256', kid: 'one' })
            .setSubject(said.sub)
            .setIssuer(String(said.wrong?.iss ?? issuer))
            .setAudience(String(said.wrong?.aud ?? clientId))
            .setIssuedAt()
            .setExpirationTime('5m')
            .sign(said.isForged ? forger.privateKey : privateKey);
          return json(200, { access_token: token, token_type: 'Bearer', expires_in: 300, id_token: idToken });
        }
        case '/userinfo': {
          const said = tokens.get((request.headers.authorization ?? '').replace('Bearer ', ''));
          if (said === undefined) return json(401, { error: 'invalid_token' });
          return json(200, { sub: said.sub, email: said.email, email_verified: said.isVerified });
        }
        default:
          return json(404, {});
      }
    };
    answer().catch((error: unknown) => json(500, { error: String(error) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const issuer = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  return {
    issuer,
    clientId,
    clientSecret,
    asked,
    says(said) {
      next = said;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
