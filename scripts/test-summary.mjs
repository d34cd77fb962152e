// Reads what vitest's json reporter wrote and ends with `N passed, N failed`. Usage: test-summary.mjs <results.json> <exit code>
// Fails where a test failed, none ran, or one was left out: a skipped test in CI is a hole that nobody sees.
import { existsSync, readFileSync } from 'node:fs';

const [file, status] = process.argv.slice(2);
if (file === undefined || !existsSync(file)) {
  console.error(`no test results at ${file}; the tests did not finish`);
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const { testResults } = JSON.parse(readFileSync(file, 'utf8'));
const tests = testResults.flatMap((suite) => suite.assertionResults);
const passed = tests.filter((test) => test.status === 'passed').length;
const missing = tests.filter((test) => !['passed', 'failed'].includes(test.status));
// A file that cannot be loaded fails without a test of its own.
const broken = testResults.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0);
const failed = tests.filter((test) => test.status === 'failed').length + broken.length;
for (const { name, message } of broken) console.error(`failed to load: ${name}\n${message}`);
for (const { fullName, status: why } of missing) console.error(`${why}: ${fullName}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || missing.length > 0 || passed === 0 || status !== '0' ? 1 : 0);
