using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ProxSharp.Api;
using ProxSharp.Cli.Commands;
using ProxSharp.Cli.Guarding;
using ProxSharp.Operations;

namespace ProxSharp.Cli.Errors;

/// <summary>Turns exceptions into errors with an exit code and a next step.</summary>
internal static class ErrorMapper
{
    private const string Slow = "Check that nothing on the way holds it up. If the server is only slow: prox api waits longer with --timeout.";

    private const string LookFirst = "The server may have carried it out: look before you repeat it.";

    /// <summary>Maps an exception; one that nobody foresaw becomes the code <c>internal</c>.</summary>
    public static CliError Map(Exception exception) => exception switch
    {
        CliException cli => cli.Error,
        ProxmoxValidationException invalid => Invalid(invalid),

        // A path and the parameters of a raw call that name one thing differently.
        ArgumentException { ParamName: "parameter" } twice => CliError.Usage(twice.Message.Split(" (Parameter")[0].TrimEnd('.'), "Write it once, in the path"),
        ProxmoxOutcomeUnknownException { InnerException: { } failure } => Map(failure),
        ProxmoxConnectionException { IsCertificateProblem: true } certificate => Certificate(certificate),
        ProxmoxConnectionException connection => Connection(connection),
        ProxmoxApiException api => FromServer(api),
        ProxmoxProtocolException protocol => new CliError
        {
            Code = "protocol",
            ExitCode = ExitCodes.Error,
            Message = protocol.Message,
            Hint = $"{(protocol.OutcomeUnknown ? $"{LookFirst} " : "")}Check that the URL is that of a Proxmox API and not of a proxy or another service.",
            OutcomeUnknown = protocol.OutcomeUnknown,
        },
        ProxmoxTaskWaitException wait => Waiting(wait),
        ProxmoxTaskFailedException failed => TaskFailed(failed),
        GuardRefusedException refusal => Guarding.GuardErrors.Map(refusal),
        _ when BackupErrors.TryMap(exception) is { } backup => backup,
        ProxmoxException other => new CliError { Code = "error", ExitCode = ExitCodes.Error, Message = other.Message, IsRetryable = other.IsTransient },
        IOException or UnauthorizedAccessException => FileErrors.Map(exception),
        JsonException json => new CliError { Code = "json", ExitCode = ExitCodes.Error, Message = $"The input is no valid JSON: {json.Message}" },
        _ => new CliError
        {
            Code = "internal",
            ExitCode = ExitCodes.Error,
            Message = $"Unexpected {exception.GetType().Name}: {exception.Message}",
            Hint = "Run it again with --debug and report what it prints.",
        },
    };

    private static CliError Invalid(ProxmoxValidationException invalid) => new()
    {
        Code = "invalid_parameters",
        ExitCode = ExitCodes.Usage,
        Message = invalid.ParameterErrors.Count > 0
            ? $"{invalid.Method.ToVerb()} {invalid.Path} was not sent: {Join(invalid.ParameterErrors)}"
            : invalid.Message,
        Hint = invalid.Alternative ?? DescribeHint(invalid.Path),
        ParameterErrors = invalid.ParameterErrors,
    };

    private static CliError TaskFailed(ProxmoxTaskFailedException failed) => TaskEnds.Settle(new CliError
    {
        Code = "task_failed",
        ExitCode = ExitCodes.TaskFailed,
        Message = $"The task {failed.Upid.Type}{(failed.Upid.Id.Length > 0 ? $" of {failed.Upid.Id}" : "")} on {failed.Upid.Node} failed: {failed.ExitStatus}",
        Hint = KnownRefusals.OfTask(failed.Upid.ToString(), failed.ExitStatus, failed.LogTail) ?? $"Its whole log: {PrintedCommands.Of("task", "log", failed.Upid.ToString())}",
        Upid = failed.Upid.ToString(),
        Node = failed.Upid.Node,
        LogTail = failed.LogTail,
    }, failed.Upid.ToString(), failed.ExitStatus);

