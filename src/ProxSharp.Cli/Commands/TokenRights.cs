using System.Globalization;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;

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
    /// <exception cref="CliException">The answer is no role or no path.</exception>
    public static async Task<TokenRights> AskAsync(CommandRun run, Questions questions, ProxmoxProduct product, string? role, string? path)
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

        string chosen = Chosen(await questions.AskAsync("Number, or the name of another role [1]: ").ConfigureAwait(false), roles);
        string example = product == ProxmoxProduct.BackupServer ? "/datastore/store1" : "/pool/web";
        string place = path ?? await questions.AskAsync($"Where, for example {example} [/, everywhere]: ").ConfigureAwait(false);
        return new TokenRights(chosen, Checked(place.Length == 0 ? "/" : place));
    }

    private static string Chosen(string typed, (string Role, string Meaning)[] roles)
    {
        if (typed.Length == 0)
        {
            return roles[0].Role;
        }

        if (!int.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return typed;
        }

        return number >= 1 && number <= roles.Length
            ? roles[number - 1].Role
            : throw CliException.Usage($"{typed} is none of the numbers", $"Type 1 to {roles.Length}, or the name of a role; nothing was done");
    }

    private static string Checked(string path) => path.StartsWith('/')
        ? path
        : throw CliException.Usage("That is no path", "A path begins with /: /, /vms/100, /pool/web; nothing was done");
}
