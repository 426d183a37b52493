using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Ids;
using ProxSharp.Operations.Ledgers;

namespace ProxSharp.Operations.Plans;

/// <summary>
/// Finds calls whose program was ended before it could put on record what came of them, and asks the server whether it runs a task of them. Where it runs
/// none, they are under way no more.
/// </summary>
internal sealed class GoneCalls(ProxmoxClient client, Ledger ledger, CallMarks marks)
{
    /// <summary>So long a request that was sent may take until the server has started its task.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // Of what is younger its program may not have said everything yet.
    private static readonly TimeSpan s_old = TimeSpan.FromHours(1);

    private const string Unknown = "The program that made the call was ended, or could not write, before its outcome was on record; the server runs no task of it.";
    private const string Forgotten = "How the task ended is not known; the server does not run it any more.";
    private const string Ended = "The program was ended, and the conversation with it.";

    /// <summary>Puts on record that calls are under way no more, if as many are as may be at once.</summary>
    public async Task SettleAsync(PlanChecks checks, CancellationToken cancellationToken)
    {
        DateTimeOffset now = client.Options.TimeProvider.GetUtcNow();
        IReadOnlyList<LedgerEntry> entries = ledger.List();
        if (!checks.IsFull(entries, now))
        {
            return;
        }

        SettleConversations(entries);
        foreach (LedgerEntry intent in Open(entries).Where(intent => !SessionOpening.IsOf(intent) && intent.Time < now - Patience))
        {
            using IAbandonedMark? mark = marks.TakeOver(intent.PlanId);
            if (mark is null && !IsUnmarked(intent, now))
            {
                continue;
            }

            if (await MayRunAsync(intent, entries, cancellationToken).ConfigureAwait(false))
            {
                mark?.Keep();
            }
            else
            {
                Note(intent, Unknown);
            }
        }

        await SettleTasksAsync(entries, now, cancellationToken).ConfigureAwait(false);
    }

    // Whose end the server could tell has it on record by now. Those that it does not know any more are under way no more, either.
    private async Task SettleTasksAsync(IReadOnlyList<LedgerEntry> entries, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (LedgerEntry left in Last(entries).Where(entry => IsOld(entry, now) && !marks.IsHeld(entry.PlanId)))
        {
            bool isTask = left.Kind == AppliedCalls.TaskKind || (left.Kind == "outcome" && left.Facts.Text("result") == AppliedCalls.Running);
            if (isTask && Upid.TryParse(left.Facts.Text("upid"), out Upid upid) && !await RunsAsync(upid, cancellationToken).ConfigureAwait(false))
            {
                Note(left, Forgotten, LeftTasks.Kind, upid.ToString());
            }
        }
    }

    private async Task<bool> RunsAsync(Upid upid, CancellationToken cancellationToken)
    {
        try
        {
            return (await RunningAsync(upid.Node, cancellationToken).ConfigureAwait(false)).Any(task => task.ToString() == upid.ToString());
        }
        catch (ProxmoxException e) when (e is not GuardRefusedException)
        {
            // Who cannot be asked may be running it.
            return true;
        }
    }

    // Without a mark nobody can tell at first: its program may not have made one. After an hour it is the server that tells.
    private bool IsUnmarked(LedgerEntry intent, DateTimeOffset now) => IsOld(intent, now) && !marks.Has(intent.PlanId);

    private static bool IsOld(LedgerEntry entry, DateTimeOffset now) => entry.Time < now - s_old && entry.Time > now - PlanChecks.LooksBack;

    /// <summary>Puts on record which conversations have ended with their programs, if as many calls are under way as may be at once.</summary>
    public void SettleConversations(PlanChecks checks)
    {
        IReadOnlyList<LedgerEntry> entries = ledger.List();
        if (checks.IsFull(entries, client.Options.TimeProvider.GetUtcNow()))
        {
            SettleConversations(entries);
        }
    }

    private void SettleConversations(IReadOnlyList<LedgerEntry> entries)
    {
        foreach (LedgerEntry intent in Open(entries).Where(SessionOpening.IsOf))
        {
            using IAbandonedMark? mark = marks.TakeOver(intent.PlanId);
            if (mark is not null || IsUnmarked(intent, client.Options.TimeProvider.GetUtcNow()))
            {
                Note(intent, Ended);
            }
        }
    }

