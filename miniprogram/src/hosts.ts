/**
 * The one file to change before uploading: where our server answers, for each version of the mini-program.
 * https, no path, no slash at the end; the same origin stands in WeChat's list of server domains.
 */
export const HOSTS = {
  /** WeChat DevTools and a phone's preview: a computer of one's own, with 不校验合法域名 switched on. */
  develop: 'http://127.0.0.1:8790',
  /** 体验版 */
  trial: 'https://trial.xinyi.example.org',
  /** 正式版 */
  release: 'https://xinyi.example.org',
}
