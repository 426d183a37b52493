using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Http;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations;

/// <summary>Opens conversations that are no sequence of plain calls: the making and the reading of backups.</summary>
internal sealed class SessionOpening(ProxmoxClient client, Door door, Ledger ledger, string context, CallMarks marks)
{
    /// <summary>The path of the conversation that makes a backup.</summary>
    public const string Backup = "/backup";

    private const string Reader = "/reader";
    private const string Time = "backup-time";

    // Clocks differ by some minutes.
    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(10);

    /// <summary>The call that sets notes when the backup is made.</summary>
    public static ApiOperation Notes { get; } = new(ApiMethod.Put, "/admin/datastore/{store}/notes");

    /// <summary>True for an entry of the ledger that such a conversation has left.</summary>
    public static bool IsOf(LedgerEntry entry) => entry.Facts.Text("call")?.Split(' ') is ["GET", Backup or Reader, ..];

    public GuardedSession Open(string path, ApiParameters keys, PlanChecks checks)
    {
        if (path is not (Backup or Reader))
        {
            throw new ArgumentException($"{path} is no conversation of a backup server.", nameof(path));
        }

        CheckTime(keys);
        ApiParameters group = [.. keys.Where(static key => key.Name is not ("notes" or Time))];
        PlannedCall[] calls = [PlannedCall.Of(client.Schema, new PlanRequest(ApiMethod.Get, path, group)), .. NotesOf(path, keys)];
        PolicyTarget target = Target(group);
        foreach (PlannedCall call in calls)
        {
            Allow(call, target, checks.Policy);
        }

        // It has a name like a plan, and no plan: there is no way back by itself. The ledger is held meanwhile: two cannot have the last place of the hour.
        string id = JsonTexts.Hash(Guid.NewGuid().ToString());
        IDisposable mark = marks.Hold(id);
        try
        {
            ledger.Append(
                "intent",
                id,
                json => WriteIntent(json, calls, target),
                entries => checks.Limit(entries, client.Options.TimeProvider.GetUtcNow()));
        }
        catch
        {
            mark.Dispose();
            throw;
        }

        // Who makes a backup compares with the one before, and reads that for it.
        OpenedSession opened = new(client.Schema, path == Backup ? [Backup, Reader] : [Reader], group, calls.Skip(1).FirstOrDefault()?.Parameters);
        return new GuardedSession(ledger, id, calls[0].ToString(), door.Open(opened), mark);
    }

    // Proxmox: a group takes no backup that is older than its latest one, and the latest are those that are kept.
    private void CheckTime(ApiParameters keys)
    {
        if (PlanTarget.Time(keys.Find(Time)) > (client.Options.TimeProvider.GetUtcNow() + s_tolerance).ToUnixTimeSeconds())
        {
            throw new GuardRefusedException(
                "target",
                "A backup of a time to come is refused: it would be kept in place of those that are of today, and until then the group would take no other. "
                    + "Leave its time out.");
        }
    }

    /// <summary>The notes are set by a call of their own. At which snapshot is known when the conversation says its time.</summary>
    private IEnumerable<PlannedCall> NotesOf(string path, ApiParameters keys)
    {
        if (keys.Find("notes") is null)
        {
            return [];
        }

        return path == Backup
            ? [PlannedCall.Of(client.Schema, new PlanRequest(
                Notes.Method,
                $"/admin/datastore/{Uri.EscapeDataString(keys.Find("store") ?? "")}/notes",
                [.. keys.Where(static key => key.Name is not ("store" or Time))]))]
            : throw new ArgumentException("Only what makes a backup sets notes.", nameof(keys));
    }

    private static void Allow(PlannedCall call, PolicyTarget target, GuardPolicy policy)
    {
        policy.Check(call.Classes, call.Title, target);
        ApprovalKind needed = call.Classes.Max(policy.ApprovalFor);
        if (needed != ApprovalKind.None)
        {
            throw new GuardRefusedException(
                "policy",
                $"{call.Title} is refused: the policy wants an approval ({PolicyWriter.Word(needed)}) for what is {call.Set.Words}, and this cannot be planned, so that "
                + "nobody can approve it.");
        }
    }

    private static PolicyTarget Target(ApiParameters keys)
    {
        string type = keys.Find("backup-type") ?? "";
        string id = keys.Find("backup-id") ?? "";
        return new PolicyTarget($"{keys.Find("store")}:{keys.Find("ns")}/{type}/{id}")
        {
            Vmid = PolicyTarget.GuestOf(type, id),
        };
    }

    private void WriteIntent(Utf8JsonWriter json, PlannedCall[] calls, PolicyTarget target)
    {
        json.WriteString("context", context);
        json.WriteString("call", calls[0].ToString());
        if (calls.Length > 1)
        {
            json.WriteString("then", calls[1].ToString());
        }

        json.WriteString("class", calls.Aggregate(default(ClassSet), static (found, call) => found.And(call.Set)).Words);
        json.WriteString("approval", "none needed");
        json.WriteStartArray("targets");
        new PlanTarget(target.Name, new Dictionary<string, string>(StringComparer.Ordinal) { ["group"] = target.Name }, "", new Dictionary<string, string>())
            .Write(json);
        json.WriteEndArray();
        json.WriteNumber("undoCalls", 0);
    }
}
