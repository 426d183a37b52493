using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Http;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Plans;
using ProxSharp.Operations.Policies;

namespace ProxSharp.Operations;

/// <summary>Opens conversations that are no sequence of plain calls: the making and the reading of backups.</summary>
internal sealed class SessionOpening(ProxmoxClient client, Door door, Ledger ledger, string context)
{
    private const string Backup = "/backup";
    private const string Reader = "/reader";

    /// <summary>True for an entry of the ledger that such a conversation has left.</summary>
    public static bool IsOf(LedgerEntry entry) => entry.Facts.Text("call")?.Split(' ') is ["GET", Backup or Reader, ..];

    public GuardedSession Open(string path, ApiParameters keys, PlanChecks checks)
    {
        if (path is not (Backup or Reader))
        {
            throw new ArgumentException($"{path} is no conversation of a backup server.", nameof(path));
        }

        PlannedCall call = PlannedCall.Of(client.Schema, new PlanRequest(ApiMethod.Get, path, keys));
        PolicyTarget target = Target(keys);
        checks.Policy.Check(call.Class, call.Title, target);
        ApprovalKind needed = checks.Policy.ApprovalFor(call.Class);
        if (needed != ApprovalKind.None)
        {
            string word = OperationCatalogue.Word(call.Class);
            throw new GuardRefusedException(
                "policy",
                $"{call.Title} is refused: the policy wants an approval ({PolicyWriter.Word(needed)}) for what is {word}, and this cannot be planned, so that "
                + "nobody can approve it.");
        }

        checks.Limit(ledger.List(), client.Options.TimeProvider.GetUtcNow());

        // It has a name like a plan, and no plan: there is no way back by itself.
        string id = JsonTexts.Hash(Guid.NewGuid().ToString());
        ledger.Append("intent", id, json => WriteIntent(json, call, target));

        // Who makes a backup compares with the one before, and reads that for it.
        return new GuardedSession(ledger, id, call.ToString(), door.Open(new OpenedSession(path == Backup ? [Backup, Reader] : [Reader], keys)));
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

    private void WriteIntent(Utf8JsonWriter json, PlannedCall call, PolicyTarget target)
    {
        json.WriteString("context", context);
        json.WriteString("call", call.ToString());
        json.WriteString("class", OperationCatalogue.Word(call.Class));
        json.WriteString("approval", "none needed");
        json.WriteStartArray("targets");
        new PlanTarget(target.Name, new Dictionary<string, string>(StringComparer.Ordinal) { ["group"] = target.Name }, "", new Dictionary<string, string>())
            .Write(json);
        json.WriteEndArray();
        json.WriteNumber("undoCalls", 0);
    }
}
