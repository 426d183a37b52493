using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Http;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations.Plans;

/// <summary>Reads which backup a call is about: a snapshot, or a group with all its snapshots.</summary>
internal sealed class BackupReader(ProxmoxClient client, Door door)
{
    private const string ManifestPath = "/admin/datastore/{store}/download-decoded";
    private const int LongestManifest = 16 << 20;
    private const string NotReadable = "not readable";

    // A group may hold thousands: each costs a request when the plan is made, and two when it is applied.
    private const int MostManifests = 64;

    private static readonly string[] s_stable = ["backup-time", "files", "size", "owner", "protected", "fingerprint", "comment"];

    public async Task<PlanTarget> ReadAsync(PlannedCall call, bool isSnapshot, CancellationToken cancellationToken)
    {
        string Value(string name) => call.Parameters.Find(name) ?? "";
        string key = GroupOf(call) + (isSnapshot ? $"/{Date(Value("backup-time"))}" : "");
        CheckTime(isSnapshot ? Value("backup-time") : "", key);
        JsonElement[] found = await FindAsync(call, isSnapshot ? Value("backup-time") : null, cancellationToken).ConfigureAwait(false);
        if (found.Length == 0)
        {
            throw new GuardRefusedException("target", $"There is no backup {key}.");
        }

        Dictionary<string, string> identity = new(StringComparer.Ordinal)
        {
            ["datastore"] = Value("store"),
            ["namespace"] = Value("ns"),
            ["group"] = $"{Value("backup-type")}/{Value("backup-id")}",
            ["times"] = string.Join(',', found.Select(static snapshot => snapshot.Text("backup-time"))),
        };
        Dictionary<string, string> facts = await new PrunePreview(client)
            .OfSnapshotsAsync(call, [.. found.Select(snapshot => (Value("ns"), snapshot))], cancellationToken).ConfigureAwait(false);
        if (isSnapshot)
        {
            identity["manifest"] = await ManifestAsync(call, Value("backup-time"), cancellationToken).ConfigureAwait(false);
        }
        else if (call.Class > OperationClass.Reversible)
        {
            // A note needs no such care.
            (identity["manifests"], facts["manifests"]) = await ManifestsAsync(call, found, cancellationToken).ConfigureAwait(false);
        }

        string state = JsonTexts.Hash(string.Join('\n', found.SelectMany(static snapshot => s_stable.Select(name => snapshot.Text(name) ?? ""))));
        return new PlanTarget(key, identity, state, facts)
        {
            Before = IsAboutNotes(call) ? await NotesAsync(call, cancellationToken).ConfigureAwait(false) : isSnapshot ? found[0].Clone() : default,
            Policy = new PolicyTarget(key)
            {
                Vmid = PolicyTarget.GuestOf(Value("backup-type"), Value("backup-id")),

                // Proxmox: what is protected is never pruned.
                IsProtected = !call.Path.EndsWith("/prune", StringComparison.Ordinal) && found.Any(static snapshot => snapshot.IsSet("protected")),
            },
        };
    }

    /// <summary>The name of the group that a call is about, or whose snapshot.</summary>
    public static string GroupOf(PlannedCall call) =>
        $"{call.Parameters.Find("store")}:{call.Parameters.Find("ns")}/{call.Parameters.Find("backup-type")}/{call.Parameters.Find("backup-id")}";

