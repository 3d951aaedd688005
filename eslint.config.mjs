import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['node_modules/', '.relais/', '.wrangler/', 'dist/', 'eslint.config.mjs'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/consistent-type-definitions': 'off', // a state is data: `type`; a port is a contract: `interface`
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/require-await': 'off', // ports are asynchronous even where one engine answers at once
      'no-console': 'off',
    },
  },
);
