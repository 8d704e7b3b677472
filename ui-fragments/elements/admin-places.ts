import { html, type TemplateResult } from 'lit'
import type { AdminSession, AdminState } from '../data/admin-session.ts'
import {
  auditIcon,
  cannedIcon,
  carriersIcon,
  contactsIcon,
  groupsIcon,
  keyIcon,
  optOutIcon,
  overviewIcon,
  peopleIcon,
  rulesIcon,
  unroutedIcon,
} from './admin-icons.ts'

const names = [
  'overview',
  'rules',
  'carriers',
  'groups',
  'unrouted',
  'people',
  'opt-outs',
  'canned',
  'contacts',
  'audit',
  'keys',
] as const
export type Place = (typeof names)[number]

export const isPlace = (name: string): name is Place => names.some((known) => known === name)

/** One entry of the navigation with what it leads to. */
export interface AdminPlace {
  readonly name: Place
  readonly title: string
  readonly sign: TemplateResult
  /** Words above the first of several that belong together. */
  readonly heads?: string
  readonly count?: (state: AdminState) => number
  /** Supervisors see it, too. */
  readonly forSupervisors?: true
  readonly content: (session: AdminSession, state: AdminState) => TemplateResult
}

const places: readonly AdminPlace[] = [
  {
    name: 'overview',
    title: 'Overview',
    sign: overviewIcon,
    forSupervisors: true,
    content: (session, state) =>
      html`<parley-admin-overview .session=${session} .state=${state}></parley-admin-overview>`,
  },
  {
    name: 'rules',
    title: 'Rules',
    sign: rulesIcon,
    heads: 'Routing',
    content: (session, state) =>
      html`<parley-rule-list .session=${session} .state=${state}></parley-rule-list>`,
  },
  {
    name: 'carriers',
    title: 'Carriers',
    sign: carriersIcon,
    count: ({ carriers }) =>
      carriers.filter(({ enabled, health }) => enabled && health?.state === 'down').length,
    content: (session, state) =>
      html`<parley-carrier-list .session=${session} .state=${state}></parley-carrier-list>`,
  },
  {
    name: 'groups',
    title: 'Groups',
    sign: groupsIcon,
    forSupervisors: true,
    content: (session, state) =>
      html`<parley-admin-groups .session=${session} .state=${state}></parley-admin-groups>`,
  },
  {
    name: 'unrouted',
    title: 'Unrouted',
    sign: unroutedIcon,
    count: ({ unrouted }) => unrouted.items.length,
    content: (session, state) =>
      html`<parley-unrouted-list .session=${session} .state=${state}></parley-unrouted-list>`,
  },
  {
    name: 'people',
    title: 'People',
    sign: peopleIcon,
    content: (session, state) =>
      html`<parley-admin-people .session=${session} .state=${state}></parley-admin-people>`,
  },
  {
    name: 'opt-outs',
    title: 'Opt-outs',
    sign: optOutIcon,
    heads: 'Housekeeping',
    content: (session, state) =>
      html`<parley-admin-opt-outs .session=${session} .state=${state}></parley-admin-opt-outs>`,
  },
  {
    name: 'canned',
    title: 'Canned replies',
    sign: cannedIcon,
    content: (session, state) =>
      html`<parley-admin-canned .session=${session} .state=${state}></parley-admin-canned>`,
  },
  {
    name: 'contacts',
    title: 'Contacts',
    sign: contactsIcon,
    content: (session, state) =>
      html`<parley-admin-contacts .session=${session} .state=${state}></parley-admin-contacts>`,
  },
  {
    name: 'audit',
    title: 'Audit log',
    sign: auditIcon,
    heads: 'System',
    content: (session, state) =>
      html`<parley-admin-audit .session=${session} .state=${state}></parley-admin-audit>`,
  },
  {
    name: 'keys',
    title: 'API keys',
    sign: keyIcon,
    content: (session, state) =>
      html`<parley-admin-keys .session=${session} .state=${state}></parley-admin-keys>`,
  },
]

export const placesFor = ({ isAdmin }: AdminState): readonly AdminPlace[] =>
  isAdmin ? places : places.filter(({ forSupervisors }) => forSupervisors)