    // Lists show times as dates, and the call takes seconds.
    private static void CheckTime(string text, string key)
    {
        if (PlanTarget.Time(text) == 0 && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
        {
            throw new GuardRefusedException(
                "target", $"'backup-time' is in seconds since 1970: write {JsonTexts.Number(time.ToUnixTimeSeconds())} for the backup {key}.");
        }
    }

    // Proxmox: the folder of a snapshot is called so.
    private static string Date(string time) => PlanTarget.Time(time) is > 0 and < 253_402_300_800 and var seconds
        ? DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : time;

    private static bool IsAboutNotes(PlannedCall call) => call.Path is "/admin/datastore/{store}/notes" or "/admin/datastore/{store}/group-notes";

    // The server shows notes as a text and not as an object, and in lists no more than their first line.
    private async Task<JsonElement> NotesAsync(PlannedCall call, CancellationToken cancellationToken)
    {
        ApiParameters keys = UndoBuilder.Keys(call);
        JsonElement notes = (await client.Raw.GetAsync(call.ConcretePath, keys, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        return JsonTexts.Element(json =>
        {
            json.WriteStartObject();
            foreach (ApiParameter key in keys)
            {
                json.WriteString(key.Name, key.Text);
            }

            json.WriteString("notes", notes.ValueKind == JsonValueKind.String ? notes.GetString() : "");
            json.WriteEndObject();
        });
    }

    /// <summary>The snapshots of the group that a call names, or the one of a time, in the order of their times.</summary>
    private async Task<JsonElement[]> FindAsync(PlannedCall call, string? time, CancellationToken cancellationToken)
    {
        ApiParameters filter = [];
        foreach (string name in (string[])["ns", "backup-type", "backup-id"])
        {
            filter.Add(name, call.Parameters.Find(name));
        }

        JsonElement list = (await client.Raw.GetAsync($"/admin/datastore/{call.Parameters.Find("store")}/snapshots", filter, cancellationToken: cancellationToken)
            .ConfigureAwait(false)).Data;
        return
        [
            .. list.EnumerateArray()
                .Where(snapshot => time is null || snapshot.Text("backup-time") == time)
                .OrderBy(static snapshot => snapshot.Text("backup-time"), StringComparer.Ordinal),
        ];
    }

    /// <summary>The digest over the manifests of a group, the latest if there are too many, and what was compared in words.</summary>
    private async Task<(string Digest, string Words)> ManifestsAsync(PlannedCall call, JsonElement[] found, CancellationToken cancellationToken)
    {
        List<string> digests = [];
        int unread = 0;
        foreach (string time in found.TakeLast(MostManifests).Select(static snapshot => snapshot.Text("backup-time")).OfType<string>())
        {
            string digest = await ManifestAsync(call, time, cancellationToken).ConfigureAwait(false);
            unread += digest == NotReadable ? 1 : 0;
            digests.Add($"{time}={digest}");
        }

        string words = found.Length > MostManifests
            ? $"those of the latest {MostManifests} of {found.Length} snapshots are compared, the rest by time, files and size alone"
            : $"all {found.Length} compared";
        return (JsonTexts.Hash(string.Join('\n', digests)), unread == 0 ? words : $"{words} ({unread} cannot be read)");
    }

    /// <summary>
    /// The digest of what the manifest vouches for: the archives with their checksums and the key. Notes and the outcome of a verification are beside it.
    /// Reading a backup's files counts as privileged, so the door is opened for this one file.
    /// </summary>
    private async Task<string> ManifestAsync(PlannedCall call, string time, CancellationToken cancellationToken)
    {
        ApiOperation operation = client.Schema.Find(ApiMethod.Get, ManifestPath)!.Operation;
        ApiParameters parameters = new ApiParameters
        {
            { "store", call.Parameters.Find("store") },
            { "ns", call.Parameters.Find("ns") },
            { "backup-type", call.Parameters.Find("backup-type") },
            { "backup-id", call.Parameters.Find("backup-id") },
            { "backup-time", time },
            { "file-name", "index.json.blob" },
        };
        try
        {
            using (door.Open(operation, parameters))
            {
                ApiDownload download = await client.Connection.DownloadAsync(operation, parameters, null, cancellationToken).ConfigureAwait(false);
                await using (download.ConfigureAwait(false))
                {
                    return await DigestAsync(download.Content, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (ProxmoxApiException)
        {
            // A backup that is not finished has none, and a token may not be allowed to read it: then times and files alone tell backups apart.
            return NotReadable;
        }
    }

    private static async Task<string> DigestAsync(Stream content, CancellationToken cancellationToken)
    {
        MemoryStream bytes = new();
        byte[] part = new byte[16 << 10];
        int length;
        while ((length = await content.ReadAsync(part, cancellationToken).ConfigureAwait(false)) > 0)
        {
            bytes.Write(part, 0, length);
            if (bytes.Length > LongestManifest)
            {
                return NotReadable;
            }
        }

        try
        {
            using JsonDocument manifest = JsonDocument.Parse(bytes.GetBuffer().AsMemory(0, (int)bytes.Length));
            return JsonTexts.Hash(string.Join('\n', manifest.RootElement.EnumerateObject()
                .Where(static member => member.Name is not ("unprotected" or "signature"))
                .OrderBy(static member => member.Name, StringComparer.Ordinal)
                .Select(static member => $"{member.Name}={JsonTexts.Hash(member.Value)}")));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new GuardRefusedException("target", "The manifest of the backup is not readable as one.", e);
        }
    }
}
