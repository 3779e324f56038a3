// What `made reproduce` says: a line a set and a member while it runs, and a table of figures at the end.

import type { Splits } from "../../io/npz.ts";
import type { DataSet } from "../../reproduce/data-sets.ts";
import type { MemberRecord, RoundReport } from "../../reproduce/member.ts";
import type { Candidate } from "../../reproduce/recipe.ts";
import type { GridResult, MemberResult, MixtureResult } from "../../reproduce/run.ts";
import type { Score } from "../../reproduce/statistics.ts";

/** All that came out for one data set; recipes that were not asked for are absent. */
export interface SetResults {
  readonly set: DataSet;
  readonly rows: { readonly train: number; readonly valid: number; readonly test: number };
  readonly fixed?: GridResult;
  readonly sampled?: GridResult;
  readonly best?: MixtureResult;
}

export const describeSet = ({ name }: DataSet, { train, valid, test }: Splits, from: string): string =>
  `${name}: ${train.inputs} inputs, ${train.rows} + ${valid.rows} + ${test.rows} rows of ${from}`;

export function describeMember(record: MemberRecord, found: boolean): string {
  const { candidate, seed, validationNll, trainNll, bestEpoch, epochs, seconds } = record;
  const when = found ? "found" : `${seconds.toFixed(0)} s`;
  return (
    `  ${candidate.name}, seed ${seed}: validation ${validationNll.toFixed(3)} after epoch ${bestEpoch} of ${epochs}, ` +
    `training ${trainNll.toFixed(2)}, ${when}`
  );
}

export const describeRound = ({ name }: Candidate, seed: number, report: RoundReport): string =>
  `    ${name}, seed ${seed}, epoch ${report.epoch}: training ${report.trainNll.toFixed(2)}, ` +
  `validation ${report.validationNll.toFixed(3)}${report.best ? " *" : ""}`;

const score = ({ nll, standardError }: Score) => `${nll.toFixed(2)} ± ${standardError.toFixed(2)}`;

/** A Markdown table: test NLLs in nats a row, "±" the standard error over test rows. */
export function tableOf(all: readonly SetResults[]): string {
  const lines = [
    "| data | recipe | published | PyTorch | ours | validation | seconds |",
    "|---|---|---|---|---|---|---|",
  ];
  for (const { set, fixed, sampled, best } of all) {
    const row = (recipe: string, published: number | undefined, pytorch: number | undefined, cells: string) =>
      lines.push(`| ${set.name} | ${recipe} | ${published ?? "–"} | ${pytorch ?? "–"} | ${cells} |`);
    for (const result of fixed?.runs ?? [])
      row(`${result.candidate}, seed ${result.seed}`, set.paper?.fixed, undefined, member(result));
    for (const result of sampled?.runs ?? [])
      row(`${result.candidate}, seed ${result.seed}`, set.paper?.sampled, set.pytorch, member(result));
    if (best) {
      const { members, seconds, testSeconds } = best;
      const asked = members.filter(({ weight }) => weight > 0).length;
      const published = set.circuits ?? (set.paper && Math.min(set.paper.fixed, set.paper.sampled));
      const cells = `**${score(best)}** | ${best.validationNll.toFixed(2)} | ${(seconds + testSeconds).toFixed(0)}`;
      row(`best: mixture of ${asked} of ${members.length}`, published, undefined, cells);
    }
  }
  return lines.join("\n");
}

const member = (result: MemberResult) =>
  `${score(result)} | ${result.validationNll.toFixed(2)} | ${(result.seconds + result.testSeconds).toFixed(0)}`;
