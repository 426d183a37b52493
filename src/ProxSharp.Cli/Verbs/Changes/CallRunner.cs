using System.Globalization;
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
    private static readonly ResultShape s_task = new() { LeadingFields = ["vmid", "upid", "exitstatus"], WholeField = "upid", NameField = "upid" };

    /// <summary>The number of the guest that the call makes, for the result; null for none.</summary>
    public string? Made { get; init; }

    /// <summary>Does it.</summary>
    /// <param name="call">The call.</param>
    /// <param name="action">What it does, for the question: <c>delete storage nfs</c>.</param>
    /// <param name="answer">What has to be typed if a person is asked about it.</param>
    /// <param name="cancellationToken">Stops the waiting; the task goes on.</param>
    public async Task<int> RunAsync(PlannedCall call, string action, string answer, CancellationToken cancellationToken)
    {
        ChangeRules.CheckContext(run.Context);
        ServerSession session = await run.SessionAsync(cancellationToken).ConfigureAwait(false);
        await session.CheckAsync(call.Method, call.Path, call.Parameters, cancellationToken).ConfigureAwait(false);
        if (run.IsDryRun)
        {
            return await DryRun.ShowAsync(run, schema, [call], cancellationToken).ConfigureAwait(false);
        }

        // What has to be planned is not asked about: the plan is what a person looks at.
        session.CheckGuard(call.Method, call.Path, call.Parameters);
        OperationEntry operation = Asking.Find(schema.Product, endpoint.Method, endpoint.Path);
        if (Asking.IsNeeded(operation, call.Parameters))
        {
            string effect = Asking.Effect(schema.Product, operation, call.Parameters);
            await ChangeRules.ConfirmAsync(run, action, answer, effect, cancellationToken).ConfigureAwait(false);
        }

        ApiResponse<JsonElement> response = await VerbErrors.ExplainedAsync(run, schema, endpoint, call.Path, call.Upload is { } upload
            ? session.UploadAsync(call.Path, upload, call.Parameters, null, run.Command.ProgressTerminal, cancellationToken)
            : session.CallAsync(call.Method, call.Path, call.Parameters, null, cancellationToken)).ConfigureAwait(false);
        if (TaskWaiter.UpidIn(response.Data) is { } upid)
        {
            return await WaitAsync(session, upid, cancellationToken).ConfigureAwait(false);
        }

        if (response.Data.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            run.Note("Done.");
            if (run.Command.IsMachineOutput)
            {
                run.Write(response.Data);
            }
        }
        else
        {
            run.Write(response.Data, ResultShapes.Of(endpoint));
        }

        return ExitCodes.Success;
    }

    private async Task<int> WaitAsync(ServerSession session, string upid, CancellationToken cancellationToken)
    {
        if (!run.Waits)
        {
            Write(upid, null);
            return ExitCodes.Success;
        }

        void Show(string line) => run.Note(run.Command.ErrorAnsi.Dim(TextCells.Visible(line)));
        TaskWaiter waiter = new(session, run.Command.Services.Time, Show) { Timeout = run.WaitTimeout, Outage = TaskAdvice.Outage(run.Command) };
        try
        {
            string end = await waiter.WaitAsync(upid, cancellationToken).ConfigureAwait(false);
            Write(upid, end);
            bool hasWarnings = end != "OK";
            if (hasWarnings)
            {
                run.Note($"{run.Command.ErrorAnsi.Yellow("warning:")} the task ended with {TextCells.Visible(end)}");
            }

            return hasWarnings && run.FailsOnWarnings ? ExitCodes.TaskWarnings : ExitCodes.Success;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            TaskAdvice.Detached(run, [upid]);
            throw;
        }
    }

    private void Write(string upid, string? end)
    {
        if (run.Command.Output.Format is OutputFormat.Table or OutputFormat.Name
            && run.Command.Output.Fields is null
            && (Made is null || run.Command.Output.Format == OutputFormat.Name))
        {
            run.Command.Services.Console.Out.WriteLine(upid);
            return;
        }

        run.Write(JsonText.Build(json =>
        {
            json.WriteStartObject();
            if (Made is not null)
            {
                json.WriteNumber("vmid", long.Parse(Made, CultureInfo.InvariantCulture));
            }

            json.WriteString("upid", upid);
            if (end is not null)
            {
                json.WriteString("exitstatus", end);
            }

            json.WriteEndObject();
        }), s_task);
    }
}
