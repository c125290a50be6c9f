// Trap 12: kbone-ui looks at the user agent once, when it loads, and fakes touches on a desktop,
// where mouse.ts already does. So this must be imported before it.

const PHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605 Mobile MicroMessenger/8.0'

if (!/iPhone|Android/.test(navigator.userAgent)) {
  Object.defineProperty(navigator, 'userAgent', { get: () => PHONE })
}
