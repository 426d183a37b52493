using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ProxSharp.Cli.Calls;
using ProxSharp.Cli.Contexts;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Guarding;
using ProxSharp.Cli.Verbs;
using ProxSharp.Cli.Verbs.Endpoints;
using ProxSharp.Mcp.Policies;

namespace ProxSharp.Cli.Doctor;

/// <summary>The checks, one after the other; what a later one needs and an earlier one found missing is not checked.</summary>
internal static class Checks
{
    private const double ClockWarning = 30;
    private const double ClockFailure = 300;

    /// <summary>Makes the checks.</summary>
    public static async IAsyncEnumerable<Finding> RunAsync(VerbRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        run.Command.AsksOtherServers = true;
        yield return OfContext(run.Context);
        List<ProxmoxEndpoint> reachable = [];
        foreach (ProxmoxEndpoint endpoint in run.Context.Endpoints)
        {
            Finding server = await ServerAsync(run, endpoint, cancellationToken).ConfigureAwait(false);
            yield return server;
            if (server.State != FindingState.Ok)
            {
                continue;
            }

            reachable.Add(endpoint);
            if (run.Context.Product == ProxmoxProduct.VirtualEnvironment && endpoint.Scheme == Uri.UriSchemeHttps)
            {
                yield return await CertificateChecks.OfNodeAsync(run, endpoint, cancellationToken).ConfigureAwait(false);
            }
        }

        if (reachable.Count == 0)
        {
            yield break;
        }

        // Behind a certificate that is not trusted no other server is tried, so what comes now leaves out the servers that failed.
        ServerSession session = reachable.Count == run.Context.Endpoints.Count
            ? await run.SessionAsync(cancellationToken).ConfigureAwait(false)
            : run.Use(await ServerSession.OpenAsync(run.Command, run.Context with { Endpoints = reachable }, cancellationToken).ConfigureAwait(false));
        yield return await ClockAsync(run, session, cancellationToken).ConfigureAwait(false);
        await foreach (Finding finding in OfProduct(run, session, cancellationToken).ConfigureAwait(false))
        {
            yield return finding;
        }

        if (session.Guard is { } guard && GuardPlaces.Find(run.Command.Services, run.Context) is { HasPolicy: true } place)
        {
            yield return await PolicyChecks.RunAsync(guard, place, cancellationToken).ConfigureAwait(false);
        }
    }

    private static IAsyncEnumerable<Finding> OfProduct(VerbRun run, ServerSession session, CancellationToken cancellationToken) =>
        session.Pve is not null
            ? Concat(
                PrivilegeChecks.RunAsync(session, run.Context, cancellationToken),
                ClusterChecks.RunAsync(session, cancellationToken),
                CertificateChecks.OfStoragesAsync(session, cancellationToken))
            : Concat(
                BackupPrivilegeChecks.RunAsync(session, run.Context, cancellationToken),
                CertificateChecks.OfBackupServerAsync(run, session, cancellationToken),
                BackupServerChecks.RunAsync(session, cancellationToken));

    /// <summary>Reads an object for a check; what goes wrong becomes a finding.</summary>
    public static Task<(JsonElement Data, Finding? Trouble)> ReadAsync(
        ServerSession session, string area, string path, CancellationToken cancellationToken) =>
        ReadAsync(area, path, () => session.ObjectAsync(path, cancellationToken));

    /// <summary>Reads a list of objects for a check; what goes wrong becomes a finding.</summary>
    public static Task<(JsonElement Data, Finding? Trouble)> ReadListAsync(
        ServerSession session, string area, string path, CancellationToken cancellationToken) =>
        ReadAsync(area, path, () => session.ListAsync(path, null, cancellationToken));

