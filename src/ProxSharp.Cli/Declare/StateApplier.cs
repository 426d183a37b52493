using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Cli.Verbs.Guests;
using ProxSharp.Operations;

namespace ProxSharp.Cli.Declare;

/// <summary>Makes a cluster as a file says, one change after the other; tasks are waited for, because others may need what they make.</summary>
internal sealed class StateApplier(VerbRun run, IReadOnlyList<StateChange> changes)
{
    /// <summary>Makes sure that all of it can be done before any of it is: a file with a wrong value at its end changes nothing.</summary>
    /// <exception cref="CliException">Some of it is wrong, against a rule of the context, or impossible.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        StateChange[] blocked = [.. changes.Where(static change => change is { Action: "blocked", IsOutOfReach: false })];
        if (blocked.Length > 0)
        {
            throw new CliException(GuestSection.Impossible(
                $"{blocked[0].Section} {blocked[0].Subject}", string.Join("; ", blocked.Select(
                    static (change, at) => at == 0 ? change.Reason : $"{change.Section} {change.Subject}: {change.Reason}"))));
        }

        CheckValues();
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        foreach (PlannedCall call in Calls())
        {
            await session.CheckAsync(run.IsShown, call.Method, call.Path, call.Parameters, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Makes sure that the server would take every value.</summary>
    /// <exception cref="CliException">One of them is wrong.</exception>
    public void CheckValues() => CallCheck.Check(VerbContext.Pve, Calls());

    /// <summary>Shows the calls.</summary>
    public Task<int> ShowAsync(CancellationToken cancellationToken) => DryRun.ShowAsync(run, VerbContext.Pve, [.. Calls()], cancellationToken);

    /// <summary>Asks about what loses something, then makes all changes.</summary>
    /// <returns>
    /// What was not made: guests that could not be moved, with what was to be changed of them on the other node. Nothing else depends on where a guest is.
    /// </returns>
    /// <exception cref="CliException">The answer was no, or a change failed.</exception>
    public async Task<IReadOnlyList<StateChange>> RunAsync(CancellationToken cancellationToken)
    {
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        foreach (PlannedCall call in Calls())
        {
            session.CheckGuard(call.Method, call.Path, call.Parameters);
        }

        await ConfirmAsync(cancellationToken).ConfigureAwait(false);
        StateChange[] all = [.. changes.Where(static change => change.Call is not null)];
        List<StateChange> left = [];
        for (int at = 0; at < all.Length; at++)
        {
            StateChange change = all[at];
            if (left.Exists(other => other.IsAbout(change)))
            {
                left.Add(change with { Reason = "it is not on that node" });
                continue;
            }

            try
            {
                await MakeAsync(session, change, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                Interrupted(at, all);
                throw;
            }
            catch (Exception failure) when (failure is ProxmoxException or CliException)
            {
                if (!IsLeft(change, ErrorMapper.Map(failure)))
                {
                    WarnOfPart(failure, change, at - left.Count, all.Length);
                    throw;
                }

                left.Add(Leave(change, failure));
            }
        }

        return left;
    }

    // A guest that cannot be moved is in nobody's way; where the server is gone, or lets nobody in, nothing else goes on either.
    private static bool IsLeft(StateChange change, CliError error) => change.Action == "move"
        && error.ExitCode is not (ExitCodes.Connection or ExitCodes.StillRunning) && error.Code != "authentication";

    private StateChange Leave(StateChange change, Exception failure)
    {
        string reason = ErrorMapper.Map(failure).Message;
        run.Command.Warn($"{Title(change)} failed, the others go on: {TextCells.Visible(reason)}");
        return change with { Reason = reason };
    }

    private void WarnOfPart(Exception failure, StateChange change, int made, int all)
    {
        string part = IsRefusal(failure, change) ? "" : ", of which a part may have been made";
        run.Command.Warn(string.Create(
            CultureInfo.InvariantCulture, $"{made} of {all} changes were made before this one failed{part}: {Title(change)}"));
    }

    private static string Title(StateChange change) => TextCells.Visible($"{change.Action} {change.Section} {change.Subject}");

    // One call, and the server said that it does not make it.
    private static bool IsRefusal(Exception failure, StateChange change) => change.Follow is null && failure is ProxmoxApiException { OutcomeUnknown: false };

    private async Task MakeAsync(ServerSession session, StateChange change, CancellationToken cancellationToken)
    {
        if (change.Before is { } look)
        {
            await look(session, cancellationToken).ConfigureAwait(false);
        }

        await SendAsync(session, change.Call!, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<PlannedCall> following = change.Follow is { } follow ? await follow(session, cancellationToken).ConfigureAwait(false) : [];
        foreach (PlannedCall call in following)
        {
            await SendAsync(session, call, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Interrupted(int made, StateChange[] all)
    {
        StateChange current = all[made];
        string what = TextCells.Visible(string.Create(
            CultureInfo.InvariantCulture,
            $"Interrupted: {made} of {all.Length} changes were made, and this one may be under way: {current.Action} {current.Section} {current.Subject}"));
        run.Command.TellInterrupted(new InterruptedNote(what) { Next = "Run it again: it makes what is missing.", IsUncertain = true });
    }

    private IEnumerable<PlannedCall> Calls() => changes.SelectMany(
        static change => change.Call is { } call ? change.Following.Prepend(call) : change.Following);

    private async Task SendAsync(ServerSession session, PlannedCall call, CancellationToken cancellationToken)
    {
        ApiResponse<JsonElement> response = await session.CallAsync(call.Method, call.Path, call.Parameters, null, cancellationToken).ConfigureAwait(false);
        if (TaskWaiter.UpidIn(response.Data) is not { } upid)
        {
            return;
        }

        List<string> ended = [];
        try
        {
            await TaskAdvice.WaitAsync(run.Command, session, upid, null, cancellationToken).ConfigureAwait(false);
            ended.Add(upid);
            bool hasRun = call.Parameters.Any(static parameter => parameter.Name is "online" or "restart");
            await HaWait.EndAsync(run, session, upid, call.Parameters.Find("target"), null, hasRun, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            TaskAdvice.Detached(run, [upid], ended);
            throw;
        }
    }

    private Task ConfirmAsync(CancellationToken cancellationToken)
    {
        StateChange[] losing = [.. changes.Where(Loses)];
        if (losing.Length == 0)
        {
            return Task.CompletedTask;
        }

        string things = string.Join("; ", losing.Select(static change =>
            $"{change.Action} {change.Section} {change.Subject}{Named(change)}"));
        string what = string.Create(
            CultureInfo.InvariantCulture, $"make {losing.Length} {(losing.Length == 1 ? "change" : "changes")}: {TextCells.Visible(things)}");
        ConfigChange[] replaced = [.. losing.SelectMany(Replaced)];
        string effect = replaced.Length == 0 ? Asking.NoWayBack
            : replaced.Length == losing.Length ? ReplacedDisks.Effect(replaced)
            : $"{ReplacedDisks.Effect(replaced)} {Asking.NoWayBack}";
        return ChangeRules.ConfirmAsync(run, what, "apply", effect, cancellationToken);
    }

    private static string Named(StateChange change)
    {
        string[] disks = [.. Replaced(change).Select(static disk => $"{disk.Key}: {GuestDisk.Parse(disk.From!).Volume}")];
        string names = disks.Length > 0 ? string.Join(", ", disks) : change.IsRemoval
            ? string.Join(", ", change.Keys.Where(static key => key.To is null).Select(static key => $"{key.Key}: {key.From}"))
            : Asked(change);
        return names.Length > 0 ? $" ({names})" : "";
    }

    // Of all that is changed at once, the keys that the question is about.
    private static string Asked(StateChange change)
    {
        string[] keys = [.. change.Keys.Where(key => change.Call is { } call
            && Asking.Find(ProxmoxProduct.VirtualEnvironment, call.Method, call.Template).Destroys(Alone(key.Key, key.To))).Select(static key => key.Key)];
        return keys.Length > 0 ? string.Join(", ", keys) : change.Keys.Select(static key => key.Key).FirstOrDefault("");
    }

    private static ApiParameters Alone(string key, string? value)
    {
        ApiParameters parameters = [];
        parameters.Add(value is null ? "delete" : key, value ?? key);
        return parameters;
    }

    private static IEnumerable<ConfigChange> Replaced(StateChange change) => change is { Section: "guests", Action: "change" }
        ? change.Keys.Select(key => new ConfigChange(change.Subject, key.Key, key.From, key.To)).Where(ReplacedDisks.IsReplaced)
        : [];

    private static bool Loses(StateChange change) => change.Action == "delete" || change.IsRemoval || Replaced(change).Any() || (change.Call is { } call
        && Asking.IsNeeded(Asking.Find(ProxmoxProduct.VirtualEnvironment, call.Method, call.Template), call.Parameters, call.Path));
}
