// WeChat's built-in components. Every other tag name in a template is a component of the program.

export const BUILTINS: ReadonlySet<string> = new Set([
  'view', 'text', 'image', 'input', 'textarea', 'button', 'scroll-view', 'swiper', 'swiper-item',
  'picker', 'picker-view', 'picker-view-column', 'form', 'label', 'switch', 'checkbox',
  'checkbox-group', 'radio', 'radio-group', 'slider', 'progress', 'icon', 'rich-text', 'navigator',
  'root-portal', 'cover-view', 'cover-image', 'movable-area', 'movable-view', 'canvas', 'web-view',
  'page-meta', 'match-media', 'video', 'camera', 'map', 'open-data', 'share-element',
  'page-container',
])
