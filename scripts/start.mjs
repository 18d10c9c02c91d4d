/** `npm start`: sets up what is missing, then runs the server with the example bot. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { ensureBundles, ensureDependencies, main, projectEnv, projectNode, root } from './setup.mjs';

main(() => {
  ensureDependencies();
  ensureBundles();
  const args = [join(root, 'server', 'main.ts'), '--demo', ...process.argv.slice(2)];
  const server = spawn(projectNode(), args, { stdio: 'inherit', env: projectEnv });
  for (const signal of ['SIGINT', 'SIGTERM']) {
    // Ctrl+C reaches the server by itself; whoever ends only this process must end it, too.
    process.on(signal, () => server.kill(signal));
  }
  server.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
});
