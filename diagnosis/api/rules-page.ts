import type { RuleSummary, RulesPage } from '../../core/api/public.ts'

/** What the API tells of a rule; the engine's rules have it. */
export interface RuleFacts extends Omit<RuleSummary, 'explains'> {
  readonly explains: readonly { readonly rule: string }[]
}

/** The catalogue as plain data, in the order in which the rules are asked. */
export function rulesPage(rules: readonly RuleFacts[]): RulesPage {
  return {
    items: rules.map(({ id, title, category, stage, scope, needs, explains }) => ({
      id,
      title,
      category,
      stage,
      scope,
      needs: { required: needs.required, toldApartBy: needs.toldApartBy },
      explains: [...new Set(explains.map((relation) => relation.rule))],
    })),
  }
}
