using ProxSharp.Cli.Errors;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>
/// Public SSH keys as the servers' own tools take them: <c>qm</c> and <c>pct</c> read them from the file that is named. The keys themselves and <c>@file</c>
/// are taken as well.
/// </summary>
internal static class SshKeyValues
{
    private static readonly string[] s_names = ["sshkeys", "ssh-public-keys"];
    private static readonly string[] s_types = ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"];

    /// <summary>Returns a value of a parameter as it is read: the name of a file with an @ in front.</summary>
    /// <param name="environment">Where files are.</param>
    /// <param name="parameter">The parameter.</param>
    /// <param name="value">What was typed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CliException">It is neither a key nor a file with keys.</exception>
    public static async Task<string> SettleAsync(CliEnvironment environment, string parameter, string value, CancellationToken cancellationToken)
    {
        // Under the name that only reads no file is opened; the reader of parameters says so.
        if (!s_names.Contains(parameter) || value.Length == 0 || value is "@-" || IsKey(value) || environment.IsReadOnlyName)
        {
            return value;
        }

        string file = value.StartsWith('@') ? value[1..] : value;
        string path = environment.AbsolutePath(file);
        if (!File.Exists(path))
        {
            return value.StartsWith('@')
                ? value
                : throw CliException.Usage($"--{parameter}: '{value}' is neither a public key nor a file", "Name the file with the key: ~/.ssh/id_ed25519.pub");
        }

        return await HoldsKeyAsync(path, cancellationToken).ConfigureAwait(false)
            ? $"@{file}"
            : throw CliException.Usage($"--{parameter}: the file {file} holds no public key", "The public half ends in .pub: ~/.ssh/id_ed25519.pub");
    }

    private static async Task<bool> HoldsKeyAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return IsKey(await Terminal.HeldReading.OfFileAsync(path, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The reader of parameters meets the same, and says why.
            return true;
        }
    }

    // A key is its type and the key itself; options may stand in front of them. It may have been percent-encoded already.
    private static bool IsKey(string text)
    {
        string[] words = Uri.UnescapeDataString(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.SkipLast(1).Any(static word => s_types.Any(type => word.StartsWith(type, StringComparison.Ordinal)));
    }
}
