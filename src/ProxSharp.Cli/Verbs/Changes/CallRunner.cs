using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Cli.Terminal;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Operations;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Changes;

/// <summary>Makes a change with one call that is about no guest: checks, shows or asks first, then does it and waits for its task.</summary>
internal sealed class CallRunner(VerbRun run, ApiSchema schema, ApiEndpoint endpoint)
{
    private static readonly ResultShape s_task = new() { LeadingFields = ["upid", "exitstatus"], WholeField = "upid", NameField = "upid" };

    /// <summary>What is known about the result of a call that makes a guest.</summary>
    public static readonly ResultShape Making = s_task with { LeadingFields = ["vmid", "name", "node", "upid", "exitstatus"], NameField = "vmid" };

    /// <summary>The guest that the call makes, for the result; null for none.</summary>
    public MadeGuest? Made { get; init; }

    /// <summary>What is told when nothing hinders the call any more, before it goes out; null for nothing.</summary>
    public string? Opening { get; init; }

    /// <summary>What is told when the server has taken the call, before its task is waited for; null for nothing.</summary>
    public string? Begun { get; init; }

    /// <summary>Does it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="action">What it does, for the question: <c>delete storage nfs</c>.</param>
    /// <param name="answer">What has to be typed if a person is asked about it.</param>
    /// <param name="cancellationToken">Stops the waiting; the task goes on.</param>
    public async Task<int> RunAsync(PlannedCall call, string action, string answer, CancellationToken cancellationToken)
    {
        ChangeRules.CheckContext(run, run.Context);
        if (endpoint.Task is ApiTaskKind.Returns or ApiTaskKind.Undeclared)
        {
            run.CheckFields(Made is null ? s_task : Making);
        }

        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        await session.CheckAsync(run.IsShown, call.Method, call.Path, call.Parameters, cancellationToken).ConfigureAwait(false);
        await UsedVolume.CheckAsync(run, call, cancellationToken).ConfigureAwait(false);
        await CheckUserAsync(session, call, cancellationToken).ConfigureAwait(false);
        if (CallNotes.Of(call) is { } note)
        {
            run.Note(note);
        }

        if (run.IsDryRun)
        {
            return await DryRun.ShowAsync(run, schema, [call], cancellationToken).ConfigureAwait(false);
        }

        // What has to be planned is not asked about: the plan is what a person looks at.
        session.CheckGuard(call.Method, call.Path, call.Parameters);
        OperationEntry operation = Asking.Find(schema.Product, endpoint.Method, endpoint.Path);
        string? batch = NodeBatch.Effect(schema, call);
        if (batch is not null || Asking.IsNeeded(operation, call.Parameters, call.Path))
        {
            VerbErrors.Check(run, schema, endpoint, [call]);
            string effect = batch ?? await PurgedRules.EffectAsync(session, call, cancellationToken).ConfigureAwait(false)
                ?? Asking.Effect(schema.Product, operation, call.Parameters);
            await ChangeRules.ConfirmAsync(run, action, answer, effect, cancellationToken).ConfigureAwait(false);
        }

        if (Opening is { } opening)
        {
            VerbErrors.Check(run, schema, endpoint, [call]);
            run.Note(opening);
        }

        JsonElement data = await SendAsync(session, call, cancellationToken).ConfigureAwait(false);
        if (Begun is { } begun)
        {
            run.Note(begun);
        }

        return await ReportAsync(session, data, cancellationToken).ConfigureAwait(false);
    }

    // Proxmox: a user who is not there is deleted without a word.
    private async Task CheckUserAsync(ServerSession session, PlannedCall call, CancellationToken cancellationToken)
    {
        if (schema.Product != ProxmoxProduct.VirtualEnvironment || call is not { Method: ApiMethod.Delete, Template: "/access/users/{userid}" })
        {
            return;
        }

        try
        {
            await VerbErrors.ExplainedAsync(run, schema, endpoint, call.Path, session.GetAsync(call.Path, null, cancellationToken)).ConfigureAwait(false);
        }
        catch (CliException missing) when (missing.Error.ExitCode == ExitCodes.NotFound)
        {
            string user = TextCells.Visible(Uri.UnescapeDataString(call.Path[(call.Path.LastIndexOf('/') + 1)..]));
            throw new CliException(missing.Error with { Message = $"There is no user '{user}'" }, missing);
        }
        catch (CliException unsent) when (unsent.InnerException is ProxmoxValidationException)
        {
            // A name that no call can hold is told with the call that was asked for.
        }
        catch (ProxmoxPermissionException)
        {
            // Who may not look hears of what is missing from the call itself.
        }
    }

