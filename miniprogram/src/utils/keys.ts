/** A name for one attempt, so that sending it again is not a second one: 32 letters nobody else has. */
export function newKey(): string {
  const part = (): string => Math.random().toString(36).slice(2, 10).padEnd(8, '0')
  return `${Date.now().toString(36).padStart(8, '0')}${part()}${part()}${part()}`
}