    // Why the waiting ended decides on the code; the task goes on whatever it was.
    private static CliError Waiting(ProxmoxTaskWaitException wait)
    {
        string upid = wait.Upid.ToString();
        CliError error = wait.InnerException is ProxmoxException cause
            ? Map(cause)
            : new CliError { Code = "task_wait", ExitCode = ExitCodes.Error, Message = wait.Message };
        error = error with { Message = wait.Message, Upid = upid, Node = wait.Upid.Node, IsRetryable = wait.IsTransient };
        return wait.TimedOut
            ? error with
            {
                Code = "still_running",

                // To repeat the command would do it twice: the task is there.
                IsRetryable = false,
                ExitCode = ExitCodes.StillRunning,
                Message = $"The time for waiting is over, and the task {upid} goes on",
                Hint = $"Wait on with: {PrintedCommands.Of("task", "wait", upid)}",
            }
            : wait.InnerException is ProxmoxConnectionException { IsCertificateProblem: false }
            ? error with { Hint = WaitOn(upid) }
            : wait.InnerException is ProxmoxException
            ? error with { Hint = ThenWaitOn(error.Hint, upid) }
            : error with { Hint = $"Look at the task: {PrintedCommands.Of("task", "show", upid)}" };
    }

    /// <summary>Makes the error for a wait during which the server went out of reach for too long; the task may go on.</summary>
    /// <param name="upid">The task.</param>
    /// <param name="outage">The last failure.</param>
    /// <param name="grace">How long the server was waited for.</param>
    public static CliError Lost(string upid, ProxmoxException outage, TimeSpan grace)
    {
        CliError error = Map(outage);
        return error with
        {
            Message = string.Create(
                CultureInfo.InvariantCulture, $"The server could not be asked about the task {upid} for {grace.TotalSeconds:0.#} s: {error.Message}. How it ends is unknown"),
            Hint = WaitOn(upid),
            Upid = upid,
            Node = upid.Split(':')[1],
            IsRetryable = false,
        };
    }

    /// <summary>Makes the error for a wait that a failure ended which does not pass by itself; the task may go on.</summary>
    /// <param name="upid">The task.</param>
    /// <param name="failure">The failure.</param>
    public static CliError Unseen(string upid, ProxmoxException failure)
    {
        CliError error = Map(failure);
        return error with { Hint = ThenWaitOn(error.Hint, upid), Upid = upid, Node = upid.Split(':')[1] };
    }

    // What helps against the failure comes first; after that the task can be looked at again.
    private static string ThenWaitOn(string? advice, string upid)
    {
        string wait = $"wait on with: {PrintedCommands.Of("task", "wait", upid)}";
        return advice is null ? $"W{wait[1..]}" : $"{advice.TrimEnd('.')}. Then {wait}";
    }

    private static string WaitOn(string upid) => $"When the server answers again, wait on with: {PrintedCommands.Of("task", "wait", upid)}";

    private static CliError Certificate(ProxmoxConnectionException certificate)
    {
        // The library goes on with what programmers can do; users of the tool have options instead.
        const string End = " Compare the fingerprint with";
        const string Renewed = " If it was renewed:";
        string message = certificate.Message.Split(End)[0].Split(Renewed)[0];
        return new CliError
        {
            Code = "certificate",
            ExitCode = ExitCodes.Connection,
            Message = message,
            Hint =
                "Compare the fingerprint with the one the server shows (pvenode cert info, proxmox-backup-manager cert info); if it is the same, give it "
                + "with --fingerprint.",
        };
    }

    private static CliError Connection(ProxmoxConnectionException connection)
    {
        ServerAdvice text = ServerAdvice.Of(connection);
        return new CliError
        {
            Code = "connection",
            ExitCode = ExitCodes.Connection,
            Message = text.What,
            Hint = text.Advice switch
            {
                _ when connection.OutcomeUnknown => LookFirst,
                { } advice when advice.StartsWith("Allow it more time", StringComparison.Ordinal) => Slow,
                { } advice => $"{advice}.",
                null => "Check the host name and port, and that the server runs.",
            },
            IsRetryable = connection.IsTransient && !connection.OutcomeUnknown,
            OutcomeUnknown = connection.OutcomeUnknown,
        };
    }

    private static CliError FromServer(ProxmoxApiException api)
    {
        ServerAdvice text = ServerAdvice.Of(api);
        CliError error = new()
        {
            Code = "api_error",
            ExitCode = ExitCodes.Error,
            Message = WithParameters(text.What, api.ParameterErrors),
            Hint = text.Advice,
            IsRetryable = api.IsTransient && !api.OutcomeUnknown,
            OutcomeUnknown = api.OutcomeUnknown,
            Status = (int)api.StatusCode,
            ParameterErrors = api.ParameterErrors,
        };
        return KnownRefusals.Of(api, error) ?? api switch
        {
            ProxmoxAuthenticationException => Authentication(error),
            ProxmoxPermissionException permission => Permission(error, permission),
            ProxmoxNotFoundException => error with
            {
                Code = "not_found",
                ExitCode = ExitCodes.NotFound,
                Hint = NotFoundAdvice.IsTask(api.Path) ? NotFoundAdvice.TaskList
                    : NotFoundAdvice.Namespaces(api) is { } namespaces ? namespaces
                    : ListAbove(api) is { Length: > 0 } list ? $"See what there is: {NotFoundAdvice.Listing(list)}" : error.Hint,
            },
            ProxmoxConflictException => error with
            {
                Code = "conflict",
                ExitCode = ExitCodes.Conflict,
                Hint = error.Hint ?? "Look at the present state, then decide whether to repeat it.",
            },
            { ParameterErrors.Count: > 0 } => Parameters(error, api.Path),
            { OutcomeUnknown: true } => error with { Hint = error.Hint ?? LookFirst },
            _ => error,
        };
    }

