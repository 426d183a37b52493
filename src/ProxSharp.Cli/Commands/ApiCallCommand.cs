using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Schema;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Changes;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Commands;

/// <summary>What <c>prox api get</c>, <c>create</c>, <c>set</c> and <c>delete</c> share: one call to the server.</summary>
internal abstract class ApiCallCommand : ProxCommand
{
    private const int LongestTimeout = 7 * 24 * 3600;

    private readonly ApiMethod _method;
    private readonly ConnectionOptions _connection;
    private readonly Argument<string> _path = new("path") { Description = "The path, for example /nodes/pve1/qemu/100/config; a part may be percent-encoded" };
    private readonly Argument<string[]> _parameters = new("parameter")
    {
        Description =
            "key=value; a repeated key is a list; key=@file takes a file's content without its last line break, key=@- standard input, key=@@text a text "
            + "that starts with @",
        HelpName = "key=value",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string> _data = new("--data")
    {
        Description = "Parameters as a JSON object; @file or - reads it from a file or standard input",
        HelpName = "json",
    };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Check the call and show it; send nothing" };
    private readonly Option<bool> _failOnWarnings = new("--fail-on-warnings")
    {
        Description = "With --wait: end with exit code 10 if the task ended with warnings",
    };
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask before data are lost; needed where nobody can be asked" };
    private readonly Option<bool> _noValidate = new("--no-validate") { Description = "Send it without checking path and parameters against the schema" };
    private readonly Option<int> _timeout = new("--timeout") { Description = "How long to wait for the answer [default: 60]", HelpName = "seconds" };

    /// <summary>What it may do at worst: which call it makes is typed.</summary>
    public override VerbClass? Class => _method == ApiMethod.Get ? VerbClass.Read : VerbClass.Destructive;

    protected ApiCallCommand(CommandServices services, GlobalOptions globals, ConnectionOptions connection, ApiMethod method, string description)
        : base(ApiVerbs.Word(method), description)
    {
        (_method, _connection) = (method, connection);

        // Who reads the documentation of the API knows the verbs of HTTP.
        string verb = method.ToVerb();
        foreach (string alias in new[] { verb, verb.ToLowerInvariant() }.Where(alias => alias != Name))
        {
            Aliases.Add(alias);
        }

        Add(_path);
        Add(_parameters);
        Add(_data);
        if (Wait is not null)
        {
            Add(Wait);
            Add(_failOnWarnings);
        }

        Add(_dryRun);
        Add(_yes);

        if (File is not null)
        {
            Add(File);
        }

        if (OutputFile is not null)
        {
            Add(OutputFile);
        }

        Add(_noValidate);
        Add(_timeout);
        Runs(services, globals, RunAsync);
    }

    /// <summary>Waits for a task that the call starts; null for verbs that start none.</summary>
    protected abstract Option<bool>? Wait { get; }

    /// <summary>A file to send; null for verbs that send none.</summary>
    protected virtual Option<string>? File => null;

    /// <summary>Where a file that is received goes; null for verbs that receive none.</summary>
    protected virtual Option<string>? OutputFile => null;

    private async Task<int> RunAsync(CommandRun run, CancellationToken cancellationToken)
    {
        string path = ApiPath.Normalize(run.Value(_path)!);
        bool validate = !run.Value(_noValidate);
        ApiCallOptions options = new() { ValidateParameters = validate, Timeout = run.IsGiven(_timeout) ? Timeout(run.Value(_timeout)) : null };
        ServerSession session = await ServerSession.OpenAsync(run, _connection.Resolve(run), cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            ApiSchema schema = run.Value(_connection.FromServer)
                ? await session.LoadSchemaAsync(cancellationToken).ConfigureAwait(false)
                : SchemaSource.Embedded(session.Context.Product);
            CallTarget target = new(path, schema, Find(schema, path, validate));
            CallParameters call = await new ParameterReader(run.Services.Environment, run.Services.Console, target.Endpoint)
                .ReadAsync(run.Value(_parameters) ?? [], run.Value(_data), File is null ? null : run.Value(File), cancellationToken)
                .ConfigureAwait(false);
            bool isDownload = target.Endpoint?.Transport == ApiTransportKind.Download;
            bool isPlanned = run.Value(_dryRun) || (CallClass.Changes(_method, path) && run.Services.Planning is not null);
            if (!isDownload && !isPlanned)
            {
                session.CheckGuard(_method, path, call.Parameters);
            }

            WarnOfSecrets(run, path);
            WarnOfSecretData(run, path, call.Parameters);
            if (isDownload || isPlanned)
            {
                return await (isDownload
                    ? DownloadAsync(run, session, target, call.Parameters, options, cancellationToken)
                    : PlanAsync(run, session, target, call, validate, cancellationToken)).ConfigureAwait(false);
            }

            if (CallClass.Changes(_method, path) && !run.Value(_yes))
            {
                await ApiQuestion.AskAsync(run, session, _method, target, call.Parameters, cancellationToken).ConfigureAwait(false);
            }

            ApiResponse<JsonElement> response = await ExplainedAsync(target, call.Upload is { } upload
                ? session.UploadAsync(path, upload, call.Parameters, options, run.ProgressTerminal, cancellationToken)
                : session.CallAsync(_method, path, call.Parameters, options, cancellationToken)).ConfigureAwait(false);
            return await ReportAsync(run, session, target.Endpoint, call.Parameters, response, cancellationToken).ConfigureAwait(false);
        }
    }

    // Verbs take secrets by reference alone. A call is written as the API has it, so it is only said.
    private void WarnOfSecrets(CommandRun run, string path)
    {
        foreach (string[] word in (run.Value(_parameters) ?? []).Select(static word => word.Split('=', 2)))
        {
            if (word is [{ } name, { Length: > 0 } value] && EndpointParameter.IsSecretOf(path, name) && !value.StartsWith('@')
                && !SecretValues.IsPlain(name, value))
            {
                run.Warn($"{name} stands in the command line, where others on this machine and the history of the shell see it; write {name}=@FILE or {name}=@-");
            }
        }
    }

    // What is read from a file or from standard input nobody else sees.
    private void WarnOfSecretData(CommandRun run, string path, ApiParameters parameters)
    {
        if (run.Value(_data) is not { } data || data.StartsWith('@') || data == "-")
        {
            return;
        }

        foreach (ApiParameter parameter in parameters.Where(parameter => EndpointParameter.IsSecretOf(path, parameter.Name)
            && !SecretValues.IsPlain(parameter.Name, parameter.Text) && data.Contains($"\"{parameter.Name}\"", StringComparison.Ordinal)))
        {
            run.Warn($"{parameter.Name} stands in the command line, where others on this machine and the history of the shell see it; write --data @FILE or --data -");
        }
    }

    private async Task<int> PlanAsync(
        CommandRun run, ServerSession session, CallTarget target, CallParameters call, bool validate, CancellationToken cancellationToken)
    {
        await session.CheckAsync(run.Services.Planning is null, _method, target.Path, call.Parameters, cancellationToken).ConfigureAwait(false);
        PlannedCall planned = new(_method, target.Path, call.Parameters) { Template = target.Endpoint?.Path ?? target.Path, Upload = call.Upload };
        if (validate)
        {
            CallCheck.Check(target.Schema, [planned]);
        }

        return await DryRun.ShowAsync(run, session, target.Schema, [planned], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Awaits a call; its errors are explained with what the schema knows.</summary>
    private static async Task<T> ExplainedAsync<T>(CallTarget target, Task<T> call)
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (ProxmoxValidationException invalid) when (target.Endpoint is not null)
        {
            throw new CliException(ParameterAdvice.Explain(invalid, target.Endpoint, target.Path), invalid);
        }
        catch (ProxmoxNotFoundException missing) when (target.Endpoint is not null)
        {
            throw new CliException(NotFoundAdvice.Explain(missing, target.Schema, target.Endpoint, target.Path), missing);
        }
    }

    private ApiEndpoint? Find(ApiSchema schema, string path, bool validate)
    {
        if (!validate)
        {
            return schema.TryMatch(_method, path, out ApiMatch? match) ? match.Endpoint : null;
        }

        if (path.Contains('{', StringComparison.Ordinal))
        {
            throw CliException.Usage($"The path {path} holds a placeholder", "Put the name or number of the object in its place");
        }

        // Proxmox: VE answers the root with an index that its schema does not declare.
        if (path == "/" && _method == ApiMethod.Get)
        {
            return schema.Find(_method, path);
        }

        IReadOnlyList<ApiEndpoint> endpoints = new SchemaPaths(schema).EndpointsOf(path);
        return endpoints.FirstOrDefault(endpoint => endpoint.Method == _method)
            ?? throw CliException.Usage(
                $"{path} has no {ApiVerbs.Word(_method)}",
                $"It has: {string.Join(", ", endpoints.Select(static endpoint => ApiVerbs.Word(endpoint.Method)))}; see: {PrintedCommands.Of("api", "describe", path)}");
    }

    private static TimeSpan Timeout(int seconds) => seconds is > 0 and <= LongestTimeout
        ? TimeSpan.FromSeconds(seconds)
        : throw CliException.Usage(
            $"--timeout {seconds.ToString(CultureInfo.InvariantCulture)} is no time to wait",
            string.Create(CultureInfo.InvariantCulture, $"Give a number of seconds from 1 to {LongestTimeout} (a week)"));

    private async Task<int> ReportAsync(
        CommandRun run,
        ServerSession session,
        ApiEndpoint? endpoint,
        ApiParameters asked,
        ApiResponse<JsonElement> response,
        CancellationToken cancellationToken)
    {
        bool wait = Wait is not null && run.Value(Wait);
        string? upid = TaskWaiter.UpidIn(response.Data);
        if (wait && upid is not null)
        {
            // The identifier first: whoever interrupts the waiting can still find the task.
            Write(run, endpoint, response.Data);
            await run.Services.Console.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
            return await WaitAsync(run, session, upid, cancellationToken).ConfigureAwait(false);
        }

        if (OutputFile is not null && run.Value(OutputFile) is { } file)
        {
            string text = run.Format(response.Data, ResultShapes.Of(endpoint));
            await System.IO.File.WriteAllTextAsync(run.Services.Environment.AbsolutePath(file), text, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            Write(run, endpoint, response.Data);
        }

        run.TellPart(response, asked, "start= and limit=");
        if (_method != ApiMethod.Get && response.Data.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
        {
            run.Note(wait && endpoint?.Task is ApiTaskKind.Hidden ? "Done; the task that goes on is not named by the server." : "Done.");
        }

        foreach (string started in wait ? NodeBatch.Tasks(endpoint?.Path, response.Data) : [])
        {
            await WaitAsync(run, session, started, cancellationToken).ConfigureAwait(false);
        }

        NodeBatch.Check(endpoint?.Path, response.Data);
        return ExitCodes.Success;
    }

    // What came of a change is written in any case.
    private void Write(CommandRun run, ApiEndpoint? endpoint, JsonElement data)
    {
        if (_method == ApiMethod.Get)
        {
            run.Write(data, ResultShapes.Of(endpoint) with { Subject = ResultNames.SubjectOf(endpoint, ApiPath.Normalize(run.Value(_path)!)) });
        }
        else
        {
            run.WriteOutcome(data, ResultShapes.Of(endpoint), isVersioned: false);
        }
    }

    private async Task<int> WaitAsync(CommandRun run, ServerSession session, string upid, CancellationToken cancellationToken)
    {
        try
        {
            string end = await TaskAdvice.WaitAsync(run, session, upid, null, cancellationToken).ConfigureAwait(false);
            if (end != "OK")
            {
                run.Note($"{run.ErrorAnsi.Yellow("warning:")} the task ended with {Terminal.TextCells.Visible(end)}");
            }

            return WarningEnds.Settle(run.Value(_failOnWarnings), end == "OK" ? [] : [upid]);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            run.TellInterrupted(TaskAdvice.Left([upid]));
            throw;
        }
    }

    private async Task<int> DownloadAsync(
        CommandRun run, ServerSession session, CallTarget target, ApiParameters parameters, ApiCallOptions options, CancellationToken cancellationToken)
    {
        ReceivedFile received = new(run, OutputFile is null ? null : run.Value(OutputFile));
        received.CheckTarget();
        ApiDownload download = await ExplainedAsync(target, session.DownloadAsync(target.Path, parameters, options, cancellationToken)).ConfigureAwait(false);
        await using (download.ConfigureAwait(false))
        {
            await received.ReceiveAsync(download, cancellationToken).ConfigureAwait(false);
        }

        return ExitCodes.Success;
    }
}
