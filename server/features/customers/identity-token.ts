import { errors, jwtVerify } from 'jose';
import { Type } from 'typebox';
import { CustomerTraits, VerifiedCustomer } from '../../../protocol/customer.ts';
import { exact } from '../../../protocol/ids.ts';
import { RefusalError } from '../../plugins/errors.ts';
import { checkOf } from '../../plugins/validation.ts';
import type { Person } from '../../store/identities.ts';

const daySeconds = 24 * 60 * 60;
/** How far the clocks of two companies may be apart. */
const skewSeconds = 60;

const checkPerson = checkOf(
  exact({
    ...VerifiedCustomer.properties,
    traits: Type.Optional(CustomerTraits),
    sub: Type.String({ minLength: 1, maxLength: 200 }),
  }),
);

/**
 * Who the customer is by the word of the site's backend.
 * @param secret of the site; null: it vouches for nobody
 * @throws RefusalError identity_refused, whose detail says to a developer what is wrong
 */
export async function personOf(secret: string | null, token: string): Promise<Person> {
  if (secret === null)
    throw refused('the site has no identity secret; make one with "handrail site identity"');
  const { payload } = await jwtVerify(token, new TextEncoder().encode(secret), {
    // Said by us and never by the token: not "none", and not a public key that is taken for a secret.
    algorithms: ['HS256'],
    requiredClaims: ['sub', 'iat', 'exp'],
    clockTolerance: skewSeconds,
    // Refuses one from the future as well.
    maxTokenAge: daySeconds,
  }).catch((error) => {
    if (error instanceof errors.JOSEError) throw refused(error.message);
    throw error;
  });
  // A token that leaks must not open the door for ever.
  if ((payload.exp ?? 0) - Date.now() / 1_000 > daySeconds + skewSeconds) {
    throw refused('"exp" is more than 24 hours ahead');
  }
  const { sub, name, email, traits } = payload;
  const claims = Object.entries({ sub, name, email, traits }).filter(([, value]) => value !== undefined);
  try {
    const person = checkPerson(Object.fromEntries(claims));
    return { ...person, traits: person.traits ?? {} };
  } catch (error) {
    throw error instanceof RefusalError ? refused(error.detail ?? 'the claims do not fit') : error;
  }
}

const refused = (detail: string) => new RefusalError('identity_refused', { detail });
