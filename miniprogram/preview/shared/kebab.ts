/** Return "itemId" as "item-id", the way the DOM spells it. */
export const kebab = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
