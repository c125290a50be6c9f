declare module 'kbone-ui/dist/wx-components.js' {
  interface Kbone {
    COMPONENT_MAP: Record<string, unknown>
    register(options: {
      domExtend: boolean
      style: Record<string, string>
      components: string[]
    }): void
  }
  /** CommonJS, and we are ES modules: its default is one step further in. */
  const kbone: { default: Kbone }
  export default kbone
}
