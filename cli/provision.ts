import { provision } from '../bot/matrix/provision.ts';
import { configured, type Environment } from './configured.ts';

export type LoginOptions = { config: string; user?: string; passwordEnv: string; tokenEnv?: string };
type Login = { user: string } & ({ password: string; token?: undefined } | { token: string; password?: undefined });

/** Makes the bot's device and keys. The recovery key is shown here, once, and stored nowhere. */
export async function provisionAccount(options: LoginOptions, env: Environment): Promise<number> {
  const loaded = configured(options.config, env);
  const login = loaded && readLogin(options, env);
  if (!loaded || !login) return 2;
  const { homeserver, directory } = loaded.config.account;
  try {
    const made = await provision({
      ...login,
      homeserver,
      directory,
      secret: loaded.secrets.seal,
      onProgress: (line) => console.error(`· ${line}`),
      // Before the account counts as provisioned: cut off in between, another one is made and shown.
      onRecoveryKey: (key) => {
        console.log(
          `\nRecovery key: ${key}\nWrite it down and keep it in a safe: it is shown only now, and it is the only way back after the loss of the disk (relais recover).\n`,
        );
      },
    });
    console.log(`${made.userId}, device ${made.deviceId}, is ready.`);
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

/** @returns undefined after having said what is missing */
export function readLogin({ user, passwordEnv, tokenEnv }: LoginOptions, env: Environment): Login | undefined {
  if (tokenEnv !== undefined) {
    const token = env[tokenEnv];
    if (token) return { user: user ?? '', token };
    console.error(`The access token is read from the environment: set ${tokenEnv}.`);
    return undefined;
  }
  const password = env[passwordEnv];
  if (user !== undefined && password) return { user, password };
  console.error(
    user === undefined
      ? 'Name the account with --user, or give the access token of a new device with --token-env.'
      : `The password is read from the environment: set ${passwordEnv}, or name another variable with --password-env.`,
  );
  return undefined;
}
