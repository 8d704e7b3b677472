/** The dialplan's word that it wrote a spool file, and that it could not; in lower case. */
export const spooledEvent = 'parleyspooled'
export const spoolFailedEvent = 'parleyspoolfailed'
