import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist/', '.tap/', '.tools/', 'node_modules/'] },
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/require-await': 'off',
      'no-restricted-syntax': [
        'error',
        {
          selector: "MemberExpression[object.name='process'][property.name='env']",
          message: 'process.env is read in src/config/config.ts only.'
        }
      ]
    }
  },
  {
    files: ['src/config/config.ts', 'test/**', 'demo/**', 'bench/**', 'scripts/**'],
    rules: { 'no-restricted-syntax': 'off' }
  },
  {
    files: ['test/**'],
    rules: {
      // tap itself waits for a subtest; the other promises of a test are its own to wait for.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafePromises: [{ from: 'package', package: '@tapjs/core', name: 'PromiseWithSubtest' }]
        }
      ],
      // An async function ends its subtest, with or without anything to wait for.
      '@typescript-eslint/require-await': 'off'
    }
  },
  {
    files: ['**/*.mjs', '**/*.cjs', 'eslint.config.js'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      globals: {
        ...Object.fromEntries(
          ['process', 'console', 'URL', 'fetch', 'AbortSignal'].map((name) => [name, 'readonly'])
        ),
        exports: 'writable'
      }
    }
  },
  prettier
)
