import { AlertMenuElement } from './alert-menu.ts'
import { ChatSearchElement } from './chat-search.ts'
import { DecisionDialogElement } from './decision-dialog.ts'
import { define } from './define.ts'
import { EmojiPickerElement } from './emoji-picker.ts'
import { NameDialogElement } from './name-dialog.ts'
import { NoteComposerElement } from './note-composer.ts'
import { PeopleListElement } from './people-list.ts'
import { StartDialogElement } from './start-dialog.ts'
import { StatusMenuElement } from './status-menu.ts'
import { TemplateDialogElement } from './template-dialog.ts'
import { TransferDialogElement } from './transfer-dialog.ts'

/** What the agent panel opens on demand, in a script of its own: the panel is there before it. */
export const defineExtras = (): void =>
  define({
    'parley-alert-menu': AlertMenuElement,
    'parley-chat-search': ChatSearchElement,
    'parley-decision-dialog': DecisionDialogElement,
    'parley-emoji-picker': EmojiPickerElement,
    'parley-name-dialog': NameDialogElement,
    'parley-note-composer': NoteComposerElement,
    'parley-people-list': PeopleListElement,
    'parley-start-dialog': StartDialogElement,
    'parley-status-menu': StatusMenuElement,
    'parley-template-dialog': TemplateDialogElement,
    'parley-transfer-dialog': TransferDialogElement,
  })
