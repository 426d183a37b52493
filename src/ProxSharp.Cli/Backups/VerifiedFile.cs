using System.Text.Json;
using ProxSharp.Backup;
using ProxSharp.Backup.Formats.Manifests;
using ProxSharp.Backup.Reading.Verification;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Verbs;

namespace ProxSharp.Cli.Backups;

/// <summary>Says what the verification of a snapshot here has looked at, what not, and what it found.</summary>
internal static class VerifiedFile
{
    /// <summary>What was found in a snapshot, in words.</summary>
    public static string Words(SnapshotVerification found) =>
        $"{(!found.IsIntact ? "damaged" : IsPartial(found) ? "what is stored is there, contents not decrypted" : "all is right")}, {Words(found.Signature)}, "
        + $"{ValueRenderer.Bytes(found.BytesFetched)} read in {ValueRenderer.Duration(found.Elapsed.TotalSeconds)}";

    /// <summary>Whether contents could not be looked at without the key.</summary>
    public static bool IsPartial(SnapshotVerification found) => found.Files.Any(static file => !file.WithContents);

    /// <summary>Says what could not be checked without a key, if there is something.</summary>
    /// <param name="run">The run.</param>
    /// <param name="count">How many snapshots it is.</param>
    /// <param name="isIntact">Whether nothing is wrong with what was checked.</param>
    public static void WarnOfPartial(VerbRun run, int count, bool isIntact)
    {
        if (count > 0)
        {
            run.Command.Warn(
                $"Of {count} encrypted {(count == 1 ? "snapshot" : "snapshots")} only what is stored was checked"
                + (isIntact ? ": their chunks and small files are there with the right CRCs. " : ". ")
                + "What is in them was not, nor their signatures: that needs their key (--keyfile FILE)");
        }
    }

    /// <summary>Writes what was found in a file.</summary>
    public static void Write(Utf8JsonWriter json, SnapshotVerification found, FileVerification file)
    {
        json.WriteString("file", file.File.Name);
        json.WriteString("status", file.IsIntact ? file.WithContents ? "ok" : "ok, not decrypted" : "damaged");
        json.WriteNumber("chunks", file.Chunks);
        json.WriteNumber("size", file.File.Length);
        (List<string> done, List<string> left) = Looks(found.Signature, file);
        json.WriteList("checked", done);
        if (left.Count > 0)
        {
            json.WriteList("not-checked", left);
        }

        if (!file.IsIntact)
        {
            WriteDamages(json, file);
        }
    }

    // A blob has one digest, that of its encoded bytes, in the manifest; the digests of chunks are those of contents.
    private static (List<string> Done, List<string> Left) Looks(ManifestSignature signature, FileVerification file)
    {
        List<string> done = file.File.IsIndex ? ["index", "presence", "crc"] : ["crc", "digest"];
        List<string> left = [];
        (file.WithContents ? done : left).AddRange(file.File.IsIndex ? ["digest", "contents"] : ["contents"]);
        if (signature != ManifestSignature.Unsigned)
        {
            (signature == ManifestSignature.MissingKey ? left : done).Add("signature");
        }

        return (done, left);
    }

    private static void WriteDamages(Utf8JsonWriter json, FileVerification file)
    {
        json.WritePropertyName("damage");
        BackupJson.WriteList(json, file.Damages, static (json, damage) =>
        {
            json.WriteString("problem", BackupJson.Word(damage.Problem));
            json.WriteNumber("start", damage.Start);
            json.WriteNumber("end", damage.End);
            json.WriteString("digest", damage.Digest?.ToString());
            json.WriteString("message", damage.Message);
            json.WriteList("paths", damage.AffectedPaths);
        });
    }

    private static string Words(ManifestSignature signature) => signature switch
    {
        ManifestSignature.MissingKey => "signature not checked without the key",
        ManifestSignature.OtherKey => "signature of another key",
        _ => $"signature {BackupJson.Word(signature)}",
    };
}
