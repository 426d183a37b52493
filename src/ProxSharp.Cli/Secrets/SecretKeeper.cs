using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Contexts;

namespace ProxSharp.Cli.Secrets;

/// <summary>Puts a secret where a context finds it again: into the keyring, or into a file that only its owner can read.</summary>
internal static class SecretKeeper
{
    /// <summary>Stores a secret.</summary>
    /// <param name="run">The run.</param>
    /// <param name="name">The name of the context it is for.</param>
    /// <param name="secret">The secret.</param>
    /// <param name="place"><c>keyring</c> or <c>file</c>; null takes the keyring if there is one.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<SecretReference> StoreAsync(CommandRun run, string name, string secret, string? place, CancellationToken cancellationToken)
    {
        if (place != "file")
        {
            try
            {
                await run.Services.Secrets.Keyring.StoreAsync(name, secret, cancellationToken).ConfigureAwait(false);
                return SecretReference.Parse($"keyring:{name}", run.Services.Environment);
            }
            catch (InvalidOperationException none) when (place is null)
            {
                run.Note($"{none.Message} The secret goes into a file that only you can read.");
            }
        }

        string folder = Path.Combine(run.Services.Contexts.FolderPath, "secrets");
        string file = Path.Combine(folder, name);
        PrivateFolder.Create(folder);
        await PrivateFile.WriteAsync(file, secret + Environment.NewLine, cancellationToken).ConfigureAwait(false);
        return SecretReference.Parse($"file:{file}", run.Services.Environment);
    }
}
