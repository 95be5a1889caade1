/** webgpu-losses: WebGPU loss kernels for training on imperfect data, with a float64 reference on the CPU. */
export type { BufferBinding } from "./buffers.js";
export { type ClassLoss, type ClassLossFactory, defineClassLoss } from "./classes/loss.js";
export type { Psi, Scores, Term } from "./classes/terms.js";
export { type Cutoff, decisionCutoff, type OutputDistribution } from "./cutoff.js";
export { defineBinaryLoss, defineRegressionLoss } from "./define.js";
export { LossError, type LossErrorCode, type Rule } from "./errors.js";
export { evaluate } from "./evaluate.js";
export type { ElementTraits, Family, FamilyTraits, Statistic } from "./families.js";
export { wgslFunctions } from "./functions.js";
export { lossFromJSON } from "./json.js";
export { type LaiLoss, type LaiOptions, lai, laiMae, laiMse } from "./lai/loss.js";
export { type LaiTraining, laiApplyMask } from "./lai/training.js";
export { createLedger, type Ledger, type LedgerBuffers, type LedgerEntry, ledgerCSV } from "./ledger.js";
export {
  type BaseLoss,
  type BinaryLoss,
  type Definition,
  type DefinitionInput,
  type Documentation,
  type ElementLoss,
  type LossCode,
  type LossFactory,
  type LossSpec,
  type ParameterDefinition,
  type RegressionLoss,
  rules,
  type Traits,
  type Values,
} from "./loss.js";
export * from "./losses/index.js";
export * from "./modifiers/index.js";
export type { Activation } from "./network/activations.js";
export { evaluateNetwork } from "./network/evaluate.js";
export { type FlatNetwork, flattenNetwork, type Matrix, type Network, unflattenNetwork } from "./network/network.js";
export {
  createNetworkPlan,
  type NetworkBuffers,
  type NetworkInput,
  type NetworkOutput,
  type NetworkPlan,
  type NetworkPlanOptions,
} from "./network/plan.js";
export type { NetworkInputs, NetworkOptions, NetworkResult } from "./network/problem.js";
export { runNetwork } from "./network/run.js";
export {
  createPlan,
  type Plan,
  type PlanBuffers,
  type PlanInput,
  type PlanOptions,
  type PlanOutput,
} from "./plan.js";
export { zbce, zmse } from "./presets.js";
export type {
  Inputs,
  LogitInputs,
  NonFinite,
  OptionalInputs,
  Options,
  Reduction,
  RegressionInputs,
  Result,
  ResultName,
  Shape,
} from "./problem.js";
export { run } from "./run.js";
export { type ThresholdSchedule, thresholdSchedule } from "./schedule.js";
export { type GroupStatistics, groupMoments, type Moments, mergeStatistics, standardDeviation } from "./statistics.js";
export { type TrimmedLoss, type TrimOptions, trimmed } from "./trimmed.js";
export type { Tuning } from "./tuning.js";
export { type Loss, type Mask, type MaskedLoss, type ZMaskedLoss, type ZMaskOptions, zMasked } from "./zMasked.js";
