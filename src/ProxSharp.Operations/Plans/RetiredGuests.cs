using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations.Ledgers;
using ProxSharp.Operations.Text;

namespace ProxSharp.Operations.Plans;

/// <summary>Finds the guests that were retired, and what is against purging them.</summary>
internal sealed class RetiredGuests(ProxmoxClient client, Ledger ledger, PlanStore plans)
{
    /// <summary>The kind of entry that says how a retirement has left a guest.</summary>
    public const string Kind = "retired";

    private const int MostTasks = 500;

    private readonly GuestReader _guests = new(client);

    /// <summary>Puts on record how a retirement has left its guest. Where that cannot be read, the guest is never purged.</summary>
    public static async Task NoteAsync(ProxmoxClient client, Ledger ledger, Plan plan, PlannedCall call, CancellationToken cancellationToken)
    {
        if (!Retirement.IsPartOf(call))
        {
            return;
        }

        try
        {
            PlanTarget left = await new GuestReader(client).ReadAsync(call.Parameters.Find("vmid")!, cancellationToken).ConfigureAwait(false);
            ledger.Append(Kind, plan.Id, left.WriteMembers);
        }
        catch (ProxmoxException e) when (e is not GuardRefusedException { Reason: "ledger" })
        {
            // The retirement itself is done; without the entry a person has to remove the guest.
        }
    }

    /// <summary>The retirements that hold, by the ledger.</summary>
    /// <exception cref="GuardRefusedException">The ledger, or a plan, is not sound.</exception>
    public IReadOnlyList<RetiredRecord> Records()
    {
        UndoPlanner planner = new(ledger);
        return
        [
            .. ledger.ListSound().Where(static entry => entry.Kind == Kind)
                .GroupBy(static entry => entry.Facts.Text("key"), StringComparer.Ordinal)
                .Select(group => Record(planner, group.Last())).OfType<RetiredRecord>(),
        ];
    }

    /// <summary>Lists what is retired: by the ledger, and by the tag alone.</summary>
    public async Task<IReadOnlyList<RetiredGuest>> ListAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        Dictionary<string, RetiredRecord> records = Records().ToDictionary(static record => record.Vmid, StringComparer.Ordinal);
        List<RetiredGuest> list = [];
        JsonElement all = (await client.Raw.GetAsync("/cluster/resources", new ApiParameters { { "type", "vm" } }, cancellationToken: cancellationToken)
            .ConfigureAwait(false)).Data;
        foreach (JsonElement guest in all.EnumerateArray())
        {
            string vmid = guest.Text("vmid") ?? "";
            bool isTagged = Retirement.HasTag(guest.Text("tags"));
            if (!records.TryGetValue(vmid, out RetiredRecord? record) && !isTagged)
            {
                continue;
            }

            RetiredGuest one = await ShowAsync(guest, record, now, cancellationToken).ConfigureAwait(false);
            if (isTagged || one.Objection is null || guest.Text("name") == record!.Left.Identity.GetValueOrDefault("name"))
            {
                list.Add(one);
            }
        }

