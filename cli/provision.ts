import { provision } from '../bot/matrix/provision.ts';
import { configured, type Environment } from './configured.ts';

/** Makes the bot's device and keys. The recovery key is shown here, once, and stored nowhere. */
export async function provisionAccount(
  options: { config: string; user: string; passwordEnv: string },
  env: Environment,
): Promise<number> {
  const loaded = configured(options.config, env);
  if (!loaded) return 2;
  const password = env[options.passwordEnv];
  if (!password) {
    console.error(
      `The password is read from the environment: set ${options.passwordEnv}, or name another variable with --password-env.`,
    );
    return 2;
  }
  const { homeserver, directory } = loaded.config.account;
  try {
    const made = await provision({
      homeserver,
      user: options.user,
      password,
      directory,
      secret: loaded.secrets.seal,
      onProgress: (line) => console.error(`· ${line}`),
    });
    console.log(`${made.userId}, device ${made.deviceId}, is ready.`);
    if (made.recoveryKey) {
      console.log(
        `\nRecovery key: ${made.recoveryKey}\nWrite it down and keep it in a safe: it is shown only now, and it is the only way back after the loss of the disk.`,
      );
    }
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}
