/** `npm run cluster`: sets up what is missing, then runs several servers with the example bot. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBundles, ensureDependencies, main, projectEnv, projectNode, root } from './setup.mjs';

main(() => {
  ensureDependencies();
  ensureBundles();
  const args = [join(root, 'scripts', 'cluster.ts'), ...process.argv.slice(2)];
  const cluster = spawn(projectNode(), args, { stdio: 'inherit', env: projectEnv });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // Ctrl+C reaches the cluster by itself; whoever signals only this process must reach it, too.
    process.on(signal, () => cluster.kill(signal));
  }
  cluster.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
});
