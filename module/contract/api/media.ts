import { type Static, Type } from 'typebox'
import { closed, Nullable, Time } from './parts.ts'

const PixelSizeSchema = Type.Object(
  { width: Type.Integer(), height: Type.Integer() },
  { ...closed, description: 'As it is shown, so that its space can be kept' },
)

/** A file beside a message. */
export const MediaSchema = Type.Object(
  {
    id: Type.String(),
    state: Type.Enum(['waiting', 'stored', 'failed'], {
      description: 'A waiting one is being fetched from its carrier; a failed one can be tried again',
    }),
    contentType: Nullable(
      Type.String({ description: 'By its bytes once it is here, before as its carrier says' }),
    ),
    title: Type.String({ description: 'The file’s name, or what it is: Photo, Voice message' }),
    role: Nullable(Type.Enum(['voice', 'sticker'])),
    byteLength: Nullable(Type.Integer()),
    size: Nullable(PixelSizeSchema),
    url: Nullable(
      Type.String({ description: 'Below Parley’s address, for those with a token; null until it is here' }),
    ),
    failure: Nullable(Type.String({ description: 'Why it can’t be had' })),
  },
  closed,
)

export type MediaWire = Static<typeof MediaSchema>

export const MediaLinkSchema = Type.Object(
  {
    url: Type.String({ description: 'Below Parley’s address: for an <img> or <video>, which send no token' }),
    expiresAt: Time,
  },
  closed,
)

export type MediaLinkWire = Static<typeof MediaLinkSchema>

export const UploadSchema = Type.Object(
  {
    id: Type.String({ description: 'For `media` of a message' }),
    contentType: Type.String(),
    byteLength: Type.Integer(),
    name: Type.String(),
    size: Nullable(PixelSizeSchema),
  },
  closed,
)

export type UploadWire = Static<typeof UploadSchema>
