// npm test counts strictly: whatever did not pass has failed, and so has a run that tested nothing.
import { describe, expect, it } from "vitest";
import { countPlaywright, countVitest } from "../../scripts/test-counts.mjs";

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((status) => ({ status })),
});

describe("vitest's report", () => {
  it("counts what passed and what did not", () => {
    const testResults = [file("passed", "passed", "passed"), file("failed", "passed", "failed", "skipped", "todo")];
    expect(countVitest({ testResults }, 1)).toEqual({ passed: 3, failed: 3 });
  });
  it("counts a file that could not be loaded as one failure", () => {
    expect(countVitest({ testResults: [file("passed", "passed"), file("failed")] }, 1)).toEqual({
      passed: 1,
      failed: 1,
    });
  });
  it("counts a run without a report, without a test or with an error outside the tests as one failure", () => {
    expect(countVitest(undefined, 1)).toEqual({ passed: 0, failed: 1 });
    expect(countVitest({ testResults: [] }, 0)).toEqual({ passed: 0, failed: 1 });
    expect(countVitest({ testResults: [file("passed", "passed")] }, 1)).toEqual({ passed: 1, failed: 1 });
  });
});

describe("Playwright's report", () => {
  const stats = { expected: 4, unexpected: 0, flaky: 0, skipped: 0 };
  it("counts what passed", () => {
    expect(countPlaywright({ stats }, 0)).toEqual({ passed: 4, failed: 0 });
  });
  it("counts failed, flaky and skipped tests as failures", () => {
    expect(countPlaywright({ stats: { ...stats, unexpected: 1, flaky: 1, skipped: 1 } }, 1)).toEqual({
      passed: 4,
      failed: 3,
    });
  });
  it("counts a run that could not start, or tested nothing, as one failure", () => {
    expect(countPlaywright(undefined, 1)).toEqual({ passed: 0, failed: 1 });
    expect(countPlaywright({ stats: { ...stats, expected: 0 } }, 0)).toEqual({ passed: 0, failed: 1 });
    expect(countPlaywright({ stats }, 1)).toEqual({ passed: 4, failed: 1 });
  });
});
