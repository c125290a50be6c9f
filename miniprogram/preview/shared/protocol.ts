// What the program (the iframe) asks of the phone around it, and the phone of the program.

import type { AppConfig, WindowConfig } from './program'

export interface PageLook extends WindowConfig {
  path: string
  canGoBack: boolean
  isTab: boolean
}

export interface ToastOptions {
  title: string
  icon?: 'success' | 'error' | 'loading' | 'none'
  /** Milliseconds; 0 until it is hidden. */
  duration?: number
}

export interface ModalOptions {
  title?: string
  content?: string
  showCancel?: boolean
  cancelText?: string
  confirmText?: string
  editable?: boolean
  placeholderText?: string
}

export interface ModalAnswer {
  confirm: boolean
  cancel: boolean
  content: string | null
}

export type SubscribeAnswer = 'accept' | 'reject'

/** What a person can do to the program from outside its pages. */
export interface Actions {
  back(): void
  openTab(path: string): void
  share(): void
  pullDown(): void
  /** Open a page as a scan, a message or a share card does. */
  launch(url: string, scene: number): void
}

/** What WeChat draws or asks around a page. */
export interface Phone {
  /** Whoever holds the phone. */
  owner(): string
  start(app: AppConfig, actions: Actions): void
  showPage(look: PageLook): void
  setTitle(title: string): void
  setBadge(index: number, text: string): void
  setRefreshing(isOn: boolean): void
  toast(options: ToastOptions): void
  hideToast(): void
  modal(options: ModalOptions): Promise<ModalAnswer>
  /** The index of the chosen line, -1 for none. */
  actionSheet(lines: string[]): Promise<number>
  /** The content of the code, null when the person gave up. */
  scan(): Promise<string | null>
  loginCode(): Promise<string>
  phoneCode(): Promise<string>
  subscribe(templateIds: string[]): Promise<Record<string, SubscribeAnswer>>
  chooseFiles(accept: string, isMultiple: boolean): Promise<File[]>
  /** A picture for the album: saved as a browser saves, and noted beside the phone. */
  download(file: Blob, name: string): void
  /** Something WeChat would do outside the page; noted beside the phone. */
  note(call: string, options: unknown): void
}

declare global {
  interface Window {
    previewPhone?: Phone
  }
}
