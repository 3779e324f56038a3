// Questions of the page: the last one is answered, whatever came before it.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Latest } from "../../demo/complete/latest.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Asked {
  question: number;
  signal: AbortSignal;
  answer: (value: string) => void;
  fail: (error: Error) => void;
}

function setUp() {
  const asked: Asked[] = [];
  const told: string[] = [];
  const latest = new Latest<number, string>({
    delayMs: 100,
    ask: (question, signal) =>
      new Promise((answer, fail) => {
        asked.push({ question, signal, answer, fail });
      }),
    onAnswer: (answer, question) => told.push(`${question}: ${answer}`),
    onError: (error) => told.push(`failed: ${(error as Error).message}`),
  });
  return { latest, asked, told };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

test("waits for the last of quick questions and answers that one alone", async () => {
  const { latest, asked, told } = setUp();
  for (const question of [1, 2, 3]) {
    latest.ask(question);
    await vi.advanceTimersByTimeAsync(99);
  }
  expect(asked).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(asked.map(({ question }) => question)).toEqual([3]);
  asked[0].answer("yes");
  await settle();
  expect(told).toEqual(["3: yes"]);
  expect(latest.busy).toBe(false);
});

test("cancels the question at work, drops its answer, and asks the newest after it has ended", async () => {
  const { latest, asked, told } = setUp();
  latest.ask(1);
  await vi.advanceTimersByTimeAsync(100);
  latest.ask(2);
  expect(asked[0].signal.aborted).toBe(true);
  latest.ask(3);
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).toHaveLength(1); // one at a time
  asked[0].answer("late");
  await settle();
  expect(asked.map(({ question }) => question)).toEqual([1, 3]);
  asked[1].answer("yes");
  await settle();
  expect(told).toEqual(["3: yes"]);
});

test("tells why the last question failed, and goes on after it", async () => {
  const { latest, asked, told } = setUp();
  latest.ask(1);
  await vi.advanceTimersByTimeAsync(100);
  asked[0].fail(new Error("no device"));
  await settle();
  latest.ask(2);
  await vi.advanceTimersByTimeAsync(100);
  asked[1].answer("yes");
  await settle();
  expect(told).toEqual(["failed: no device", "2: yes"]);
});

test("says nothing of what was cancelled", async () => {
  const { latest, asked, told } = setUp();
  latest.ask(1);
  await vi.advanceTimersByTimeAsync(100);
  latest.cancel();
  asked[0].fail(new Error("aborted"));
  await settle();
  latest.ask(2);
  latest.cancel();
  await vi.advanceTimersByTimeAsync(500);
  expect(asked).toHaveLength(1);
  expect(told).toEqual([]);
});
