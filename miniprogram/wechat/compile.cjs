// Compiles the mini-program with WeChat's own compiler, without a network and without an account.
// usage: cd miniprogram/wechat && npm ci && npm run compile

const crypto = require('node:crypto')
const fs = require('node:fs')
const os = require('node:os')
const path = require('node:path')
const ci = require('miniprogram-ci')

const PROGRAM = path.resolve(__dirname, '..')
const MAX_PACKAGE_MB = 2

/** What the compiler would ask servicewechat.com: the limits of an ordinary mini-program. */
const ATTRIBUTES = {
  platform: true,
  appType: 0,
  gameApp: false,
  isSandbox: false,
  released: false,
  setting: {
    MaxCodeSize: MAX_PACKAGE_MB,
    MaxSubpackageSubCodeSize: MAX_PACKAGE_MB,
    MaxSubpackageFullCodeSize: 20,
    NavigateMiniprogramLimit: 10,
    MaxSubPackageLimit: 200,
    MinTabbarCount: 2,
    MaxTabbarCount: 5,
    MaxTabbarIconSize: 40,
    MaxCustomTabbarCodeSize: 20,
  },
}

/** Return a copy of what WeChat gets to see: packing npm writes into it. */
function copyProgram(folder) {
  for (const name of ['src', 'package.json', 'project.config.json', 'tsconfig.json']) {
    fs.cpSync(path.join(PROGRAM, name), path.join(folder, name), { recursive: true })
  }
  fs.rmSync(path.join(folder, 'src/miniprogram_npm'), { recursive: true, force: true })
  const { dependencies } = JSON.parse(fs.readFileSync(path.join(PROGRAM, 'package.json'), 'utf8'))
  for (const name of Object.keys(dependencies).map((each) => path.join('node_modules', each))) {
    fs.cpSync(path.join(PROGRAM, name), path.join(folder, name), { recursive: true })
  }
}

/** Return the path of a key; compiling signs nothing, so any will do. */
function makeKey(folder) {
  const { privateKey } = crypto.generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  const file = path.join(folder, 'key.pem')
  fs.writeFileSync(file, privateKey, { mode: 0o600 })
  return file
}

async function compile(folder) {
  await ci.packNpmManually({
    packageJsonPath: path.join(folder, 'package.json'),
    miniprogramNpmDistDir: path.join(folder, 'src/'),
  })
  const project = new ci.Project({
    appid: 'wx0000000000000000',
    type: 'miniProgram',
    projectPath: folder,
    privateKeyPath: makeKey(folder),
    ignores: ['node_modules/**/*'],
  })
  // The only question that needs the network; undocumented, and true of the pinned version.
  project.attr = async () => ATTRIBUTES
  const zip = path.join(folder, 'compiled.zip')
  const setting = { es6: true, minify: true, useProjectConfig: true }
  await ci.getCompiledResult({ project, version: '0.0.0', desc: 'check', setting }, zip)
  return fs.statSync(zip).size
}

/** Say so while the addresses are still those the project came with: uploaded, nothing would answer. */
function warnOfHosts(folder) {
  if (fs.readFileSync(path.join(folder, 'src/hosts.ts'), 'utf8').includes('example.org')) {
    console.warn('src/hosts.ts still names example.org: write your own addresses before uploading')
  }
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'wechat-compile-'))
  try {
    copyProgram(folder)
    warnOfHosts(folder)
    const began = Date.now()
    const bytes = await compile(folder)
    const seconds = ((Date.now() - began) / 1000).toFixed(0)
    console.log(`WeChat's compiler takes it: ${(bytes / 1024).toFixed(0)} kB zipped, ${seconds} s`)
    return 0
  } catch (error) {
    console.error(error.code ?? '', error.message ?? error)
    return 1
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

// The compiler's workers stay around; we do not.
main().then((code) => process.exit(code))
