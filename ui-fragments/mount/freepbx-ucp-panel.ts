import { defineAgentPanel } from '../elements/define-agent.ts'

// Apart from the portal's own script: that one is loaded with every page of every user, this only where it is needed.
defineAgentPanel()
