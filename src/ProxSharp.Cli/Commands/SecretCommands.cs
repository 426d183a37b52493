using ProxSharp.Cli.Contexts;

namespace ProxSharp.Cli.Commands;

/// <summary>The group <c>prox secret</c>.</summary>
internal static class SecretCommands
{
    /// <summary>Builds it.</summary>
    public static GroupCommand Build(CommandServices services, GlobalOptions globals) => new(
        services,
        "secret",
        "Keep secrets in the keyring of the desktop (libsecret on Linux, the keychain on macOS).",
        [new("secret set lab", "type a secret; use it as --secret keyring:lab"), new("secret delete lab", "remove it")],
        new SecretSetCommand(services, globals),
        new SecretDeleteCommand(services, globals));

    /// <summary>Checks a name by making a reference of it.</summary>
    public static string Name(CommandRun run, string name) => SecretReference.Parse($"keyring:{name}", run.Services.Environment).Target;
}
