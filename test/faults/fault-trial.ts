import type { Test } from 'tap'
import type { Fault } from './faults.js'
import type { Figures } from './figures.js'
import { announceChange, judgeValues, seeChange } from './invalidations.js'
import { HIT, runTrial, type Trial } from './trial.js'
import { judgeCallers, judgeLog } from './verdict.js'

/** A trial of one fault, judged by its callers, by what they see of a change announced meanwhile, and by the log. */
export const tryFault = async (
  t: Test,
  { name, isRead }: Fault,
  trial: Pick<Trial, 'sidecar' | 'origin' | 'begin' | 'end'>
): Promise<Figures> => {
  const { sidecar, origin } = trial
  const figures = await runTrial(t, {
    ...trial,
    name,
    during: async () => {
      await announceChange(t, sidecar, origin, isRead)
      await judgeValues(t, sidecar, isRead)
    },
    isBack: isRead ? /; stored/ : HIT
  })
  judgeCallers(t, figures)
  await seeChange(t, sidecar)
  judgeLog(t, sidecar.logs, isRead)
  return figures
}
