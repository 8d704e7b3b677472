const megabyte = 1024 * 1024

/** `5 MB`, `300 kB`: never more than it is. */
export const sizeWords = (bytes: number): string =>
  bytes >= megabyte ? `${Math.floor(bytes / megabyte)} MB` : `${Math.floor(bytes / 1024)} kB`

export const fileTooLargeSentence = (longestBytes: number): string =>
  `This file is larger than the ${sizeWords(longestBytes)} that Parley takes.`
