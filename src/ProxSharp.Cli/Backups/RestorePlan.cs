using System.Text.Json;
using ProxSharp.Backup;
using ProxSharp.Backup.Files;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary>What <c>prox backup restore --dry-run</c> tells.</summary>
internal static class RestorePlan
{
    /// <summary>Tells what would go to standard output.</summary>
    public static async Task<int> SendAsync(VerbRun run, SnapshotReader reader, string name, bool isTree, CancellationToken cancellationToken)
    {
        // How much a tree becomes is not known before.
        long? size = isTree ? null
            : reader.FindFile(name) is { IsIndex: true } image ? image.Length
            : (await reader.ReadBlobAsync(name, cancellationToken).ConfigureAwait(false)).Length;
        Write(run, reader, "-", "send", size);
        return ExitCodes.Success;
    }

    /// <summary>Tells what would become of a file or of standard output.</summary>
    /// <param name="run">The run.</param>
    /// <param name="reader">The snapshot.</param>
    /// <param name="target">Where it would be restored to.</param>
    /// <param name="action">What would be done.</param>
    /// <param name="size">The size of the file; null if it is not known before.</param>
    public static void Write(VerbRun run, SnapshotReader reader, string target, string action, long? size) =>
        Write(run, reader, target, ["action", "size"], json =>
        {
            json.WriteString("action", action);
            if (size is { } bytes)
            {
                json.WriteNumber("size", bytes);
            }
        });

    /// <summary>Tells what would become of a directory.</summary>
    /// <exception cref="CliException">The restore would be refused, with this error.</exception>
    public static void Write(VerbRun run, SnapshotReader reader, string target, TreeExtractResult result, Action<Utf8JsonWriter> writeWarnings)
    {
        RestorePreview plan = result.Preview!;
        string[] fields =
            ["entries", "created", "overwritten", "compared", "kept-files", "skipped-entries", "refused", "bytes-written", "bytes-compared", "warning-count"];
        Write(run, reader, target, fields, json =>
        {
            json.WriteNumber("entries", result.Entries);
            json.WriteNumber("files", result.Files);
            json.WriteNumber("size", result.Bytes);
            json.WriteNumber("created", plan.Created);
            json.WriteNumber("overwritten", plan.Overwritten);
            json.WriteNumber("compared", plan.Compared);
            json.WriteNumber("kept-files", result.KeptFiles);
            json.WriteNumber("skipped-entries", result.SkippedEntries);
            json.WriteNumber("refused", plan.Refused);
            json.WriteNumber("bytes-written", plan.BytesWritten);
            json.WriteNumber("bytes-compared", plan.BytesCompared);
            // A thousand of them would bury the counts.
            if (!BackupJson.IsForPeople(run))
            {
                json.WritePropertyName("refusals");
                BackupJson.WriteList(json, plan.Refusals, static (json, refusal) =>
                {
                    json.WriteString("path", refusal.Path);
                    json.WriteString("message", refusal.Message);
                });
            }

            writeWarnings(json);
        });
        if (plan.Refusals is [{ } first, ..])
        {
            CliError error = ErrorMapper.Map(first);
            throw new CliException(plan.Refused == 1 ? error : error.Advise($"{plan.Refused} entries would be refused; -o json names them"), first);
        }
    }

    private static void Write(VerbRun run, SnapshotReader reader, string target, string[] fields, Action<Utf8JsonWriter> write)
    {
        run.Write(JsonText.Build(json =>
        {
            json.WriteStartObject();
            json.WriteString("snapshot", reader.Snapshot.ToString());
            json.WriteString("target", target);
            if (target != "-")
            {
                json.WriteBoolean("target-exists", Path.Exists(target));
            }

            write(json);
            json.WriteEndObject();
        }), BackupJson.Shape("target", ["snapshot", "target", "target-exists", .. fields]));
        run.Note("Nothing was restored: this was a dry run.");
    }
}
