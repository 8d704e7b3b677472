import { AdminAuditElement } from './admin-audit.ts'
import { AdminCannedElement } from './admin-canned.ts'
import { AdminContactsElement } from './admin-contacts.ts'
import { AdminGroupsElement } from './admin-groups.ts'
import { AdminKeysElement } from './admin-keys.ts'
import { AdminOptOutsElement } from './admin-opt-outs.ts'
import { AdminOverviewElement } from './admin-overview.ts'
import { AdminPanelElement } from './admin-panel.ts'
import { AdminPeopleElement } from './admin-people.ts'
import { AdminSetupElement } from './admin-setup.ts'
import { CannedFormElement } from './canned-form.ts'
import { CarrierCallsElement } from './carrier-calls.ts'
import { CarrierFormElement } from './carrier-form.ts'
import { CarrierKeysElement } from './carrier-keys.ts'
import { CarrierListElement } from './carrier-list.ts'
import { ConfirmDialogElement } from './confirm-dialog.ts'
import { CopyTextElement } from './copy-text.ts'
import { define } from './define.ts'
import { DoctorFindingsElement } from './doctor-findings.ts'
import { GroupSettingsElement } from './group-settings.ts'
import { ListenInElement } from './listen-in.ts'
import { OpenConversationsElement } from './open-conversations.ts'
import { PersonFormElement } from './person-form.ts'
import { RuleConflictElement } from './rule-conflict.ts'
import { RuleFormElement } from './rule-form.ts'
import { RuleHoursElement } from './rule-hours.ts'
import { RuleListElement } from './rule-list.ts'
import { RuleSimulatorElement } from './rule-simulator.ts'
import { StatusLineElement } from './status-line.ts'
import { UnroutedListElement } from './unrouted-list.ts'

/** Makes `<parley-admin-panel>` known to the page. */
export const defineAdminPanel = (): void =>
  define({
    'parley-admin-groups': AdminGroupsElement,
    'parley-admin-overview': AdminOverviewElement,
    'parley-admin-setup': AdminSetupElement,
    'parley-carrier-calls': CarrierCallsElement,
    'parley-carrier-form': CarrierFormElement,
    'parley-carrier-keys': CarrierKeysElement,
    'parley-carrier-list': CarrierListElement,
    'parley-confirm-dialog': ConfirmDialogElement,
    'parley-copy-text': CopyTextElement,
    'parley-doctor-findings': DoctorFindingsElement,
    'parley-group-settings': GroupSettingsElement,
    'parley-listen-in': ListenInElement,
    'parley-open-conversations': OpenConversationsElement,
    'parley-rule-conflict': RuleConflictElement,
    'parley-rule-form': RuleFormElement,
    'parley-rule-hours': RuleHoursElement,
    'parley-rule-list': RuleListElement,
    'parley-rule-simulator': RuleSimulatorElement,
    'parley-status-line': StatusLineElement,
    'parley-unrouted-list': UnroutedListElement,
    'parley-admin-audit': AdminAuditElement,
    'parley-admin-canned': AdminCannedElement,
    'parley-admin-contacts': AdminContactsElement,
    'parley-admin-keys': AdminKeysElement,
    'parley-admin-opt-outs': AdminOptOutsElement,
    'parley-admin-people': AdminPeopleElement,
    'parley-canned-form': CannedFormElement,
    'parley-person-form': PersonFormElement,
    'parley-admin-panel': AdminPanelElement,
  })