    private async Task<JsonElement> SendAsync(ServerSession session, PlannedCall call, CancellationToken cancellationToken)
    {
        try
        {
            ApiResponse<JsonElement> response = await VerbErrors.ExplainedAsync(run, schema, endpoint, call.Path, call.Upload is { } upload
                ? session.UploadAsync(call.Path, upload, call.Parameters, null, run.Command.ProgressTerminal, cancellationToken)
                : session.CallAsync(call.Method, call.Path, call.Parameters, null, cancellationToken)).ConfigureAwait(false);
            return response.Data;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested && call.Upload is null)
        {
            TaskAdvice.Unanswered(run, $"to {call.Method.ToVerb()} {call.Path}");
            throw;
        }
    }

    private async Task<int> ReportAsync(ServerSession session, JsonElement data, CancellationToken cancellationToken)
    {
        // Proxmox: a task beside other members goes on until somebody has used what it opened, such as a port and its ticket.
        bool isOpened = endpoint.Task == ApiTaskKind.Property;
        if (!isOpened && TaskWaiter.UpidIn(data) is { } upid)
        {
            return await WaitAsync(session, upid, cancellationToken).ConfigureAwait(false);
        }

        if (endpoint.Task == ApiTaskKind.Returns && schema.Product == ProxmoxProduct.BackupServer)
        {
            // Whatever else it says: nothing can be waited for, and it is unknown whether anything was done.
            throw new ProxmoxProtocolException($"{endpoint.Method.ToVerb()} {endpoint.Path} starts a task, and the server answered without its id: {JsonText.Compact(data)}");
        }

        if (data.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            run.Note("Done.");
            if (run.Command.IsMachineOutput)
            {
                run.Write(data);
            }
        }
        else
        {
            run.Write(data, ResultShapes.Of(endpoint) with { WholeField = isOpened ? "ticket" : null });
        }

        return await SettleBatchAsync(session, data, cancellationToken).ConfigureAwait(false);
    }

    // Each has its row already.
    private async Task<int> SettleBatchAsync(ServerSession session, JsonElement data, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> upids = run.Waits ? NodeBatch.Tasks(endpoint.Path, data) : [];
        List<string> warned = [];
        for (int i = 0; i < upids.Count; i++)
        {
            try
            {
                if (await TaskAdvice.WaitAsync(run.Command, session, upids[i], run.WaitTimeout, cancellationToken).ConfigureAwait(false) != "OK")
                {
                    warned.Add(upids[i]);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                TaskAdvice.Detached(run, [.. upids.Skip(i)]);
                throw;
            }
        }

        NodeBatch.Check(endpoint.Path, data);
        return WarningEnds.Settle(run.FailsOnWarnings, warned);
    }

    private async Task<int> WaitAsync(ServerSession session, string upid, CancellationToken cancellationToken)
    {
        if (!run.Waits)
        {
            Write(upid, null);
            return ExitCodes.Success;
        }

        try
        {
            string end = await TaskAdvice.WaitAsync(run.Command, session, upid, run.WaitTimeout, cancellationToken).ConfigureAwait(false);
            Write(upid, end);
            bool hasWarnings = end != "OK";
            if (hasWarnings)
            {
                run.Note($"{run.Command.ErrorAnsi.Yellow("warning:")} the task ended with {TextCells.Visible(end)}");
            }

            return WarningEnds.Settle(run.FailsOnWarnings, hasWarnings ? [upid] : []);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            TaskAdvice.Detached(run, [upid]);
            throw;
        }
    }

    private void Write(string upid, string? end)
    {
        // Programs that go on with a guest want its number; those that did not wait want the task.
        bool isBare = Made is null
            ? run.Command.Output.Format is OutputFormat.Table or OutputFormat.Name
            : run.Command.Output.Format == OutputFormat.Name && end is null;
        if (isBare && run.Command.Output.Fields is null)
        {
            run.Command.Services.Console.Out.WriteLine(upid);
            return;
        }

        run.Write(JsonText.Build(json =>
        {
            json.WriteStartObject();
            Made?.Write(json);
            json.WriteString("upid", upid);
            if (end is not null)
            {
                json.WriteString("exitstatus", end);
            }

            json.WriteEndObject();
        }), Made is null ? s_task : Making);
    }
}
