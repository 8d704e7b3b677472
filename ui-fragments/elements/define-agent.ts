import { ActionMenuElement } from './action-menu.ts'
import { AgentPanelElement } from './agent-panel.ts'
import { ConversationListElement } from './conversation-list.ts'
import { ConversationViewElement } from './conversation-view.ts'
import { DecisionDialogElement } from './decision-dialog.ts'
import { define } from './define.ts'
import { MessageComposerElement } from './message-composer.ts'
import { MessageTimelineElement } from './message-timeline.ts'
import { PeopleListElement } from './people-list.ts'
import { StatusLineElement } from './status-line.ts'
import { TransferDialogElement } from './transfer-dialog.ts'

/** Makes `<parley-agent-panel>` known to the page. */
export const defineAgentPanel = (): void =>
  define({
    'parley-action-menu': ActionMenuElement,
    'parley-conversation-list': ConversationListElement,
    'parley-conversation-view': ConversationViewElement,
    'parley-decision-dialog': DecisionDialogElement,
    'parley-message-composer': MessageComposerElement,
    'parley-message-timeline': MessageTimelineElement,
    'parley-people-list': PeopleListElement,
    'parley-status-line': StatusLineElement,
    'parley-transfer-dialog': TransferDialogElement,
    'parley-agent-panel': AgentPanelElement,
  })