    private static async Task<(JsonElement Data, Finding? Trouble)> ReadAsync(string area, string path, Func<Task<JsonElement>> read)
    {
        try
        {
            return (await read().ConfigureAwait(false), null);
        }
        catch (ProxmoxPermissionException missing)
        {
            return (
                default,
                new Finding(area, FindingState.Info, $"not checked: {missing.Privilege ?? "a privilege"} on {missing.PrivilegePath ?? path} is missing"));
        }
        catch (Exception failure) when (failure is ProxmoxException or ProxmoxValidationException)
        {
            CliError error = ErrorMapper.Map(failure);
            return (default, new Finding(area, FindingState.Warning, error.Message, error.Hint ?? ""));
        }
    }

    private static Finding OfContext(ServerContext context)
    {
        string who = context.TokenId is { } token ? $"API token {token}" : $"user {context.User}";
        string name = context.Name is { } known ? $"'{known}'" : "from the command line";
        return context.Trust.IsInsecure
            ? new Finding(
                "context",
                FindingState.Warning,
                $"{name}, {who}: the certificate is not checked, so anybody on the way can read the secret",
                "prox context add NAME URL ... --fingerprint SHA256 --replace")
            : new Finding("context", FindingState.Ok, $"{name}, {who}{(context.IsReadOnly ? ", read-only" : "")}");
    }

    private static async Task<Finding> ServerAsync(VerbRun run, ProxmoxEndpoint endpoint, CancellationToken cancellationToken)
    {
        long start = run.Command.Services.Time.GetTimestamp();
        try
        {
            ServerSession session = await ServerSession.OpenAsync(
                run.Command, run.Context with { Endpoints = [endpoint] }, cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                JsonElement version = await session.ObjectAsync("/version", cancellationToken).ConfigureAwait(false);
                double milliseconds = run.Command.Services.Time.GetElapsedTime(start).TotalMilliseconds;
                string text = version.TryGetProperty("version", out JsonElement number) ? number.ToString() : "?";
                return new Finding(
                    "server",
                    FindingState.Ok,
                    string.Create(CultureInfo.InvariantCulture, $"{endpoint.Authority} answers after {milliseconds:0} ms, version {text}"));
            }
        }
        catch (Exception e) when (e is ProxmoxException or CliException)
        {
            CliError error = CertificateAdvice.Map(run.Context, e);
            return new Finding("server", FindingState.Failure, $"{endpoint.Authority}: {error.Message}", error.Hint ?? "") { ExitCode = error.ExitCode };
        }
    }

    private static async Task<Finding> ClockAsync(VerbRun run, ServerSession session, CancellationToken cancellationToken)
    {
        string node = await NodeFinder.OnlineAsync(run, cancellationToken).ConfigureAwait(false);
        (JsonElement time, Finding? trouble) = await ReadAsync(
            session, "clock", $"/nodes/{Uri.EscapeDataString(node)}/time", cancellationToken).ConfigureAwait(false);
        if (trouble is not null || !time.TryGetProperty("time", out JsonElement seconds))
        {
            return trouble ?? new Finding("clock", FindingState.Info, "the server does not tell its time");
        }

        double off = (DateTimeOffset.FromUnixTimeSeconds((long)seconds.GetDouble()) - run.Command.Services.Time.GetUtcNow()).TotalSeconds;
        string text = string.Create(
            CultureInfo.InvariantCulture, $"the clock of {node} is {Math.Abs(off):0} s {(off < 0 ? "behind" : "ahead of")} the one here");
        return Math.Abs(off) switch
        {
            < ClockWarning => new Finding("clock", FindingState.Ok, text),
            < ClockFailure => new Finding("clock", FindingState.Warning, text, "Check chrony on both sides: chronyc tracking"),
            _ => new Finding(
                "clock", FindingState.Failure, text, "Tickets and one-time passwords fail with such a difference. On the server: chronyc makestep"),
        };
    }

    private static async IAsyncEnumerable<Finding> Concat(params IReadOnlyList<IAsyncEnumerable<Finding>> parts)
    {
        foreach (IAsyncEnumerable<Finding> part in parts)
        {
            await foreach (Finding finding in part.ConfigureAwait(false))
            {
                yield return finding;
            }
        }
    }
}
