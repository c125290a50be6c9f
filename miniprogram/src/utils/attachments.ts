/** Pictures and papers on their way to the server: what may be sent, what is said about each. */

import type { FileOut } from '../api/types'
import { addressOf } from '../api/files'

export const MOST = 6
const LARGEST_MB = 20
const MB = 1024 * 1024
/** A server forgets an upload nobody referred to after 24 hours; a draft must not count on the last one. */
const GOOD_MS = 23 * 3_600_000

export const PAPERS = ['pdf', 'docx', 'xlsx', 'pptx', 'txt']

/** An upload that arrived, as a draft keeps it. */
export interface Kept {
  id: string
  name: string
  size: string
  isPicture: boolean
  at: number
}

export interface Item extends Omit<Kept, 'at'> {
  key: string
  /** Where the phone has it; empty once only the server does. */
  path: string
  at: number
  state: 'sending' | 'done' | 'failed'
  percent: number
  error: string
}

/** What the page around the picker must know. */
export interface Standing {
  kept: Kept[]
  /** Why it cannot be sent yet; empty when it can. */
  obstacle: string
}

export const sizeLabel = (bytes: number): string =>
  bytes < MB ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / MB).toFixed(1)} MB`

/** Why a file will not be taken, before it is sent for nothing; empty when it may. */
export function refusalOf(size: number): string {
  if (size === 0) return '文件是空的'
  return size > LARGEST_MB * MB ? `超过 ${LARGEST_MB} MB，请压缩后再传` : ''
}

/** A picture has no name of its own on a phone. */
export const pictureName = (path: string, number: number): string =>
  `图片${number}.${/\.(png|webp|gif)$/i.exec(path)?.[1]?.toLowerCase() ?? 'jpg'}`

export const fromDraft = (kept: Kept[], now: number): Item[] =>
  kept.filter(({ at }) => now - at < GOOD_MS)
    .map((each) => ({ ...each, key: each.id, path: '', state: 'done', percent: 100, error: '' }))

export function standing(items: Item[]): Standing {
  const kept = items.filter((each) => each.state === 'done')
    .map(({ id, name, size, isPicture, at }) => ({ id, name, size, isPicture, at }))
  if (items.some((each) => each.state === 'sending')) return { kept, obstacle: '附件还在上传，请等一下再提交' }
  return { kept, obstacle: items.some((each) => each.state === 'failed') ? '有附件没有传上，请重试或删除' : '' }
}

export interface FileView {
  id: string
  name: string
  size: string
  isPicture: boolean
  /** Where to fetch it; empty while it may not be seen. */
  address: string
  note: string
}

const NOTES: Record<FileOut['check_state'], string> = { pending: '检查中', passed: '', review: '', refused: '未通过安全检查' }

export const fileView = (file: FileOut): FileView => ({
  id: file.id,
  name: file.name,
  size: sizeLabel(file.size),
  isPicture: file.is_picture,
  address: file.url ? addressOf(file.url) : '',
  note: NOTES[file.check_state],
})
