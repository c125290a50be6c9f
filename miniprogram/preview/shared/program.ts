// What the build tells the runtime about a mini-program.

export interface WindowConfig {
  navigationBarTitleText?: string
  navigationBarBackgroundColor?: string
  navigationBarTextStyle?: 'black' | 'white'
  navigationStyle?: 'default' | 'custom'
  enablePullDownRefresh?: boolean
  onReachBottomDistance?: number
}

export interface TabBarItem {
  pagePath: string
  text: string
  iconPath?: string
  selectedIconPath?: string
}

export interface TabBar {
  color: string
  selectedColor: string
  backgroundColor: string
  list: TabBarItem[]
}

/** What of app.json matters at run time; `pages` includes those of the subpackages. */
export interface AppConfig {
  pages: string[]
  entryPagePath?: string
  window: WindowConfig
  tabBar?: TabBar
  pageConfig: Record<string, WindowConfig>
}

export interface ComponentConfig {
  component?: boolean
  styleIsolation?: string
  usingComponents: Record<string, string>
}

/** One page or component, ready to be registered. */
export interface CompiledComponent {
  path: string
  config: ComponentConfig
  /** Prefix of its class names, absent where its style sheet is shared. */
  scope?: string
  css: string
  load: () => void
}

/** What a compiled template is made of is the framework's own business. */
export type TemplateGroup = Record<string, unknown>

export interface Program {
  app: AppConfig
  appCss: string
  templates: TemplateGroup
  loadApp: () => void
  components: CompiledComponent[]
}
