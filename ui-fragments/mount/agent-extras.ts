import { german } from '../data/words/german.ts'
import { addLanguage } from '../data/words/words.ts'
import { defineExtras } from '../elements/define-extras.ts'

/** The agent panel's second script: other languages than English, and what opens on demand. */
addLanguage('de', german)
defineExtras()
