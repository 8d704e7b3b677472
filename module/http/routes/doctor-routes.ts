import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Doctor } from '../../app/doctor/doctor.ts'
import type { Clock } from '../../app/ports/ambient.ts'
import { DoctorSchema } from '../../contract/api/system.ts'
import { declareAccess } from '../access/declared-access.ts'
import { time } from '../wire/wire.ts'

export interface DoctorRoutesDeps {
  readonly doctor: Doctor
  readonly clock: Clock
}

export const doctorRoutes: FastifyPluginAsyncTypebox<DoctorRoutesDeps> = async (app, { doctor, clock }) => {
  declareAccess(app, 'admin')

  app.get(
    '/doctor',
    {
      schema: {
        summary: 'Looks at the PBX, the spool, the database and the rest now; takes up to 25 s',
        response: { 200: DoctorSchema },
      },
    },
    async () => {
      const { healthy, findings } = await doctor()
      return { healthy, at: time(clock()), findings: findings.map((finding) => ({ ...finding })) }
    },
  )
}
