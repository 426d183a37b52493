using ProxSharp.Ids;
using ProxSharp.Pve.Api;
using ProxSharp.Pve.Backups;
using ProxSharp.Pve.Guests;

namespace ProxSharp.Pve.Bulk;

/// <summary>What is done with each guest: one of the ready-made actions, or anything that starts a task.</summary>
/// <example>
/// <code>
/// BulkAction tag = new("note", (guest, token) => guest.Snapshots.CreateAsync("nightly", "made in bulk", token));
/// </code>
/// </example>
public sealed class BulkAction
{
    private const string Runs = "it runs already";
    private const string Paused = "it is paused: let it go on with a resume";
    private const string IsStopped = "it is stopped already";
    private const string RunsNot = "it does not run";

    private readonly Func<Guest, CancellationToken, Task<PveTask>> _startAsync;
    private readonly Func<Guest, CancellationToken, PveTask>? _start;
    private readonly Func<GuestSummary, string?>? _skip;

    /// <summary>Creates an action.</summary>
    /// <param name="name">What it does, for messages: a verb such as <c>start</c>.</param>
    /// <param name="startAsync">Starts it for one guest.</param>
    /// <param name="start">The same as a synchronous call; null if there is none, and then only asynchronous work is possible.</param>
    /// <param name="skip">
    /// Tells why there is nothing to do for a guest; null if there is. Null as the whole never skips. It is asked again, with the present name and state of the
    /// guest, before a guest is skipped that only a list has told of.
    /// </param>
    public BulkAction(
        string name,
        Func<Guest, CancellationToken, Task<PveTask>> startAsync,
        Func<Guest, CancellationToken, PveTask>? start = null,
        Func<GuestSummary, string?>? skip = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(startAsync);
        (Name, _startAsync, _start, _skip) = (name, startAsync, start, skip);
    }

    /// <summary>What it does, for messages.</summary>
    public string Name { get; }

    /// <summary>True if the action has a synchronous form.</summary>
    public bool IsSynchronous => _start is not null;

    /// <summary>
    /// Starts guests; those that run are skipped, unless high availability looks after them and may be about to stop them. Virtual machines that are paused are
    /// skipped for that reason: a start is nothing to them.
    /// </summary>
    /// <param name="options">How; null for the defaults.</param>
    public static BulkAction Start(GuestStartOptions? options = null) =>
        new("start", (guest, token) => guest.StartAsync(options, token), (guest, token) => guest.Start(options, token), SkipStart);

    /// <summary>Asks the systems in guests to shut down; guests that are stopped are skipped.</summary>
    /// <param name="options">How; null for the defaults.</param>
    public static BulkAction Shutdown(GuestShutdownOptions? options = null) => new(
        "shut down",
        (guest, token) => guest.ShutdownAsync(options, token),
        (guest, token) => guest.Shutdown(options, token),
        Unless(GuestStatus.Stopped, IsStopped));

    /// <summary>Stops guests at once, as if their power plugs were pulled; guests that are stopped are skipped.</summary>
    /// <param name="options">How; null for the defaults.</param>
    public static BulkAction Stop(GuestStopOptions? options = null) =>
        new("stop", (guest, token) => guest.StopAsync(options, token), (guest, token) => guest.Stop(options, token), Unless(GuestStatus.Stopped, IsStopped));

    /// <summary>Shuts guests down and starts them again; guests that are stopped are skipped.</summary>
    /// <param name="timeout">How long each shutdown may take, in whole seconds; null for the server's default.</param>
    public static BulkAction Reboot(TimeSpan? timeout = null) => new(
        "reboot",
        (guest, token) => guest.RebootAsync(timeout, token),
        (guest, token) => guest.Reboot(timeout, token),
        Unless(GuestStatus.Stopped, RunsNot));

    /// <summary>Pauses guests; their memory stays in use. Guests that are stopped are skipped.</summary>
    public static BulkAction Suspend() =>
        new("suspend", static (guest, token) => guest.SuspendAsync(token), static (guest, token) => guest.Suspend(token), Unless(GuestStatus.Stopped, RunsNot));

    /// <summary>Lets suspended guests go on.</summary>
    public static BulkAction Resume() =>
        new("resume", static (guest, token) => guest.ResumeAsync(token), static (guest, token) => guest.Resume(token), SkipTemplate);

    /// <summary>Moves guests to a node; those that are there are skipped.</summary>
    /// <param name="target">The node.</param>
    /// <param name="options">How; null for the defaults, with which running guests cannot move.</param>
    public static BulkAction Migrate(NodeName target, GuestMigrateOptions? options = null) => new(
        $"migrate to {target}",
        (guest, token) => guest.MigrateAsync(target, options, token),
        (guest, token) => guest.Migrate(target, options, token),
        guest => guest.Node == target.Value && !guest.IsChanging && guest.Lock != "migrate" ? $"it is on {target} already" : null);

    /// <summary>Takes a snapshot of each guest.</summary>
    /// <param name="name">Its name, the same for all.</param>
    /// <param name="description">A text that describes it.</param>
    public static BulkAction Snapshot(string name, string? description = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new BulkAction(
            $"take snapshot {name} of",
            (guest, token) => guest.Snapshots.CreateAsync(name, description, token),
            (guest, token) => guest.Snapshots.Create(name, description, token),
            SkipTemplate);
    }

    /// <summary>Backs each guest up on its node.</summary>
    /// <param name="options">Where and how; null for the defaults.</param>
    public static BulkAction Backup(BackupOptions? options = null) =>
        new("back up", (guest, token) => guest.BackupAsync(options, token), (guest, token) => guest.Backup(options, token));

    /// <summary>Destroys guests and their volumes. There is no way back. Guests that run fail; nothing is skipped.</summary>
    /// <param name="options">How; null for the defaults.</param>
    public static BulkAction Delete(GuestDeleteOptions? options = null) =>
        new("delete", (guest, token) => guest.DeleteAsync(options, token), (guest, token) => guest.Delete(options, token));

    /// <summary>Returns the name.</summary>
    public override string ToString() => Name;

    internal string? SkipReason(GuestSummary guest) => _skip?.Invoke(guest);

    /// <summary>True if a guest would be skipped, and that may be because of a state that is old by now.</summary>
    internal bool IsDoubtful(GuestSummary guest) => (!guest.IsLive && MayBeOver(guest))
        || (guest.MayBePaused && SkipReason(guest) is { } reason && reason != SkipReason(guest with { IsPaused = true }));

    /// <summary>True if a guest would be skipped, but not if a task is about to bring it into another state.</summary>
    internal bool MayBeOver(GuestSummary guest) => !guest.IsTemplate && SkipReason(guest) is not null && SkipReason(guest with { IsChanging = true }) is null;

    internal Task<PveTask> RunAsync(Guest guest, CancellationToken cancellationToken) => _startAsync(guest, cancellationToken);

    internal PveTask Run(Guest guest, CancellationToken cancellationToken) => _start!(guest, cancellationToken);

    private static string? SkipStart(GuestSummary guest) => Unless(GuestStatus.Running, guest.IsPaused ? Paused : Runs)(guest);

    private static string? SkipTemplate(GuestSummary guest) => guest.IsTemplate ? "it is a template" : null;

    // What high availability looks after, or a task, may be about to be brought into another state: the call tells which one is wanted.
    private static Func<GuestSummary, string?> Unless(GuestStatus done, string reason) =>
        guest => SkipTemplate(guest) ?? (guest.Status == done && !guest.IsChanging && string.IsNullOrEmpty(guest.HaState) ? reason : null);
}
