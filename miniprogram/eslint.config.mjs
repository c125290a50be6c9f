// TypeScript of the program and its preview, WXML, and WXS, which is ES5.

import js from '@eslint/js'
import * as wxmlParser from '@wxml/parser'
import wxml from 'eslint-plugin-wxml'
import globals from 'globals'
import ts from 'typescript-eslint'

const readonly = (...names) => Object.fromEntries(names.map((name) => [name, 'readonly']))
const error = (...rules) => Object.fromEntries(rules.map((rule) => [rule, 'error']))

export default ts.config(
  { ignores: ['preview/dist/', 'src/miniprogram_npm/', 'src/api/types.ts'] },
  {
    files: ['**/*.ts'],
    extends: [js.configs.recommended, ts.configs.recommended],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, varsIgnorePattern: '^_$' }],
      'no-undef': 'off', // tsc knows better
      complexity: ['error', 10], // the house's 8, and some for each ?. and ?? it counts
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 40],
      'max-params': ['error', 5],
    },
  },
  {
    files: ['tests/*.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    extends: [js.configs.recommended],
    languageOptions: { globals: globals.node },
  },
  {
    files: ['**/*.wxs'],
    languageOptions: {
      ecmaVersion: 5,
      sourceType: 'commonjs',
      globals: readonly('getDate', 'getRegExp', 'module', 'require', 'console', 'JSON', 'Math'),
    },
    rules: error('no-undef', 'no-unused-vars', 'no-redeclare', 'no-unreachable'),
  },
  {
    files: ['**/*.wxml'],
    plugins: { wxml },
    processor: 'wxml/wxml',
    languageOptions: { parser: wxmlParser },
    rules: error(
      'wxml/no-const-and-let-in-wxs',
      'wxml/no-duplicate-attributes',
      'wxml/no-index-in-wx-key',
      'wxml/no-inconsistent-tagname',
      'wxml/no-unexpected-string-bool',
      'wxml/no-vue-directive',
      'wxml/no-wx-for-with-wx-else',
      'wxml/no-wx-if-string',
      'wxml/report-interpolation-error',
      'wxml/report-wxml-syntax-error',
      'wxml/report-wxs-syntax-error',
      'wxml/wx-key',
      'wxml/wxs-module-prop',
      'wxml/wxs-must-be-top-level',
    ),
  },
)
