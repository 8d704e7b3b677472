import { AdminOverviewElement } from './admin-overview.ts'
import { AdminPanelElement } from './admin-panel.ts'
import { CarrierDialogElement } from './carrier-dialog.ts'
import { CarrierListElement } from './carrier-list.ts'
import { ConfirmDialogElement } from './confirm-dialog.ts'
import { define } from './define.ts'
import { DoctorFindingsElement } from './doctor-findings.ts'
import { RuleDialogElement } from './rule-dialog.ts'
import { RuleListElement } from './rule-list.ts'
import { StatusLineElement } from './status-line.ts'
import { UnroutedListElement } from './unrouted-list.ts'

/** Makes `<parley-admin-panel>` known to the page. */
export const defineAdminPanel = (): void =>
  define({
    'parley-admin-overview': AdminOverviewElement,
    'parley-carrier-dialog': CarrierDialogElement,
    'parley-carrier-list': CarrierListElement,
    'parley-confirm-dialog': ConfirmDialogElement,
    'parley-doctor-findings': DoctorFindingsElement,
    'parley-rule-dialog': RuleDialogElement,
    'parley-rule-list': RuleListElement,
    'parley-status-line': StatusLineElement,
    'parley-unrouted-list': UnroutedListElement,
    'parley-admin-panel': AdminPanelElement,
  })
