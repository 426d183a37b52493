using System.Globalization;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;

namespace ProxSharp.Cli.Commands;

/// <summary>What a new token may do: a role on a path. As little as will do; nothing more is given without being asked for.</summary>
/// <param name="Role">The role.</param>
/// <param name="Path">Where it has it.</param>
internal sealed record TokenRights(string Role, string Path)
{
    private static readonly (string Role, string Meaning)[] s_cluster =
    [
        ("PVEAuditor", "look at everything, change nothing"),
        ("PVEVMUser", "use guests: start, stop, console, back up"),
        ("PVEVMAdmin", "administer guests: make, change, move, destroy"),
        ("PVEAdmin", "administer everything but users and rights"),
    ];

    private static readonly (string Role, string Meaning)[] s_backupServer =
    [
        ("Audit", "look at everything, change nothing"),
        ("DatastoreReader", "look at backups and restore them"),
        ("DatastoreBackup", "make backups, restore one's own"),
        ("DatastorePowerUser", "make, restore, prune and verify backups"),
        ("Admin", "administer everything"),
    ];

    /// <summary>Returns what was named on the command line; at a terminal what is missing is asked for.</summary>
    /// <param name="run">The run.</param>
    /// <param name="questions">Asks.</param>
    /// <param name="product">What the server is.</param>
    /// <param name="role">The role that was named; null to ask for it.</param>
    /// <param name="path">The path that was named; null to ask for it.</param>
    /// <param name="readRoles">Reads the roles that the server has, null if it does not tell: a slip is asked about again before anything is made.</param>
    /// <exception cref="CliException">The answer is no role or no path.</exception>
    public static async Task<TokenRights> AskAsync(
        CommandRun run, Questions questions, ProxmoxProduct product, string? role, string? path, Func<Task<IReadOnlyCollection<string>?>> readRoles)
    {
        (string Role, string Meaning)[] roles = product == ProxmoxProduct.BackupServer ? s_backupServer : s_cluster;
        if (role is not null || !questions.CanAsk)
        {
            return new TokenRights(role ?? roles[0].Role, Checked(path ?? "/"));
        }

        TextWriter terminal = run.Services.Console.Error;
        await terminal.WriteLineAsync("What may the token do?").ConfigureAwait(false);
        int widest = roles.Max(static known => known.Role.Length);
        for (int at = 0; at < roles.Length; at++)
        {
            await terminal.WriteLineAsync(string.Create(
                CultureInfo.InvariantCulture, $"  {at + 1}  {roles[at].Role.PadRight(widest)}  {roles[at].Meaning}")).ConfigureAwait(false);
        }

        string chosen = await ChooseAsync(terminal, questions, roles, readRoles).ConfigureAwait(false);
        string example = product == ProxmoxProduct.BackupServer ? "/datastore/store1" : "/pool/web";
        string place = path ?? await questions.AskAsync($"Where, for example {example} [/, everywhere]: ").ConfigureAwait(false);
        return new TokenRights(chosen, Checked(place.Length == 0 ? "/" : place));
    }

    private static async Task<string> ChooseAsync(
        TextWriter terminal, Questions questions, (string Role, string Meaning)[] roles, Func<Task<IReadOnlyCollection<string>?>> readRoles)
    {
        IReadOnlyCollection<string>? known = null;
        string? slip = null;
        while (true)
        {
            string? typed = await questions.AskOrNoneAsync("Number, or the name of another role [1]: ").ConfigureAwait(false);
            if (string.IsNullOrEmpty(typed))
            {
                // Where nobody answers any more a slip is not to become the first role.
                return slip is null || typed is not null ? roles[0].Role
                    : throw CliException.Usage(slip, $"Type 1 to {roles.Length}, or the name of a role; nothing was done");
            }

            if (int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                if (number >= 1 && number <= roles.Length)
                {
                    return roles[number - 1].Role;
                }

                slip = $"{typed} is none of the numbers";
            }
            else
            {
                known ??= await readRoles().ConfigureAwait(false);
                if (known is null || Unknown(typed, known) is not { } unknown)
                {
                    return typed;
                }

                string near = UsageErrors.Nearest(unknown, known) is { } meant ? $". Did you mean {meant}?" : "";
                slip = $"There is no role '{TextCells.Visible(unknown)}'{near}";
            }

            await terminal.WriteLineAsync(slip.EndsWith('?') ? slip : $"{slip}.").ConfigureAwait(false);
        }
    }

    // Several roles stand next to each other with commas.
    private static string? Unknown(string typed, IReadOnlyCollection<string> known) =>
        typed.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(role => !known.Contains(role));

    private static string Checked(string path) => path.StartsWith('/')
        ? path
        : throw CliException.Usage("That is no path", "A path begins with /: /, /vms/100, /pool/web; nothing was done");
}
