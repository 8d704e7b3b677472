import { ActionMenuElement } from './action-menu.ts'
import { AgentPanelElement } from './agent-panel.ts'
import { ConversationListElement } from './conversation-list.ts'
import { ConversationViewElement } from './conversation-view.ts'
import { define } from './define.ts'
import { MessageComposerElement } from './message-composer.ts'
import { MessageMediaElement } from './message-media.ts'
import { MessageTimelineElement } from './message-timeline.ts'
import { StatusLineElement } from './status-line.ts'

/** Makes `<parley-agent-panel>` known to the page; what opens on demand comes by `define-extras.ts`. */
export const defineAgentPanel = (): void =>
  define({
    'parley-action-menu': ActionMenuElement,
    'parley-conversation-list': ConversationListElement,
    'parley-conversation-view': ConversationViewElement,
    'parley-message-composer': MessageComposerElement,
    'parley-message-timeline': MessageTimelineElement,
    'parley-status-line': StatusLineElement,
    'parley-message-media': MessageMediaElement,
    'parley-agent-panel': AgentPanelElement,
  })
