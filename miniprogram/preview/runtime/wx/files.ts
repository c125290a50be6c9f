// Files a person chose or the program fetched, under the paths the program knows them by.

const files = new Map<string, Blob>()

/** Return a path for a file. */
export function keepFile(file: Blob): string {
  const path = URL.createObjectURL(file)
  files.set(path, file)
  return path
}

/** Return the file at a path, or what lies at that address. */
export async function fileOf(path: string): Promise<Blob> {
  return files.get(path) ?? (await fetch(path)).blob()
}
