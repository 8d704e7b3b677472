import { defineAdminPanel } from '../elements/define-admin.ts'
import { mountPanel } from './page.ts'

defineAdminPanel()
mountPanel('parley-admin-panel')
