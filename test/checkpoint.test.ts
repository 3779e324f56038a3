// Going on after losses, without a device: when there is something to go on from, and when it is given up.

import { expect, test, vi } from "vitest";
import { DeviceLostError } from "../src/errors.ts";
import { Checkpoints, type Snapshot, throughLosses } from "../src/made/checkpoint.ts";
import { freshRun } from "../src/made/run-state.ts";

const snapshot = (step: number): Snapshot => ({
  state: { parameters: {}, moments: [] },
  run: { ...freshRun(), step },
});
const lost = () => new DeviceLostError("gone");

test("a loss sends the fit back to the last snapshot, and it resumes", async () => {
  const renewed: number[] = [];
  const resumed: boolean[] = [];
  const result = await throughLosses(
    async (keep, resume) => {
      resumed.push(resume);
      if (resumed.length > 3) return "done";
      keep(snapshot(2 * resumed.length - 1));
      keep(snapshot(2 * resumed.length));
      throw lost();
    },
    async ({ run }) => void renewed.push(run.step),
  );
  expect(result).toBe("done");
  expect(resumed).toEqual([false, true, true, true]);
  expect(renewed).toEqual([2, 4, 6]);
});

test("a loss of the new device while it is filled is one more loss", async () => {
  let renewals = 0;
  const train = vi.fn(async (keep: (snapshot: Snapshot) => void, resume: boolean) => {
    if (resume) return "done";
    keep(snapshot(0));
    throw lost();
  });
  const renew = async () => {
    if (++renewals < 3) throw lost();
  };
  expect(await throughLosses(train, renew)).toBe("done");
  expect(renewals).toBe(3);
  expect(train).toHaveBeenCalledTimes(2);
});

test("without a snapshot, after another error, or after too many losses on one spot the error goes up", async () => {
  const renew = vi.fn(async () => {});
  await expect(throughLosses(() => Promise.reject(lost()), renew)).rejects.toThrow(DeviceLostError);
  const otherError = async (keep: (snapshot: Snapshot) => void) => {
    keep(snapshot(0));
    throw new RangeError("no");
  };
  await expect(throughLosses(otherError, renew)).rejects.toThrow(RangeError);
  expect(renew).not.toHaveBeenCalled();
  let tries = 0;
  const onOneSpot = async (keep: (snapshot: Snapshot) => void) => {
    if (tries++ === 0) keep(snapshot(0));
    throw lost();
  };
  await expect(throughLosses(onOneSpot, renew)).rejects.toThrow(DeviceLostError);
  expect(tries).toBe(6);
});

test("checkpoints are due after so many epochs or seconds since the last, whichever comes first", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const take = vi.fn(async () => {});
    const checkpoints = new Checkpoints({ everyEpochs: 2, everySeconds: 30, write() {} }, false, take);
    checkpoints.epochDone();
    expect(checkpoints.due).toBe(false);
    checkpoints.epochDone();
    expect(checkpoints.due).toBe(true);
    await checkpoints.take();
    expect(checkpoints.due).toBe(false);
    vi.advanceTimersByTime(29_999);
    expect(checkpoints.due).toBe(false);
    vi.advanceTimersByTime(1);
    expect(checkpoints.due).toBe(true);
    await checkpoints.take();
    expect(checkpoints.due).toBe(false);
    expect(take).toHaveBeenCalledTimes(2);
    expect(new Checkpoints(undefined, false, take).due).toBe(false);
    const forLosses = new Checkpoints(undefined, true, take);
    vi.advanceTimersByTime(10_000);
    expect(forLosses.due).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});
