/** What the rest of the project uses of metrics. */
export { explainMetric, METRICS, type Metric, metricNamed } from './catalog/index.ts';
export { conservationErrors } from './conservation.ts';
export { factsOf, type RunFacts } from './facts.ts';
export { CellRecorder, type CellRecorderOptions } from './recorder.ts';
export { type CellResult, mergeCells, type RunResult, transferables } from './result.ts';
export { parseTable, type ResultTable, type RunFolder, readRunFolder, summaryRows } from './run-folder.ts';
export { formatValue, type SummaryRow, summarise, summaryValue } from './summary.ts';
export { type SummaryDocument, summaryDocument } from './summary-json.ts';
export { type Provenance, resultTables, TABLE_NAMES, type UserDirectory } from './tables/index.ts';
export { evaluateThresholds, passed, type Verdict } from './thresholds.ts';
