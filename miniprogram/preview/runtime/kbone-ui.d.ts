declare module 'kbone-ui/dist/wx-components.js' {
  interface Kbone {
    COMPONENT_MAP: Record<string, unknown>
    register(options: {
      domExtend: boolean
      style: Record<string, string>
      components: string[]
    }): void
  }
  const kbone: Kbone
  export default kbone
}
