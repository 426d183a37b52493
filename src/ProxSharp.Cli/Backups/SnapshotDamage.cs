using ProxSharp.Backup;
using ProxSharp.Backup.Files.Patterns;
using ProxSharp.Backup.Reading.Chunks;
using ProxSharp.Backup.Reading.Verification;
using ProxSharp.Cli.Errors;
using ProxSharp.Ids;

namespace ProxSharp.Cli.Backups;

/// <summary>Errors about damaged snapshots: how to see what is lost, and how to get the rest.</summary>
internal static class SnapshotDamage
{
    private const int MostPaths = 8;

    /// <summary>Reads a snapshot that was opened; damage becomes the error for that.</summary>
    /// <param name="place">Where the snapshot is.</param>
    /// <param name="reader">The snapshot.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="advice">What else to do about damage; null for nothing.</param>
    /// <exception cref="CliException">It is damaged.</exception>
    public static async Task<T> ReadAsync<T>(SnapshotPlace place, SnapshotReader reader, Func<Task<T>> read, Func<string?>? advice = null)
    {
        try
        {
            return await read().ConfigureAwait(false);
        }
        catch (Exception damage) when (damage is ProxmoxProtocolException or MissingChunkException)
        {
            string hint = $"A file of the datastore is damaged. What is lost: {place.VerifyCommand(reader.Snapshot)}.";
            string? more = WithoutList(reader, damage) ?? advice?.Invoke();
            throw Make(damage.Message, more is null ? hint : $"{hint} {more}", damage);
        }
        catch (SnapshotFileNotFoundException missing) when (place.Option.Length > 0)
        {
            throw SnapshotPlace.NotFound(missing.Message, place.Command($"ls {reader.Snapshot}"), cause: missing);
        }
    }

    // What is wrong with a list of chunks is told of the file as it is stored; what is wrong with a chunk is not.
    private static string? WithoutList(SnapshotReader reader, Exception damage) =>
        reader.Files.FirstOrDefault(file => damage.Message.StartsWith($"{file.StoredName} of ", StringComparison.Ordinal)) is { } file
            ? $"Nothing of {file.Name} can be read without it: take another snapshot of {reader.Snapshot.Group}."
            : null;

    /// <summary>Makes the error.</summary>
    public static CliException Make(string message, string hint, Exception? cause = null) =>
        new(new CliError { Code = "damaged", ExitCode = ExitCodes.Error, Message = message, Hint = hint }, cause);

    /// <summary>Says how a restore that stopped at damage gets the rest.</summary>
    /// <param name="wanted">The patterns that were typed.</param>
    public static string GoOn(IReadOnlyList<PathPattern> wanted) =>
        "If it names /, a restore without --pattern gets what comes before the damage, and no more. To restore the rest, leave out the paths that it "
            + $"names: {All(wanted)}--pattern '!/PATH' --resume";

    /// <summary>Says how to restore what verification found to be right.</summary>
    /// <param name="damages">What it found.</param>
    /// <param name="wanted">The patterns that were typed.</param>
    /// <returns>Null if nothing can be left out.</returns>
    public static string? LeaveOut(IReadOnlyList<FileDamage> damages, IReadOnlyList<PathPattern> wanted)
    {
        string[] paths = [.. damages.SelectMany(static damage => damage.AffectedPaths).Distinct(StringComparer.Ordinal)];
        if (paths.Length == 0)
        {
            return null;
        }

        // The table of the root says where all else is; without it only reading in order is left.
        if (paths.Contains("/"))
        {
            return "The table of the root cannot be read: without --verify and --pattern a restore gets what comes before the damage.";
        }

        string patterns = paths.Length > MostPaths
            ? $"--pattern '!/PATH' for each of the {paths.Length} damaged paths"
            : string.Join(' ', paths.Select(static path => $"--pattern {Quoted($"!{PathPattern.Literal(path)}")}"));
        return $"To restore the rest, write instead of --verify: {All(wanted)}{patterns}";
    }

    private static string All(IReadOnlyList<PathPattern> wanted) => wanted.Count > 0 ? "" : "--pattern '/*' ";

    private static string Quoted(string text) => $"'{Terminal.TextCells.Visible(text).Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
