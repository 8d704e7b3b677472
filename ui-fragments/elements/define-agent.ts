import { ActionMenuElement } from './action-menu.ts'
import { AgentPanelElement } from './agent-panel.ts'
import { ChatSearchElement } from './chat-search.ts'
import { ConversationListElement } from './conversation-list.ts'
import { ConversationViewElement } from './conversation-view.ts'
import { DecisionDialogElement } from './decision-dialog.ts'
import { define } from './define.ts'
import { EmojiPickerElement } from './emoji-picker.ts'
import { MessageComposerElement } from './message-composer.ts'
import { MessageMediaElement } from './message-media.ts'
import { MessageTimelineElement } from './message-timeline.ts'
import { NameDialogElement } from './name-dialog.ts'
import { NoteComposerElement } from './note-composer.ts'
import { PeopleListElement } from './people-list.ts'
import { StartDialogElement } from './start-dialog.ts'
import { StatusLineElement } from './status-line.ts'
import { TemplateDialogElement } from './template-dialog.ts'
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
    'parley-emoji-picker': EmojiPickerElement,
    'parley-message-media': MessageMediaElement,
    'parley-name-dialog': NameDialogElement,
    'parley-note-composer': NoteComposerElement,
    'parley-start-dialog': StartDialogElement,
    'parley-template-dialog': TemplateDialogElement,
    'parley-chat-search': ChatSearchElement,
    'parley-agent-panel': AgentPanelElement,
  })
