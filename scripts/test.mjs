/**
 * `npm test`: sets up what is missing, then checks everything and closes with the count. Words behind `--` go to
 * vitest: `npm test -- --project domain`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ensureBundles,
  ensureChromium,
  ensureDependencies,
  main,
  projectEnv,
  projectNode,
  root,
  run,
  step,
} from './setup.mjs';

const bin = (name) => join(root, 'node_modules', '.bin', name);

/** Checks that are no vitest tests; each counts as one. */
const checks = [
  { what: 'Types', command: bin('tsc'), args: [] },
  { what: 'Lint and format', command: bin('biome'), args: ['check', '.'] },
  { what: 'Bundle budgets', command: projectNode(), args: [join(root, 'scripts', 'budgets.ts')] },
];

main(() => {
  const vitestArgs = process.argv.slice(2);
  ensureDependencies();
  const chromium = ensureChromium();
  ensureBundles();
  const count = { passed: 0, failed: 0, skipped: 0 };
  if (vitestArgs.length === 0) {
    for (const { what, command, args } of checks) {
      const isGood = step(what, () => run(command, args)) === 0;
      if (isGood) count.passed += 1;
      else count.failed += 1;
    }
  }
  runVitest(vitestArgs, chromium, count);
  process.exitCode = count.failed === 0 ? 0 : 1;
  const skipped = count.skipped === 0 ? '' : `, ${count.skipped} skipped`;
  process.stdout.write(`\n${count.passed} passed, ${count.failed} failed${skipped}\n`);
});

function runVitest(args, chromium, count) {
  const folder = mkdtempSync(join(tmpdir(), 'handrail-report-'));
  const report = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const env = { ...projectEnv, CHROMIUM_PATH: chromium };
    const code = run(bin('vitest'), ['run', ...reporters, ...args], env);
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'));
    count.passed += numPassedTests;
    count.failed += numFailedTests;
    count.skipped += numPendingTests;
    // A file that broke before its first test, or an error outside of any, counts as well.
    if (code !== 0 && numFailedTests === 0) count.failed += 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
