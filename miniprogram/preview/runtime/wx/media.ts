// Pictures and files a person picks.

import { phone } from '../phone'
import { define } from './api'
import { fileOf, keepFile } from './files'

interface MediaOptions {
  count?: number
  mediaType?: string[]
}

const DEFAULT_COUNT = 9

async function choose({ count = DEFAULT_COUNT }: MediaOptions, accept: string): Promise<File[]> {
  const files = await phone.chooseFiles(accept, count > 1)
  if (files.length === 0) throw new Error('cancel')
  return files.slice(0, count)
}

async function measure(file: File): Promise<{ width: number; height: number }> {
  if (!file.type.startsWith('image/')) return { width: 0, height: 0 }
  const { width, height } = await createImageBitmap(file)
  return { width, height }
}

async function chooseMedia(options: MediaOptions): Promise<object> {
  const accept = (options.mediaType ?? ['image', 'video']).map((type) => `${type}/*`).join(',')
  const files = await choose(options, accept)
  const tempFiles = await Promise.all(
    files.map(async (file) => ({
      tempFilePath: keepFile(file),
      size: file.size,
      fileType: file.type.split('/')[0],
      ...(await measure(file)),
    })),
  )
  return { type: 'image', tempFiles }
}

async function chooseImage(options: MediaOptions): Promise<object> {
  const files = await choose(options, 'image/*')
  const tempFiles = files.map((file) => ({ path: keepFile(file), size: file.size }))
  return { tempFilePaths: tempFiles.map(({ path }) => path), tempFiles }
}

async function chooseMessageFile(options: MediaOptions): Promise<object> {
  const files = await choose(options, '*/*')
  const time = Math.floor(Date.now() / 1000)
  const describe = (file: File) => ({ path: keepFile(file), name: file.name, size: file.size })
  return { tempFiles: files.map((file) => ({ ...describe(file), time, type: 'file' })) }
}

interface CanvasOptions {
  canvas: HTMLCanvasElement
  fileType?: 'png' | 'jpg'
}

async function canvasToFile({ canvas, fileType = 'png' }: CanvasOptions): Promise<object> {
  const kind = fileType === 'jpg' ? 'image/jpeg' : 'image/png'
  const file = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, kind))
  if (!file) throw new Error('nothing was drawn')
  return { tempFilePath: keepFile(file) }
}

/** A browser has no album: the picture becomes a download. */
async function saveImage({ filePath }: { filePath: string }): Promise<void> {
  const file = await fileOf(filePath)
  const ending = file.type === 'image/jpeg' ? 'jpg' : 'png'
  phone.download(file, `图片.${ending}`)
}

/** WeChat opens a viewer of its own; a browser hands the paper to the person. */
async function openDocument({ filePath, fileType = 'pdf' }: { filePath: string; fileType?: string }): Promise<void> {
  phone.download(await fileOf(filePath), `文件.${fileType}`)
}

/** Put the media into wx. */
export function installMedia(): void {
  define('chooseMedia', chooseMedia)
  define('chooseImage', chooseImage)
  define('chooseMessageFile', chooseMessageFile)
  define('openDocument', openDocument)
  define('canvasToTempFilePath', canvasToFile)
  define('saveImageToPhotosAlbum', saveImage)
}
