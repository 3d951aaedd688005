/** OperationOutcome (R4): what a FHIR sender is answered. Sentences of ours and places, never a value of the message. */
import type { Problem } from '../../problem.ts';

export type Issue = {
  severity: 'error' | 'warning' | 'information';
  /** http://hl7.org/fhir/issue-type */
  code: string;
  diagnostics: string;
  /** FHIRPath of what is wrong. */
  expression?: string | undefined;
};

/** @returns the resource, ready for JSON */
export function operationOutcome(issues: readonly Issue[]): object {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(({ severity, code, diagnostics, expression }) => ({
      severity,
      code,
      diagnostics,
      ...(expression === undefined ? {} : { expression: [expression] }),
    })),
  };
}

/** A problem of the door, in FHIR's words. */
export function problemOutcome(problem: Problem): object {
  const diagnostics = `${problem.title}. ${problem.detail}${problem.stored === undefined ? '' : ` Kept as ${problem.stored}.`}`;
  const code = CODES[problem.slug] ?? (problem.status >= 500 ? 'transient' : 'processing');
  const issues = problem.errors ?? [];
  if (issues.length === 0) return operationOutcome([{ severity: 'error', code, diagnostics }]);
  return operationOutcome(
    issues.map(({ pointer, detail }) => ({
      severity: 'error',
      code,
      diagnostics: `${detail} ${diagnostics}`,
      expression: pointer,
    })),
  );
}

const CODES: Record<string, string> = {
  'malformed-json': 'structure',
  unreadable: 'structure',
  'unsupported-type': 'not-supported',
  'wrong-media-type': 'not-supported',
  'missing-identity': 'required',
  'bad-date': 'value',
  'bad-movement': 'value',
  'wrong-facility': 'business-rule',
  'key-reused': 'duplicate',
  'too-large': 'too-long',
  'signature-missing': 'login',
  'bad-signature': 'login',
  'stale-timestamp': 'expired',
  'unknown-source': 'unknown',
  'wrong-door': 'forbidden',
  'body-cut': 'incomplete',
};