    // Where the task of a call is on record, its end is asked for.
    private static IEnumerable<LedgerEntry> Open(IEnumerable<LedgerEntry> entries) => Last(entries).Where(static entry => entry.Kind == "intent");

    private static IEnumerable<LedgerEntry> Last(IEnumerable<LedgerEntry> entries) => entries
        .Where(static entry => entry.Kind is "intent" or "outcome" or AppliedCalls.TaskKind or LeftTasks.Kind)
        .GroupBy(static entry => entry.PlanId, StringComparer.Ordinal).Select(static plan => plan.Last());

    private void Note(LedgerEntry entry, string message, string kind = "outcome", string? upid = null) => ledger.Append(kind, entry.PlanId, json =>
    {
        json.WriteString("call", entry.Facts.Text("call"));
        json.WriteBoolean("succeeded", false);
        json.WriteString("result", AppliedCalls.Unknown);
        json.WriteString("upid", upid);
        json.WriteString("message", message);
    });

    // Whose task it is says no list for certain: one that may be it counts.
    private async Task<bool> MayRunAsync(LedgerEntry intent, IReadOnlyList<LedgerEntry> entries, CancellationToken cancellationToken)
    {
        HashSet<string> known = [.. entries.Select(static entry => entry.Facts.Text("upid")).OfType<string>()];
        try
        {
            foreach (string node in await NodesAsync(intent, cancellationToken).ConfigureAwait(false))
            {
                IEnumerable<Upid> tasks = await RunningAsync(node, cancellationToken).ConfigureAwait(false);
                if (tasks.Any(task => !known.Contains(task.ToString()) && MayBeOf(task, intent)))
                {
                    return true;
                }
            }

            return false;
        }
        catch (ProxmoxException e) when (e is not GuardRefusedException)
        {
            // Who cannot be asked may be running it.
            return true;
        }
    }

    private bool MayBeOf(Upid task, LedgerEntry intent)
    {
        string user = Owner(client.Options.Credentials.User);
        bool isOurs = user.Length == 0 || Owner(task.User) == user;
        bool isForAnother = task.Id.Length > 0 && task.Id.All(char.IsAsciiDigit) && client.Schema.Product == ProxmoxProduct.VirtualEnvironment
            && !Targets(intent).Contains(task.Id, StringComparer.Ordinal);
        return isOurs && !isForAnother;
    }

    // It may have been another token of the same user.
    private static string Owner(string user) => user.Split('!')[0];

    private static IEnumerable<string> Targets(LedgerEntry intent) => intent.Facts.TryGetProperty("targets", out JsonElement targets)
        ? targets.EnumerateArray().Select(static target => target.Text("key")?.Split(' ')[^1]).OfType<string>()
        : [];

    private async Task<string[]> NodesAsync(LedgerEntry intent, CancellationToken cancellationToken)
    {
        if (client.Schema.Product == ProxmoxProduct.BackupServer)
        {
            return ["localhost"];
        }

        string[] words = intent.Facts.Text("call")?.Split(' ') ?? [];
        if (words.Length > 1 && words[1].Split('/') is ["", "nodes", var node, ..])
        {
            return [Uri.UnescapeDataString(node)];
        }

        JsonElement nodes = (await client.Raw.GetAsync("/nodes", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
        return [.. nodes.EnumerateArray().Where(static each => each.Text("status") != "offline").Select(static each => each.Text("node")).OfType<string>()];
    }

    private async Task<IEnumerable<Upid>> RunningAsync(string node, CancellationToken cancellationToken)
    {
        // Proxmox: the list of what is active holds, for a while, also what has ended since.
        ApiParameters which = client.Schema.Product == ProxmoxProduct.BackupServer
            ? new ApiParameters { { "running", true }, { "limit", 1000 } }
            : new ApiParameters { { "source", "active" }, { "limit", 1000 } };
        JsonElement tasks = (await client.Raw.GetAsync($"/nodes/{Uri.EscapeDataString(node)}/tasks", which, cancellationToken: cancellationToken)
            .ConfigureAwait(false)).Data;
        return
        [
            .. tasks.EnumerateArray().Where(static task => task.Text("endtime") is null)
                .Select(static task => Upid.TryParse(task.Text("upid"), out Upid upid) ? upid : (Upid?)null).OfType<Upid>(),
        ];
    }
}