        return [.. list.OrderBy(static guest => guest.DueFrom ?? DateOnly.MaxValue).ThenBy(static guest => guest.Vmid)];
    }

    /// <summary>Says what is against purging a guest, whatever day it is; null for nothing.</summary>
    public async Task<string?> ObjectionAsync(RetiredRecord record, CancellationToken cancellationToken)
    {
        PlanTarget now = await _guests.ReadAsync(record.Vmid, cancellationToken).ConfigureAwait(false);
        return record.Change(now) is { } change
            ? UntrustedText.Clean(change, 300)
            : await StartAsync(record, now, cancellationToken).ConfigureAwait(false);
    }

    private async Task<RetiredGuest> ShowAsync(JsonElement guest, RetiredRecord? record, DateTimeOffset now, CancellationToken cancellationToken)
    {
        string? objection = record is null
            ? "the ledger knows of no retirement"
            : await ReadableAsync(record, cancellationToken).ConfigureAwait(false);
        return new RetiredGuest(
            int.Parse(guest.Text("vmid")!, NumberStyles.None, CultureInfo.InvariantCulture), guest.Text("name") ?? "", guest.Text("node") ?? "")
        {
            LedgerNumber = record?.Entry.Number,
            Retired = record?.Entry.Time,
            DueFrom = record?.Due,
            IsDue = record is not null && objection is null && record.IsTime(now),
            Objection = objection,
        };
    }

    // One node that is down does not hide the guests of the others.
    private async Task<string?> ReadableAsync(RetiredRecord record, CancellationToken cancellationToken)
    {
        try
        {
            return await ObjectionAsync(record, cancellationToken).ConfigureAwait(false);
        }
        catch (ProxmoxException e) when (e is ProxmoxApiException or ProxmoxConnectionException)
        {
            return $"it cannot be read: {UntrustedText.Clean(e.Message, 120)}";
        }
    }

    private RetiredRecord? Record(UndoPlanner planner, LedgerEntry entry)
    {
        if (!plans.Has(entry.PlanId))
        {
            return null;
        }

        Plan plan = plans.Load(entry.PlanId);
        PlanTarget left = PlanTarget.Read(entry.Facts);
        PlanRelease release = planner.Release(plan);
        return plan.Server == client.Options.Endpoints[0].Authority
            && release.Retired.Count == 1 && release.Retired.TryGetValue(left.Key, out PlannedCall? call)
            && Retirement.DayOf(call) is { } day
                ? new RetiredRecord(entry, left, plan, release with { Covers = Retirement.IsPurge }, Later(day, entry.Time))
                : null;
    }

    // Whoever made the plan has chosen its day: one day stays in any case.
    private static DateOnly Later(DateOnly day, DateTimeOffset retired)
    {
        DateOnly next = DateOnly.FromDateTime(retired.UtcDateTime).AddDays(1);
        return day > next ? day : next;
    }

    // A guest that ran and was stopped again looks as it did: its tasks tell.
    private async Task<string?> StartAsync(RetiredRecord record, PlanTarget now, CancellationToken cancellationToken)
    {
        List<string> nodes = [.. new[] { record.Left.Facts.GetValueOrDefault("node") ?? "", now.Facts.GetValueOrDefault("node") ?? "" }.Distinct()];
        for (int i = 0; i < nodes.Count; i++)
        {
            JsonElement tasks;
            try
            {
                tasks = (await TasksAsync(record, nodes[i], cancellationToken).ConfigureAwait(false)).Data;
            }
            catch (ProxmoxException e) when (e is ProxmoxApiException or ProxmoxConnectionException)
            {
                return $"whether it was started since cannot be read on {nodes[i]}: {UntrustedText.Clean(e.Message, 120)}";
            }

            if (tasks.EnumerateArray().FirstOrDefault(static task => task.Text("type") is "qmstart" or "vzstart" or "qmresume" or "vzresume")
                is { ValueKind: JsonValueKind.Object } start)
            {
                return $"it was started since it was retired: {UntrustedText.Clean(start.Text("upid") ?? "", 200)}";
            }

            // What is left of a move does not say where to: it may have run anywhere in between.
            if (i == 0 && (nodes.Count > 1 || tasks.EnumerateArray().Any(static task => task.Text("type") is "qmigrate" or "vzmigrate")))
            {
                JsonElement all = (await client.Raw.GetAsync("/nodes", cancellationToken: cancellationToken).ConfigureAwait(false)).Data;
                nodes.AddRange([.. all.EnumerateArray().Select(static each => each.Text("node")).OfType<string>().Except(nodes)]);
            }
        }

        return null;
    }

    private Task<ApiResponse<JsonElement>> TasksAsync(RetiredRecord record, string node, CancellationToken cancellationToken)
    {
        ApiParameters filter = new()
        {
            { "vmid", record.Vmid }, { "since", record.Entry.Time.ToUnixTimeSeconds() }, { "source", "all" }, { "limit", MostTasks },
        };
        return client.Raw.GetAsync($"/nodes/{node}/tasks", filter, cancellationToken: cancellationToken);
    }
}
