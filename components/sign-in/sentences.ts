/** What became of a sign-in, in words. */
const SENTENCES: Readonly<Record<string, string>> = {
  wrong: "E-mail or password is wrong.",
  code_wrong: "This code does not fit, or was used before. Wait for the next one, or use a recovery code.",
  too_many: "Too many attempts. Wait a minute and try again; after many wrong codes it takes an hour.",
  address: "The console lets nobody in from this address. Ask an admin about allowed_ips.",
  unreachable: "The gateway cannot be reached. Try again in a moment.",
  provider: "The identity provider cannot be reached. Try again, or sign in with a password.",
  not_invited: "This account may not use the console. Ask an admin for an invitation.",
  OAuthCallback: "The identity provider's answer could not be used. Try again.",
  Callback: "The identity provider's answer could not be used. Try again.",
};

export function signInSentence(fault: string): string {
  return SENTENCES[fault] ?? "Signing in did not work. Try again.";
}
