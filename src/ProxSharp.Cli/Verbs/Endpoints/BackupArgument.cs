using System.CommandLine;
using System.Globalization;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>
/// The name of a backup as the last argument, as lists print it: <c>host/web/2026-01-31T02:00:00Z</c>, or <c>host/web</c> for a group. It stands for the
/// options that are its parts.
/// </summary>
internal static class BackupArgument
{
    private const string Type = "backup-type";
    private const string Id = "backup-id";
    private const string Time = "backup-time";

    /// <summary>Lets the options of a backup's parts stand together; nothing happens where a call has none.</summary>
    public static void Join(List<EndpointParameter> options)
    {
        if (!options.Exists(static option => option.Name == Type) || !options.Exists(static option => option.Name == Id))
        {
            return;
        }

        EndpointParameter? time = options.Find(static option => option.Name == Time);
        Argument<string> name = new(time is null ? "group" : "snapshot")
        {
            Description = time is null ? "The backup group, as vm/100: the same as --backup-type and --backup-id"
                : $"The snapshot, as vm/100/2026-01-31T02:00:00Z{(time.IsRequired ? "" : ", or a group")}: the same as --backup-type, --backup-id and --backup-time",
            Arity = ArgumentArity.ZeroOrOne,
        };
        for (int at = 0; at < options.Count; at++)
        {
            if (options[at].Name is Type or Id or Time)
            {
                string part = options[at].Name;
                options[at] = options[at] with { Place = name, Part = typed => Part(part, typed, time) };
            }
        }
    }

    /// <summary>Names a backup as lists print it and as it is typed.</summary>
    /// <param name="group">Its group.</param>
    /// <param name="seconds">When it was made, as it travels; null for the group itself.</param>
    public static string Name(string group, string? seconds) =>
        BackupGroupPath.TryParse(group, out BackupGroupPath read) && seconds is { } text && TimeValues.TryRead(text) is { } time && time.ToUnixTimeSeconds() > 0
            ? new BackupSnapshotPath(read, time).ToString()
            : string.Join('/', new[] { group, seconds }.OfType<string>());

    private static string? Part(string part, string typed, EndpointParameter? time)
    {
        BackupSnapshotPath? snapshot = BackupSnapshotPath.TryParse(typed, out BackupSnapshotPath read) ? read : null;
        BackupGroupPath group = snapshot?.Group ?? (BackupGroupPath.TryParse(typed, out BackupGroupPath alone) ? alone : throw CliException.Usage(
            $"'{TextCells.Visible(typed)}' is no backup",
            time is null ? "Write host/NAME, vm/NUMBER or ct/NUMBER" : "Write it as vm/100/2026-01-31T02:00:00Z; see: prox datastore snapshot list DATASTORE -o name"));
        if (snapshot is not null && time is null)
        {
            throw CliException.Usage($"'{snapshot}' is one snapshot, and a whole group is meant here", $"Write {group} for the group");
        }

        if (snapshot is null && time is { IsRequired: true })
        {
            throw CliException.Usage($"'{group}' is a group, and one snapshot is meant here", $"Write its time too, as in {group}/2026-01-31T02:00:00Z");
        }

        return part switch
        {
            Type => group.Type.ToString(),
            Id => group.Id,
            _ => snapshot?.Time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        };
    }
}