    // The list that the missing object would be in: what the server names, else what the path ends with.
    private static string ListAbove(ProxmoxApiException api)
    {
        string[] parts = api.Path.Split('/');
        int at = Array.FindLastIndex(parts, part => part.Length > 0 && api.ServerMessage.Contains($"'{Uri.UnescapeDataString(part)}'", StringComparison.Ordinal));
        return at > 0 ? string.Join('/', parts[..at])
            : SlashedName.Match(api.Path) is { Success: true } above ? above.Groups[1].Value
            : string.Join('/', parts[..^1]);
    }

    // Networks in a set of addresses and volumes have slashes of their own.
    private static Regex SlashedName => field ??= new("^(.*/ipset/[^/]+|.*/content)/", RegexOptions.CultureInvariant);

    private static CliError Authentication(CliError error) => error with
    {
        Code = "authentication",
        ExitCode = ExitCodes.Authentication,
        Hint = error.Hint is { } advice && !advice.StartsWith("Check ", StringComparison.Ordinal)
            ? $"{advice}."
            : "Check the user or token id and its secret (prox context show).",
    };

    private static CliError Parameters(CliError error, string path) => error with
    {
        Code = "invalid_parameters",
        ExitCode = ExitCodes.Usage,
        Hint = DescribeHint(path),
    };

    /// <summary>The next step where a privilege is missing.</summary>
    public static string GiveRole(string privilege, string path) =>
        $"Give the user or token a role with {privilege} on {path}, together with the roles it has there, for an entry replaces what comes from further up; "
        + "a token with privilege separation needs its own entry.";

    private static CliError Permission(CliError error, ProxmoxPermissionException permission)
    {
        error = error with { Code = "permission", ExitCode = ExitCodes.Authentication, Privilege = permission.Privilege, PrivilegePath = permission.PrivilegePath };
        return RootOnly(error, permission) is { } rootOnly ? error with { Need = ["root@pam, logged in with its password"], Hint = rootOnly }
            : permission is { Privilege: { } privilege, PrivilegePath: { } path }
            ? error with { Need = [$"{privilege} on {path}"], Hint = GiveRole(privilege, path) }
            : permission.ServerMessage.Contains("need proper ticket", StringComparison.Ordinal) ? error with { Need = ["a login with user name and password"] }
            : error with { Hint = error.Hint ?? "Ask an administrator for the missing privilege; a token with privilege separation needs its own entries." };
    }

    // Proxmox: some calls and options are for root@pam with its password; no role and no token gives them.
    private static string? RootOnly(CliError error, ProxmoxPermissionException permission)
    {
        const string Only = "Only root@pam may, logged in with its password: no role allows it, and no token.";
        return error.ParameterErrors.Any(static bad => bad.Value.Contains("Only root may", StringComparison.OrdinalIgnoreCase))
                ? $"{Only} Leave it out, or do it on the node."
            : permission.ServerMessage.Contains("user != root@pam", StringComparison.Ordinal)
                || error.Hint?.Contains("no API token can make it", StringComparison.Ordinal) == true ? Only
            : null;
    }

    // Proxmox: the reason of a refusal may stand here alone, whatever its status is.
    private static string WithParameters(string message, IReadOnlyDictionary<string, string> errors) =>
        errors.All(bad => message.Contains(bad.Value.Trim().TrimEnd('.'), StringComparison.Ordinal)
            && message.Contains(bad.Key, StringComparison.Ordinal))
            ? message
            : $"{message.TrimEnd('.', ' ')}: {Join(errors)}";

    private static string Join(IReadOnlyDictionary<string, string> errors) =>
        string.Join("; ", errors.Select(static error => $"{error.Key}: {error.Value.ReplaceLineEndings(" ").Trim().TrimEnd('.')}"));

    private static string DescribeHint(string path) => $"See what it takes: {PrintedCommands.Of("api", "describe", path)}";
}
