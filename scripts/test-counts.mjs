// What a test runner's JSON report says in two numbers, passed and failed.
// Strict: a skipped or flaky test, a file that could not be loaded and a run without a test are failures.

/** @typedef {{ passed: number, failed: number }} Counts */

/**
 * @param {any} report of vitest's JSON reporter, undefined where there is none
 * @param {number} status with which the runner ended
 * @returns {Counts}
 */
export function countVitest(report, status) {
  /** @type {{ status: string, assertionResults: { status: string }[] }[]} */
  const files = report?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === "passed").length;
  const unloaded = files.filter((file) => file.status === "failed" && file.assertionResults.length === 0).length;
  return strict({ passed, failed: tests.length - passed + unloaded }, status);
}

/**
 * @param {any} report of Playwright's JSON reporter, undefined where there is none
 * @param {number} status with which the runner ended
 * @returns {Counts}
 */
export function countPlaywright(report, status) {
  const { expected = 0, unexpected = 0, flaky = 0, skipped = 0 } = report?.stats ?? {};
  return strict({ passed: expected, failed: unexpected + flaky + skipped }, status);
}

/**
 * @param {Counts} counts
 * @param {number} status
 * @returns {Counts}
 */
function strict({ passed, failed }, status) {
  const silent = failed === 0 && (status !== 0 || passed === 0);
  return { passed, failed: silent ? 1 : failed };
}
