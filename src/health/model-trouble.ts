import type { ErrorCode } from '../core/errors.ts';
import type { RunEvent } from '../core/events.ts';
import type { Check } from './health.ts';

const troubles: Partial<Record<ErrorCode, string>> = {
  model_refused_key:
    "The model's endpoint refuses the key: set a valid DEEPSEEK_API_KEY and restart. Until then every run fails.",
  model_out_of_money: "The account at the model's endpoint has no money left: add some.",
};

/** Remembers why the model answers nobody, from the runs' events: until it answers a run again. */
export function watchModel() {
  let trouble: string | null = null;
  return {
    trouble: () => trouble,
    runEvent(_run: string, event: RunEvent) {
      if (event.type === 'turn_ended') trouble = null;
      if (event.type === 'outcome' && event.code !== undefined) trouble = troubles[event.code] ?? trouble;
    },
  };
}

export function checkModel(modelTrouble: () => string | null): Check {
  return { late: '', look: async () => modelTrouble() };
}
