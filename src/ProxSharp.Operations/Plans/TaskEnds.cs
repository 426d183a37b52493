using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Operations.Http;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Schema;

namespace ProxSharp.Operations.Plans;

/// <summary>Asks the server how tasks ended for which nobody has waited, and puts it on record.</summary>
internal sealed class TaskEnds(ProxmoxClient client, Door door, Ledger ledger)
{
    // Old ones may be gone from the server, and are not asked about for ever.
    private const int Most = 20;

    // Seconds. A guest, or a snapshot, is made when its task begins, by the clock of the same node; one that was made later has the number of one that is gone.
    private const long Close = 10;

    /// <summary>Puts on record what has ended. What still runs, and what the server does not know any more, is left as it is.</summary>
    /// <param name="planId">The plan that it is about; null for all.</param>
    /// <param name="cancellationToken">Cancels the asking.</param>
    public async Task SettleAsync(string? planId, CancellationToken cancellationToken)
    {
        LedgerEntry[] left = [.. LeftTasks.Of(ledger.List()).Where(entry => planId is null || entry.PlanId == planId).TakeLast(Most)];
        foreach (string upid in left.Select(static entry => entry.Facts.Text("upid")).OfType<string>())
        {
            if (Upid.TryParse(upid, out Upid task) && await ExitAsync(task, cancellationToken).ConfigureAwait(false) is { } exit)
            {
                ledger.NoteTaskEnd(upid, exit);
            }
        }
    }

    /// <summary>
    /// Puts on record who the guests and snapshots are that a plan has made and that nobody has looked at yet; only those that are certainly the same: made
    /// when the task of the call began.
    /// </summary>
    public async Task NoteMadeAsync(Plan done, CancellationToken cancellationToken)
    {
        IReadOnlyList<LedgerEntry> entries = ledger.List();
        CallState[] states = AppliedCalls.Of(done, entries);
        foreach ((PlannedCall call, int place) in done.Calls.Select(static (call, place) => (call, place)).Where(item => states[item.place] == CallState.Succeeded))
        {
            foreach (string vmid in NewGuests.MadeBy(call).Where(vmid => UndoCheck.Made(done, entries).All(target => target.Key != $"guest {vmid}")))
            {
                if (Upid.TryParse(AppliedCalls.Task(done, entries, place), out Upid task)
                    && await ReadAsync(vmid, task, cancellationToken).ConfigureAwait(false) is { } guest)
                {
                    ledger.Append("made", done.Id, guest.WriteMembers);
                }
            }

            await NoteSnapshotAsync(done, entries, place, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task NoteSnapshotAsync(Plan done, IReadOnlyList<LedgerEntry> entries, int place, CancellationToken cancellationToken)
    {
        PlannedCall call = done.Calls[place];
        if (GuestSnapshots.MadeBy(call) is not { } name || !Upid.TryParse(AppliedCalls.Task(done, entries, place), out Upid task)
            || UndoCheck.Made(done, entries).Any(target => target.Key == GuestSnapshots.KeyOf(call.Parameters.Find("vmid")!, name)))
        {
            return;
        }

        try
        {
            PlanTarget snapshot = await new TargetReader(client, door).ReadMadeAsync(call, name, cancellationToken).ConfigureAwait(false);
            if (IsOf(task, snapshot.Identity.GetValueOrDefault("taken")))
            {
                ledger.Append("made", done.Id, snapshot.WriteMembers);
            }
        }
        catch (GuardRefusedException gone) when (gone.Reason == "target")
        {
            // Neither the guest nor the snapshot has to be there still. What is not known is not taken back.
        }
    }

    private static bool IsOf(Upid task, string? time) => long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out long made)
        && Math.Abs(made - task.StartTime.ToUnixTimeSeconds()) <= Close;

    private async Task<PlanTarget?> ReadAsync(string vmid, Upid task, CancellationToken cancellationToken)
    {
        if (client.Schema.Product != ProxmoxProduct.VirtualEnvironment
            || await new GuestReader(client).FindAsync(vmid, cancellationToken).ConfigureAwait(false) is null)
        {
            return null;
        }

        PlanTarget guest = await new TargetReader(client, door).ReadMadeAsync(vmid, cancellationToken).ConfigureAwait(false);
        return IsOf(task, guest.Identity.GetValueOrDefault(PlanTarget.Created)) ? guest : null;
    }

    private async Task<string?> ExitAsync(Upid task, CancellationToken cancellationToken)
    {
        try
        {
            string path = $"/nodes/{Uri.EscapeDataString(task.Node)}/tasks/{Uri.EscapeDataString(task.ToString())}/status";
            JsonElement state = (await client.Raw.GetAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
            return state.Text("status") == "stopped" ? state.Text("exitstatus") : null;
        }
        catch (ProxmoxException e) when (e is not GuardRefusedException)
        {
            // Nobody knows more than before: the outcome stays unknown, and says so.
            return null;
        }
    }
}
