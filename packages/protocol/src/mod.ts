/** What agent and browser say to each other: one schema per message, browser-safe, types inferred from the schemas. */

export {
  Ability,
  ApiProblem,
  FileContent,
  MachineInfo,
  NewTerminal,
  PlanView,
  SessionInfo,
  Solution,
  TerminalName,
  Ticket,
  TicketRequest,
} from "./api.ts";
export {
  CgroupNode,
  ContainerNode,
  GraphChange,
  GraphNode,
  IdMapLine,
  MountNode,
  NamespaceNode,
  NamespaceType,
  NodeId,
  type NodeKind,
  Origin,
  OverlayLayers,
  ProcessNode,
} from "./graph.ts";
export { CheckResult, LabDetail, LabState, LabStep, LabSummary, Prediction, StepSection, StepState } from "./labs.ts";
export { LIVE_REQUEST_MAX_BYTES, LiveEvent, LiveRequest } from "./live.ts";
export {
  ACK_EVERY_BYTES,
  HIGH_WATER_BYTES,
  INPUT_MAX_BYTES,
  LOW_WATER_BYTES,
  SCROLLBACK_BYTES,
  TerminalInfo,
  TerminalNotice,
  TerminalRequest,
} from "./terminal.ts";
