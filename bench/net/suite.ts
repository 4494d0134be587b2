import type { NetResult, NetWork, Sample, Subject } from "./work.ts";

/** Compilers and buffers come to rest in the first window, which does not count. */
const WARM_UP = 1;

/** How much is measured. */
export interface Effort {
  readonly seconds: number;
  readonly rounds: number;
  readonly subjects: RegExp;
  progress(text: string): void;
}

/** Measures the subjects of every work in turn, several rounds. */
export async function measureNet(
  works: readonly NetWork[],
  effort: Effort,
): Promise<NetResult[]> {
  const results: NetResult[] = [];
  for (const work of works) {
    effort.progress(`starting ${work.name}`);
    await using stack = new AsyncDisposableStack();
    const subjects = (await work.open(stack)).filter(({ name }, index) =>
      index === 0 || effort.subjects.test(name)
    );
    results.push(...await measure(work, subjects, effort));
  }
  return results;
}

async function measure(
  { name: work }: NetWork,
  subjects: readonly Subject[],
  { seconds, rounds, progress }: Effort,
): Promise<NetResult[]> {
  const samples = new Map(subjects.map((each) => [each, [] as Sample[]]));
  for (let round = 0; round < WARM_UP + rounds; round++) {
    for (const subject of subjects) {
      progress(`${work}, round ${round} of ${rounds}: ${subject.name}`);
      const sample = await subject.measure(seconds);
      if (round >= WARM_UP) samples.get(subject)!.push(sample);
    }
  }
  return subjects.map((subject) => ({
    work,
    subject: subject.name,
    budget: subject.budget ?? null,
    samples: samples.get(subject)!,
  }));
}
