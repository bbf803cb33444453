export { Answers, BusyError } from './answers.ts'
export { Judge, JudgeError, type JudgeOptions } from './judge.ts'
