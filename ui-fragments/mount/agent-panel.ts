import { defineAgentPanel } from '../elements/define-agent.ts'
import { mountPanel } from './page.ts'

defineAgentPanel()
mountPanel('parley-agent-panel')
