// The built-in components: kbone-ui's custom elements, and our own where they fit better.

import './phone-agent'
import kboneModule from 'kbone-ui/dist/wx-components.js'
import { wx } from './wx/api'

const kbone = kboneModule.default
const PLAIN = ['wx-text', 'wx-page', 'wx-root-portal', 'wx-cover-view']
const NAVIGATE: Record<string, string> = { navigate: 'navigateTo', redirect: 'redirectTo' }

class NavigatorElement extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('touchend', this.go)
  }

  disconnectedCallback(): void {
    this.removeEventListener('touchend', this.go)
  }

  private readonly go = () => {
    const type = this.getAttribute('open-type') ?? 'navigate'
    const delta = Number(this.getAttribute('delta') ?? 1)
    const options = type === 'navigateBack' ? { delta } : { url: this.getAttribute('url') ?? '' }
    const call = wx[NAVIGATE[type] ?? type] as ((options: object) => void) | undefined
    call?.(options)
  }
}

/** Define every element; must come before the first page. */
export function defineElements(): void {
  // Trap 16: kbone-ui's text copies what it says into a shadow root, so that a search for a text
  // finds it twice. Ours is a plain element.
  const components = Object.keys(kbone.COMPONENT_MAP).filter((tag) => !PLAIN.includes(tag))
  // Trap 12: its own scroll bar lies over the content and swallows taps.
  const style = { 'wx-scroll-view': '#barWrap { display: none !important }' }
  kbone.register({ domExtend: false, style, components })
  for (const tag of PLAIN) {
    if (!customElements.get(tag)) customElements.define(tag, class extends HTMLElement {})
  }
  customElements.define('wx-navigator', NavigatorElement)
}
